// Compared with the real packages only: `deno task test:jsr` runs this folder, `deno task test`
// does not.
import { assertEquals } from "@std/assert";
import { TextLineStream, toBytes, toText } from "@std/streams";
import { StreamReader } from "@roundtrip/http";

const TEXTS = ["", "one", "one\n", "one\ntwo", "\n\n", "ж\r\nzwei\r\n\r\nend", "x".repeat(70_000)];

/** The text as a stream of pieces of a given size in bytes. */
function streamOf(text: string, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text);
  return ReadableStream.from((function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
  })());
}

for (const size of [1, 2, 3, 7, 1024]) {
  Deno.test(`StreamReader reads what toBytes() and toText() read, in pieces of ${size}`, async () => {
    for (const text of TEXTS) {
      const bytes = await new StreamReader(streamOf(text, size)).read();
      assertEquals(bytes, await toBytes(streamOf(text, size)));
      assertEquals(new TextDecoder().decode(bytes), await toText(streamOf(text, size)));
    }
  });

  Deno.test(`StreamReader gives the lines of TextLineStream, in pieces of ${size}`, async () => {
    for (const text of TEXTS) {
      const ours: string[] = [];
      for await (const line of new StreamReader(streamOf(text, size))) {
        ours.push(new TextDecoder().decode(line).replace(/\r?\n$/, ""));
      }
      const theirs = await Array.fromAsync(
        streamOf(text, size).pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()),
      );
      assertEquals(ours, theirs);
    }
  });
}
