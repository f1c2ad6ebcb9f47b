/** Longest time of reading without a pause, in ms. */
const MAX_TURN = 10;
/** Bytes a reader may always read without a pause: small bodies never wait. */
const FREE_BYTES = 1024 * 1024;
/** Number of readers from which on pauses are made: one or two leave enough time to others. */
const MANY = 3;
/** Average size in bytes below which pieces keep the event loop busy by their number. */
const SMALL_PIECE = 4 * 1024;
/** Number of them a reader may always read. */
const FREE_READS = 32;

let bytes = 0; // read since the last pause, by all readers
let began = 0;
let readers = 0; // readers since the last pause
let seen = new WeakSet<object>();
let pause: Promise<void> | null = null;

/**
 * Counts the `size` bytes of a reader's last read; a pause to await before the next one, or `null`.
 * Deno 2.9.6 asks the system for new requests only when idle or after 61 rounds of its event loop:
 * with 20 uploads at once a round takes 10 ms, and a small GET waited 300 ms. While all wait for
 * one timer the loop is idle, and the uploads end no later. Many small pieces block the loop too:
 * received data is read without a round.
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
