// The start of a streamed body, shown before it is sent.
import type { HopBody } from "../../client/mod.ts";
import { readUpTo } from "../io/read_up_to.ts";

/** Most bytes of a body to show. */
const MOST = 64 * 1024;

const STARTS = new WeakMap<HopBody, Uint8Array>();

/** Reads the start of a body of known length, that is a file or a form. */
export async function peeked(body: HopBody): Promise<HopBody> {
  if (body.bytes !== null || body.size === null) return body;
  const { start, stream } = await readUpTo(body.stream(), MOST);
  const same = { size: body.size, bytes: null, stream: () => stream };
  STARTS.set(same, start.subarray(0, MOST));
  return same;
}

/** The start of a body read by `peeked()`, `null` if it was not read. */
export function startOf(body: HopBody): Uint8Array | null {
  return body.bytes ?? STARTS.get(body) ?? null;
}

/** The same body without its length. */
export function unsized(body: HopBody): HopBody {
  const same = { size: null, bytes: null, stream: () => body.stream() };
  const start = startOf(body);
  if (start !== null) STARTS.set(same, start);
  return same;
}
