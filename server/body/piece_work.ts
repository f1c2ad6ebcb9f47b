/**
 * The work that the pieces of a body cost.
 * @module
 */

/**
 * Deno 2.9.6 reads ahead of us without a limit, and moves all of that in memory for each piece: a
 * million chunks of a byte take minutes. So there is a limit to the work, in ms, that a body may
 * cost whose pieces are tiny; the waiting for a slow client is not counted.
 */
const MAX_WORK = 10_000;
/** Pieces that are smaller on average, in bytes. */
const TINY_PIECE = 64;
/** From how many pieces on it is counted. */
const MANY_PIECES = 1024;
/** A turn of the event loop that takes no longer, in ms, is none of a body's work. */
const FREE_TURN = 3;

/** Counts the pieces of a body, and what those cost that are tiny. */
export class PieceWork {
  #pieces = 0;
  #bytes = 0;
  #work = 0; // ms
  #isCounting = false;

  /** How many pieces there were. */
  get pieces(): number {
    return this.#pieces;
  }

  /** How many bytes they had. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether they have cost more than a body may. */
  get isTooMuch(): boolean {
    return this.#work > MAX_WORK;
  }

  /**
   * Counts a piece.
   *
   * @param size Its bytes.
   */
  add(size: number): void {
    this.#pieces++;
    this.#bytes += size;
    if (this.#isCounting || !this.areSmall(TINY_PIECE)) return;
    // The event loop is kept for as long as a timer is late.
    this.#isCounting = true;
    const began = performance.now();
    setTimeout(() => {
      this.#isCounting = false;
      const late = performance.now() - began;
      if (late > FREE_TURN) this.#work += late;
    }, 0);
  }

  /**
   * Whether there are many pieces of few bytes.
   *
   * @param size How many bytes on average are few.
   * @param many How many pieces are many.
   */
  areSmall(size = TINY_PIECE, many = MANY_PIECES): boolean {
    return this.#pieces >= many && this.#bytes < size * this.#pieces;
  }
}
