/**
 * Limit of the CPU time for a body of tiny pieces, in ms: Deno 2.9.6 reads ahead without a limit,
 * and moves all of that in memory for each piece.
 */
const MAX_WORK = 10_000;
const TINY_PIECE = 64; // bytes, on average; smaller pieces are tiny
const MANY_PIECES = 1024; // from which on work is counted
const FREE_TURN = 3; // ms of event loop delay that is not counted as work

/** Counts the pieces of a body, and the cost of tiny ones. */
export class PieceWork {
  pieces = 0;
  bytes = 0;
  #work = 0; // ms
  #isCounting = false;

  get isTooMuch(): boolean {
    return this.#work > MAX_WORK;
  }

  add(size: number): void {
    this.pieces++;
    this.bytes += size;
    if (this.#isCounting || !this.areSmall(TINY_PIECE)) return;
    // A late timer shows how long the event loop was busy.
    this.#isCounting = true;
    const [began, work] = [performance.now(), cpuTime()];
    setTimeout(() => {
      this.#isCounting = false;
      if (performance.now() - began > FREE_TURN) this.#work += cpuTime() - work;
    }, 0);
  }

  /** Whether the body has `many` pieces, with an average of less than `size` bytes. */
  areSmall(size = TINY_PIECE, many = MANY_PIECES): boolean {
    return this.pieces >= many && this.bytes < size * this.pieces;
  }
}

function cpuTime(): number {
  const { user, system } = globalThis.process.cpuUsage();
  return (user + system) / 1000;
}
