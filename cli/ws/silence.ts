/** Timer that fires after a time without messages. */
export class Silence {
  readonly #ms: number;
  readonly #done = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #started = false;

  /**
   * Creates a timer; `start()` starts it.
   * @param ms Idle time in ms.
   */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Resolves after the idle time. */
  get over(): Promise<void> {
    return this.#done.promise;
  }

  /** Starts the timer. */
  start(): void {
    this.#started = true;
    this.broken();
  }

  /** Restarts the timer after a message. */
  broken(): void {
    if (!this.#started) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#done.resolve, this.#ms);
  }

  /** Stops the timer. */
  stop(): void {
    this.#started = false;
    clearTimeout(this.#timer);
  }
}
