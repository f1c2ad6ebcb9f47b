import type { BackgroundWork, Logger } from "../request/app_context.ts";

/** The pending background work of an application; failures are logged. */
export class Background {
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  /**
   * Runs some work.
   * @param work A promise, or a function that is called at once.
   * @param about Description for the log.
   * @param logger Logger for its failure.
   */
  add(work: BackgroundWork, about: string, logger: Logger): void {
    const { signal } = this.#stop;
    const done = (async () => {
      try {
        await (typeof work === "function" ? work(signal) : work);
      } catch (error) {
        // an aborted task has not failed
        if (signal.aborted && error === signal.reason) return;
        logger.error(about, error);
      }
    })().catch(() => {}); // the logger has failed: nowhere left to report
    this.#running.add(done);
    done.then(() => this.#running.delete(done));
  }

  /** Resolves when no work is pending, including work started meanwhile. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Aborts the signal of the work. */
  abort(): void {
    this.#stop.abort(new DOMException("The application stops", "AbortError"));
  }
}
