import { BufferPool } from "../../http/buffer_pool.ts";
import type { Bytes } from "../../http/bytes/bytes.ts";

/** Size of a buffer; most responses fit. */
export const READ_BUFFER = 16 * 1024;
/** Size for the first response of a connection, which may be its only one, and while it is idle. */
export const FIRST_BUFFER = 512;

const spare = new BufferPool(READ_BUFFER, 128);
let isPoisoned = false;

/** Takes a buffer, not cleared: that would take longer than reading a small response. */
export function takeBuffer(isFirst = false): Bytes {
  return spare.take(isFirst ? FIRST_BUFFER : READ_BUFFER);
}

/** Returns a buffer to the pool; `false` if it is small, so that its connection can keep it. */
export function giveBuffer(buffer: Bytes): boolean {
  if (isPoisoned) buffer.fill(0xaa);
  spare.give(buffer);
  return buffer.length > FIRST_BUFFER;
}

/** Fills returned buffers with 0xAA, so that tests detect later use. */
export function poisonBuffers(on: boolean): void {
  isPoisoned = on;
}
