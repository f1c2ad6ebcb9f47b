/** Timer that fires after a time without messages. */
export class Silence {
  readonly #ms: number;
  readonly #done = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Resolves after the idle time. */
  get over(): Promise<void> {
    return this.#done.promise;
  }

  start(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#done.resolve, this.#ms);
  }

  broken(): void {
    if (this.#timer !== undefined) this.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
