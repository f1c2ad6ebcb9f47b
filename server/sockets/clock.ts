/**
 * The time as connections need it: to a quarter of a second, without asking for it each time.
 * @module
 */

/** What is known of the time. */
export const clock: { now: number; date: string } = { now: performance.now(), date: "" };
let second = -1;

/** Looks at the time; servers do it a few times a second. */
export function turnClock(): void {
  clock.now = performance.now();
  const time = Date.now();
  const current = Math.floor(time / 1000);
  if (current === second) return;
  second = current;
  clock.date = new Date(time).toUTCString();
}

turnClock();
