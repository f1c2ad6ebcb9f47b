// The first piece of a response's stream, which is all of most responses.
import type { Bytes } from "../../http/bytes/bytes.ts";
import { isCopied } from "../engine/spare_pieces.ts";

/** The beginning of a stream, read without waiting for more. */
export interface StreamStart {
  /** The whole body if the stream has ended, else `null`. */
  readonly whole: Bytes | null;
  /** The first piece, and the pending read after it; the sender removes them. */
  readonly pieces: (Bytes | Promise<ReadableStreamReadResult<Bytes>>)[];
  readonly reader: ReadableStreamDefaultReader<Bytes>;
  /** Whether the pieces may be overwritten. */
  readonly isCopied: boolean;
}

const NOTHING = new Uint8Array(0);
// Number of microtasks within which the end of a body in memory is detected.
const TURNS = 8;

/** Reads the beginning of a stream, all of a body in memory; errors are thrown later. */
export async function startOf(stream: ReadableStream<Bytes>): Promise<StreamStart> {
  const reader = stream.getReader();
  const common = { reader, isCopied: isCopied(stream) };
  const first = reader.read();
  const start = await settled(first);
  if (start === null) return { whole: null, pieces: [first], ...common };
  if (start.done) return { whole: NOTHING, pieces: [], ...common };
  const second = reader.read();
  const next = await settled(second);
  const whole = next?.done === true ? start.value : null;
  return { whole, pieces: [start.value, second], ...common };
}

/** A promise's value within some microtasks, else `null`; its error is left to its next awaiter. */
async function settled<T>(promise: Promise<T>): Promise<T | null> {
  let result: T | null = null;
  let turns = TURNS;
  promise.then((value) => result = value, () => turns = 0);
  while (turns-- > 0 && result === null) await null;
  return result;
}
