/**
 * The first piece of a response's stream, which is all of it for most responses.
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** The beginning of a stream, read without waiting for what comes later. */
export interface StreamStart {
  /** All of the body where the stream has ended, else `null`. */
  readonly whole: Bytes | null;
  /** The first piece, and the read that waits behind it. */
  readonly pieces: readonly (Bytes | Promise<ReadableStreamReadResult<Bytes>>)[];
  /** Reads what follows. */
  readonly reader: ReadableStreamDefaultReader<Bytes>;
}

const NOTHING = new Uint8Array(0);
// Turns of promises in which the end of a body in memory is known.
const TURNS = 8;

/**
 * Reads the beginning of a stream: a body in memory is known to be whole by it, and gets a
 * `Content-Length`; one that is still being made is not waited for, nor is a failure thrown here.
 */
export async function startOf(stream: ReadableStream<Bytes>): Promise<StreamStart> {
  const reader = stream.getReader();
  const first = reader.read();
  const start = await settled(first);
  if (start === null) return { whole: null, pieces: [first], reader };
  if (start.done) return { whole: NOTHING, pieces: [], reader };
  const second = reader.read();
  const next = await settled(second);
  return { whole: next?.done === true ? start.value : null, pieces: [start.value, second], reader };
}

/** What a promise gives within some turns, else `null`; its failure is met by who awaits it. */
async function settled<T>(promise: Promise<T>): Promise<T | null> {
  let result: T | null = null;
  let turns = TURNS;
  promise.then((value) => result = value, () => turns = 0);
  while (turns-- > 0 && result === null) await null;
  return result;
}
