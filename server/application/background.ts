/**
 * Work that goes on after an answer.
 * @module
 */
import type { BackgroundWork, Logger } from "../request/app_context.ts";

/** The work of an application that is under way; failures are logged, none is lost. */
export class Background {
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  /**
   * Looks after some work.
   *
   * @param work A promise, or a function that is called at once.
   * @param about What it is, for the log.
   * @param logger Told when it fails.
   */
  add(work: BackgroundWork, about: string, logger: Logger): void {
    const { signal } = this.#stop;
    const done = (async () => {
      try {
        await (typeof work === "function" ? work(signal) : work);
      } catch (error) {
        // What ends because it was told to has not failed.
        if (signal.aborted && error === signal.reason) return;
        logger.error(about, error);
      }
    })().catch(() => {}); // a logger that fails: there is nobody left to tell
    this.#running.add(done);
    done.then(() => this.#running.delete(done));
  }

  /** Resolves when no work is under way, what was begun meanwhile included. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Aborts the signal that the work was given. */
  abort(): void {
    this.#stop.abort(new DOMException("The application stops", "AbortError"));
  }
}
