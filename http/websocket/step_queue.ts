/**
 * Steps in order, of which some take time.
 * @module
 */

/** Runs steps one after the other; at once while none of them waits. */
export class StepQueue {
  readonly #onError: (error: unknown) => void;
  #last: Promise<void> | null = null;

  /** Creates one. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Resolves when all steps are done, `null` if none is under way. */
  get pending(): Promise<void> | null {
    return this.#last;
  }

  /**
   * Runs a step behind those before it.
   *
   * @param step The step; what it throws at once, it throws here.
   */
  run(step: () => void | Promise<void>): void {
    const result = this.#last === null ? step() : this.#last.then(step);
    if (result === undefined) return;
    const last = this.#last = result.catch(this.#onError).then(() => {
      if (this.#last === last) this.#last = null;
    });
  }
}
