// Sources of body bytes: one interface over streams, decoders and counters.
import type { Bytes } from "./bytes.ts";
import { byobReader } from "./byob_reader.ts";
import { GrowingBytes, withoutSpare } from "./growing_bytes.ts";
import { fairTurn } from "./read_turns.ts";

/** A body read piece by piece, on demand. */
export interface BodySource {
  /** Fetches at least one byte, which belongs to the caller; `null` at the end. */
  next(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Fetches the next piece into a buffer, which is detached, without a copy; `null` at the end. */
  into?(buffer: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Cancels the rest. */
  cancel(reason?: unknown): Promise<void>;
  /** Takes a body in memory as text that encodes to the same bytes; `null` if it cannot. */
  text?(): string | null;
  /** Fetches the rest at once, if that is cheaper; an error that `onSize` throws ends it. */
  rest?(onSize?: (size: number) => void): Promise<Uint8Array<ArrayBuffer>>;
}

// Deno's connections give at most 64 KiB at a time. A body of unknown length starts smaller: most
// are a few hundred bytes, and clearing 64 KiB for each would cost more than reading it.
const SMALL_BUFFER = 4 * 1024;
const LARGE_BUFFER = 64 * 1024;
// Maximum memory allocated for an announced length; a longer body has to arrive first.
const MAX_TRUSTED_LENGTH = 16 * 1024 * 1024;

/** Reads a stream; `length` is a hint, which the stream never exceeds if it is `exact`. */
export function streamSource(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  length: number | null = null,
  exact = false,
): BodySource {
  const reader = byobReader(stream);
  return reader === null ? pieceSource(stream.getReader()) : bufferSource(reader, length, exact);
}

/** The part of a reader that a source needs, a `ReadableStreamBYOBReader` or the default one. */
export interface SourceReader<View extends Uint8Array<ArrayBuffer> | void> {
  /** Reads a chunk, into a buffer or of its own. */
  read(view: View): Promise<{
    readonly done: boolean;
    readonly value?: Uint8Array<ArrayBuffer> | undefined;
  }>;
  /** Cancels the rest. */
  cancel(reason?: unknown): Promise<void>;
}

function fairly<View extends Bytes | void>(reader: SourceReader<View>): SourceReader<View>["read"] {
  let reads = 0;
  let total = 0;
  let size = 0;
  return async (view) => {
    const turn = fairTurn(reader, size, reads, total);
    if (turn !== null) await turn;
    const result = await reader.read(view);
    size = result.value?.length ?? 0;
    total += size;
    reads++;
    return result;
  };
}

/** Reads the rest piece by piece; `announced` is its length by the peer's word, 0 if unknown. */
export async function restOf(
  source: Pick<BodySource, "next" | "into">,
  onSize?: (size: number) => void,
  announced = 0,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new GrowingBytes(Math.min(announced, MAX_TRUSTED_LENGTH), announced);
  for (let buffer: Bytes | null = null;;) {
    // A long body is read into one buffer: new pieces are garbage that is collected late.
    const isLong = source.into !== undefined && whole.size >= LARGE_BUFFER;
    if (isLong) buffer ??= new Uint8Array(LARGE_BUFFER);
    const piece: Bytes | null = await (buffer === null ? source.next() : source.into?.(buffer)) ??
      null;
    if (piece === null) break;
    onSize?.(whole.size + piece.length);
    whole.append(piece);
    if (isLong) buffer = new Uint8Array(piece.buffer);
  }
  return whole.take();
}

export function pieceSource(reader: SourceReader<void>): BodySource {
  const read = fairly(reader);
  async function next(): Promise<Uint8Array<ArrayBuffer> | null> {
    for (;;) {
      const { done, value } = await read();
      if (done) return null;
      if (!(value instanceof Uint8Array)) {
        throw new TypeError("Cannot read the body: the stream gave a chunk without bytes");
      }
      if (value.length > 0) return withoutSpare(value);
    }
  }
  return {
    next,
    rest: (onSize) => restOf({ next }, onSize),
    cancel: (reason) => reader.cancel(reason),
  };
}

/** Reads through a reused buffer with `room` beyond an announced length: 1 byte shows the end. */
export function bufferSource(
  reader: SourceReader<Uint8Array<ArrayBuffer>>,
  length: number | null,
  exact: boolean,
  room = 1,
): BodySource {
  let size = length === null ? SMALL_BUFFER : Math.min(Math.max(length, 0) + room, LARGE_BUFFER);
  let buffer: ArrayBuffer | null = null;
  let given = 0;
  const read = fairly(reader);

  async function next(): Promise<Uint8Array<ArrayBuffer> | null> {
    const { done, value: piece } = await read(new Uint8Array(buffer ?? new ArrayBuffer(size)));
    buffer = null;
    if (done || piece === undefined) return null;
    given += piece.length;
    if (piece.length === piece.buffer.byteLength && size < LARGE_BUFFER) {
      // A full small buffer: hand it out uncopied and allocate a larger one.
      size = Math.min(size * 4, LARGE_BUFFER);
      return piece;
    }
    buffer = piece.buffer;
    return piece.slice();
  }

  async function rest(onSize?: (size: number) => void): Promise<Uint8Array<ArrayBuffer>> {
    const left = Math.max((length ?? 0) - given, 0);
    const whole = new GrowingBytes(Math.min(left, MAX_TRUSTED_LENGTH), left);
    // Never a smaller view than before: Deno 2.9.6 then stops in the middle of many small pieces.
    for (let view = new Uint8Array(buffer ?? new ArrayBuffer(size));;) {
      if (exact && given === length) {
        // Only the end is left: cancelling is cheaper than waiting for it.
        reader.cancel().catch(() => {});
        break;
      }
      const { done, value } = await read(view);
      if (done || value === undefined) break;
      given += value.length;
      onSize?.(whole.size + value.length);
      whole.append(value);
      const isFull = value.length === value.buffer.byteLength && size < LARGE_BUFFER;
      if (isFull) size = Math.min(size * 4, LARGE_BUFFER);
      view = isFull ? new Uint8Array(size) : new Uint8Array(value.buffer);
    }
    buffer = null;
    return whole.take();
  }

  async function into(target: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null> {
    const { done, value } = await read(target);
    if (done || value === undefined) return null;
    given += value.length;
    return value;
  }

  return { next, into, rest, cancel: (reason) => reader.cancel(reason) };
}
