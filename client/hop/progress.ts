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

/** The body in small pieces: a large one would be reported only once, at its start. */
export function smallPieces(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const split = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(piece, controller) {
      for (let at = 0; at < piece.length; at += PIECE_SIZE) {
        controller.enqueue(piece.subarray(at, at + PIECE_SIZE));
      }
    },
  });
  return body.pipeThrough(split);
}
