/**
 * How far a body has come.
 * @module
 */
import type { BodySource } from "../../http/bytes/body_source.ts";

/** How far an upload or a download has come. */
export interface Progress {
  /**
   * Bytes so far, as they are on the wire: compressed where the body is, unless the platform has
   * undone that already (Deno's `fetch` does for gzip and brotli).
   */
  readonly bytes: number;
  /** Bytes in all, `null` where it is not known. */
  readonly total: number | null;
}

/** Called for each piece of a body. What it throws ends the request. */
export type ProgressCallback = (progress: Progress) => void;

/**
 * Reports what is read.
 *
 * @param source Where it is read from.
 * @param total Announced length in bytes, `null` where it is not known.
 * @param report Called after each piece.
 * @returns A source of the same bytes.
 */
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
  const { into } = source;
  return {
    next: async () => counted(await source.next()),
    ...(into === undefined ? {} : { into: async (buffer) => counted(await into(buffer)) }),
    cancel: (reason) => source.cancel(reason),
  };
}

const PIECE_SIZE = 64 * 1024;

/**
 * Reports what is sent: what the connection has taken, which may be a little before it is on its way.
 *
 * @param body What is sent.
 * @param total Its length in bytes, `null` where it is not known.
 * @param report Called after each piece.
 * @returns A stream of the same bytes.
 */
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
      // Bytes that were one large piece would be reported once, at the start.
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
