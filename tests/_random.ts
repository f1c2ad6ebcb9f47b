/**
 * Pseudo-random numbers.
 * @module
 */

/** A generator of whole numbers below a limit; the same seed gives the same numbers. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
