/**
 * Memory that connections read into.
 * @module
 */

/** Size of a buffer: most replies fit into one whole. */
export const READ_BUFFER = 16 * 1024;
const MOST_SPARE = 128;

type Bytes = Uint8Array<ArrayBuffer>;

const spare: Bytes[] = [];
let isPoisoned = false;

/** Takes a buffer, whatever is in it: clearing one costs more than a small reply. */
export function takeBuffer(): Bytes {
  return spare.pop() ?? new Uint8Array(READ_BUFFER);
}

/**
 * Gives a buffer back; nobody may look at it any more.
 *
 * @param buffer The buffer; one of another size is left to the garbage collector.
 */
export function giveBuffer(buffer: Bytes): void {
  if (isPoisoned) buffer.fill(0xaa);
  if (buffer.length === READ_BUFFER && spare.length < MOST_SPARE) spare.push(buffer);
}

/**
 * Has buffers filled with 0xAA when they are given back, so that tests see who looks at them still.
 */
export function poisonBuffers(on: boolean): void {
  isPoisoned = on;
}
