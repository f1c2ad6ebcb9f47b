import type { BodySource } from "../../http/bytes/body_source.ts";

/** Progress of an upload or a download. */
export interface Progress {
  /** Bytes so far, as on the wire, unless the platform has decoded them (Deno's `fetch` does). */
  readonly bytes: number;
  /** Total bytes, `null` if unknown. */
  readonly total: number | null;
}

/** Called for each chunk of a body. An exception ends the request. */
export type ProgressCallback = (progress: Progress) => void;

/** Reports the progress of a download after each chunk; `total` is the announced length. */
export function countedSource(
  source: BodySource,
  total: number | null,
  report: ProgressCallback,
): BodySource {
  let bytes = 0;
  const counted = <T extends Uint8Array | null>(piece: T): T => {
    if (piece !== null) report({ bytes: bytes += piece.length, total });
    return piece;
  };
  const into = source.into?.bind(source);
  return {
    next: async () => counted(await source.next()),
    ...(into === undefined ? {} : { into: async (buffer) => counted(await into(buffer)) }),
    cancel: (reason) => source.cancel(reason),
  };
}

const PIECE_SIZE = 64 * 1024;

/** Reports the progress of an upload: the bytes that the connection has accepted. */
export function countedStream(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  total: number | null,
  report: ProgressCallback,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let bytes = 0;
  let left = new Uint8Array(0);
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      while (left.length === 0) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        left = value;
      }
      // Split, since one large chunk would be reported only once, at the start.
      const piece = left.subarray(0, PIECE_SIZE);
      left = left.subarray(piece.length);
      controller.enqueue(piece);
      try {
        report({ bytes: bytes += piece.length, total });
      } catch (error) {
        reader.cancel(error).catch(() => {});
        throw error;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
