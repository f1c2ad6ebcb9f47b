/**
 * Silence after the end of the input.
 * @module
 */

/** Waits until nothing has come for a while. */
export class Silence {
  readonly #ms: number;
  readonly #done = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #started = false;

  /**
   * Creates one; it waits from `start()` on.
   *
   * @param ms How long, in ms.
   */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Kept when nothing has come for that long. */
  get over(): Promise<void> {
    return this.#done.promise;
  }

  /** Begins to wait. */
  start(): void {
    this.#started = true;
    this.broken();
  }

  /** Something has come: waits anew. */
  broken(): void {
    if (!this.#started) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#done.resolve, this.#ms);
  }

  /** Waits no more. */
  stop(): void {
    this.#started = false;
    clearTimeout(this.#timer);
  }
}
