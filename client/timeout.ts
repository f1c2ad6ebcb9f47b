/**
 * The time a request may take.
 * @module
 */

/** Limits of time, aiohttp's `ClientTimeout`. */
export interface ClientTimeout {
  /**
   * From the call to the last byte of the body, over all redirects, in ms; 0 for no limit.
   * @default {300000}
   */
  readonly total?: number;
}

/**
 * One limit over a whole request. Its signal goes to the transport; what it aborts with is the
 * error that the caller sees.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #start = performance.now();
  readonly #external: AbortSignal | null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #onAbort: ((reason: Error) => void) | null = null;

  /**
   * Creates one.
   *
   * @param limit Time that may pass, in ms; 0 for no limit.
   * @param external The caller's own signal.
   * @param onExpire Makes the error to abort with, from the time that has passed in ms.
   */
  constructor(limit: number, external: AbortSignal | null, onExpire: (elapsed: number) => Error) {
    this.#external = external;
    if (limit > 0) {
      this.#timer = setTimeout(() => {
        this.#abort(onExpire(performance.now() - this.#start));
      }, limit);
    }
    if (external !== null) {
      if (external.aborted) this.#onExternal();
      else external.addEventListener("abort", this.#onExternal);
    }
  }

  /** Aborts when the limit has passed or the caller's own signal aborts. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Calls a listener when the limit passes, besides the signal. A body under way needs it: Deno's
   * fetch holds the signal weakly once the head has come, so that an abort may be lost.
   *
   * @param listener Gets the error to fail with.
   */
  watch(listener: (reason: Error) => void): void {
    if (this.signal.aborted) listener(this.signal.reason);
    else this.#onAbort = listener;
  }

  /** Ends the watch; called when the body has ended or was given up. */
  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#external?.removeEventListener("abort", this.#onExternal);
  }

  readonly #onExternal = (): void => this.#abort(this.#external?.reason);

  #abort(reason: Error): void {
    this.#controller.abort(reason);
    this.#onAbort?.(reason);
  }
}
