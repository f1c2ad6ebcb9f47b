/**
 * The start of a body that is streamed, for being shown before it is sent.
 * @module
 */
import type { HopBody } from "../../client/mod.ts";

/** Most bytes of a body that are shown. */
const MOST = 64 * 1024;

const STARTS = new WeakMap<HopBody, Uint8Array>();

/**
 * Reads the start of a body of known length, which is a file's or a form's: it is there already.
 *
 * @returns A body of the same bytes, whose start `startOf()` knows.
 */
export async function peeked(body: HopBody): Promise<HopBody> {
  if (body.bytes !== null || body.size === null) return body;
  const reader = body.stream().getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  while (length < Math.min(MOST, body.size)) {
    const { value, done } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  const start = new Uint8Array(await new Blob(pieces).slice(0, MOST).arrayBuffer());
  const stream = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
    new ReadableStream({
      async pull(controller) {
        const piece = pieces.shift() ?? (await reader.read()).value;
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 });
  const same = { size: body.size, bytes: null, stream };
  STARTS.set(same, start);
  return same;
}

/**
 * The start of a body, as far as it was read.
 *
 * @returns The bytes, `null` where it was not looked at.
 */
export function startOf(body: HopBody): Uint8Array | null {
  return body.bytes ?? STARTS.get(body) ?? null;
}

/** The same body with its length unsaid. */
export function unsized(body: HopBody): HopBody {
  const same = { size: null, bytes: null, stream: () => body.stream() };
  const start = startOf(body);
  if (start !== null) STARTS.set(same, start);
  return same;
}
