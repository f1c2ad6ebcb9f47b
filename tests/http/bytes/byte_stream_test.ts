import { assertEquals, assertRejects } from "@std/assert";
import { byteStream, type PlatformStream } from "../../../http/bytes/byte_stream.ts";

/** A connection that takes three bytes at a time. */
function slow(): PlatformStream & { readonly written: number[]; calls: string[] } {
  const written: number[] = [];
  const calls: string[] = [];
  return {
    written,
    calls,
    read: () => Promise.reject(new Error("interrupted")),
    async write(bytes) {
      await Promise.resolve();
      written.push(...bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
    closeWrite: () => Promise.resolve(void calls.push("closeWrite")),
    close: () => void calls.push("close"),
  };
}

Deno.test("writes are complete and in order", async () => {
  const connection = slow();
  const stream = byteStream(connection);
  await Promise.all([
    stream.write(Uint8Array.of(1, 2, 3, 4, 5)),
    stream.write(Uint8Array.of(6, 7)),
  ]);
  assertEquals(connection.written, [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("close() is idempotent and ends a pending read", async () => {
  const connection = slow();
  const stream = byteStream(connection);
  await assertRejects(() => stream.read(new Uint8Array(1)), Error, "interrupted");
  const reading = stream.read(new Uint8Array(1));
  stream.close();
  stream.close();
  assertEquals(await reading, null);
  assertEquals(await stream.read(new Uint8Array(1)), null);
  await stream.closeWrite();
  stream.ref();
  stream.unref();
  assertEquals(connection.calls, ["close"]);
});
