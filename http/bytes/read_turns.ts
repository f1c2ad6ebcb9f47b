/**
 * Turns for everybody else while bodies are read.
 * @module
 */

/** Longest time that is read without a pause, in ms. */
const MAX_TURN = 10;
/** What may be read without one in any case, in bytes: small bodies never wait. */
const FREE_BYTES = 1024 * 1024;
/** From how many readers on there are pauses: one or two leave turns enough to others. */
const MANY = 3;
/** Pieces that are smaller on average, in bytes, keep the loop busy by their number. */
const SMALL_PIECE = 4 * 1024;
/** How many of them a reader may read in any case. */
const FREE_READS = 32;

let bytes = 0; // read since the last pause, by everybody
let began = 0;
let readers = 0; // how many have read since
let seen = new WeakSet<object>();
let pause: Promise<void> | null = null;

/**
 * Counts what was read, and tells when to pause. Deno 2.9.6 asks the system for new requests only
 * once it has nothing to do, or after 61 turns of what has; and readers of large bodies always
 * have: with 20 uploads at once a turn takes 10 ms, and a small GET took 300 ms to be seen. While
 * all of them wait for one timer it has nothing to do, and the uploads end no later. One body of
 * many small pieces leaves no turn at all, as all that has come is read without one.
 *
 * @param reader Who reads.
 * @param size Bytes that it has read since its last call.
 * @param reads How often it has read in all.
 * @param total Bytes that it has read in all.
 * @returns What to wait for before the next read, `null` to go on at once.
 */
export function fairTurn(
  reader: object,
  size: number,
  reads: number,
  total: number,
): Promise<void> | null {
  if (pause !== null) return pause;
  if (readers === 0) began = performance.now();
  bytes += size;
  if (!seen.has(reader)) {
    seen.add(reader);
    readers++;
  }
  const isBusy = (readers >= MANY && bytes >= FREE_BYTES) ||
    (reads >= FREE_READS && total < SMALL_PIECE * reads);
  if (!isBusy || performance.now() - began < MAX_TURN) return null;
  return pause = new Promise((resolve) => {
    setTimeout(() => {
      pause = null;
      bytes = readers = 0;
      seen = new WeakSet();
      resolve();
    }, 0);
  });
}
