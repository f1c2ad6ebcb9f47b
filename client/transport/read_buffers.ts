import type { Bytes } from "../../http/bytes/bytes.ts";

/** Size of a buffer; most responses fit. */
export const READ_BUFFER = 16 * 1024;
/** Size for the first response of a connection, which may be its only one, and while it is idle. */
export const FIRST_BUFFER = 512;
const MOST_SPARE = 128;

const spare: Bytes[] = [];
let isPoisoned = false;

/** Takes a buffer, not cleared: that would take longer than reading a small response. */
export function takeBuffer(isFirst = false): Bytes {
  return spare.pop() ?? new Uint8Array(isFirst ? FIRST_BUFFER : READ_BUFFER);
}

/**
 * Returns a buffer to the pool; it must not be used afterwards.
 * @returns `false` if it is small: its connection can keep it.
 */
export function giveBuffer(buffer: Bytes): boolean {
  if (isPoisoned) buffer.fill(0xaa);
  if (buffer.length === READ_BUFFER && spare.length < MOST_SPARE) spare.push(buffer);
  return buffer.length > FIRST_BUFFER;
}

/** Fills returned buffers with 0xAA, so that tests detect later use. */
export function poisonBuffers(on: boolean): void {
  isPoisoned = on;
}
