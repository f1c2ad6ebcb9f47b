import { fileRange } from "../../http/multipart/part_body.ts";
import type { SendableBody } from "../../http/bytes/sendable_body.ts";

const PIECE = 512 * 1024;

/** Creates a body from an open file, from its position on; the file is closed after the request. */
export function filePayload(file: Deno.FsFile & { readonly type?: string }): SendableBody {
  const range = fileRange(file);
  let open = true;
  let streams = 0;
  return {
    bytes: range?.size === 0 ? new Uint8Array(0) : null,
    size: range?.size ?? null,
    contentType: file.type ?? "application/octet-stream",
    replayable: range !== null,
    stream(taken) {
      const own = ++streams;
      return fileStream(file, range, taken, () => own === streams);
    },
    close() {
      if (!open) return;
      open = false;
      try {
        file.close();
      } catch {
        // The caller has closed it already.
      }
    },
  };
}

function fileStream(
  file: Deno.FsFile,
  range: ReturnType<typeof fileRange>,
  taken: "free" | "reuse" | undefined,
  isLatest: () => boolean,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = range?.size ?? Infinity;
  let last: Uint8Array<ArrayBuffer> | null = null;
  // All streams of a file share its position, so a stream left over from before a redirect or retry
  // must stop.
  const check = (): void => {
    if (!isLatest()) throw new Error("Cannot send the file: it is being sent again");
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async start() {
      if (range !== null) await file.seek(range.start, Deno.SeekMode.Start);
    },
    async pull(controller) {
      check();
      // The garbage collector would wait for about 64 MB.
      if (taken === "free") last?.buffer.transfer(0);
      // Bytes appended meanwhile are not sent: the length is already announced.
      const size = Math.min(PIECE, left);
      const buffer = taken === "reuse" && last !== null
        ? last.subarray(0, size)
        : new Uint8Array(size);
      const count = left === 0 ? null : await file.read(buffer);
      check();
      if (count !== null) {
        left -= count;
        last = buffer;
        controller.enqueue(buffer.subarray(0, count));
      } else if (range !== null && left > 0) {
        throw new Error(`Cannot send the file: it became ${left} bytes shorter meanwhile`);
      }
      if (count === null || left === 0) controller.close();
    },
  }, { highWaterMark: 0 });
}
