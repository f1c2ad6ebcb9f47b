/** Runs steps in order; synchronously while none is pending. */
export class StepQueue {
  readonly #onError: (error: unknown) => void;
  #last: Promise<void> | null = null;

  /** Runs a step in a queue; at once without one, for steps that take no time. */
  static run(queue: StepQueue | null, step: () => void | Promise<void>): void {
    if (queue === null) void step();
    else queue.run(step);
  }

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Resolves when all steps are done; `null` if none is pending. */
  get pending(): Promise<void> | null {
    return this.#last;
  }

  run(step: () => void | Promise<void>): void {
    const result = this.#last === null ? step() : this.#last.then(step);
    if (result === undefined) return;
    const last = this.#last = result.catch(this.#onError).then(() => {
      if (this.#last === last) this.#last = null;
    });
  }
}
