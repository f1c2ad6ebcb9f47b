/**
 * The answer to a request that leaves while its handler runs on.
 * @module
 */
import type { EarlyAnswer } from "./prepared_answer.ts";

/** An answer that dispatch ends: when its handler is done, or when the application stops. */
export interface RunningAnswer extends EarlyAnswer {
  /** Told when the handler is done. */
  finish(error?: unknown): Promise<void>;
  /** Told when the application stops while the handler runs. */
  shutdown(): Promise<void>;
}

/** An error that left middlewares of Hono, which have seen and changed the page for it. */
export interface Failure {
  /** What was thrown. */
  readonly error: unknown;
  /** The page. */
  readonly response: Response;
  /** Headers that the middlewares wanted, for any other response. */
  readonly wanted: Headers;
}

/** Takes the early answer of one request, and leads it out through middlewares of Hono's. */
export class AnswerSlot {
  /** The early answer, `null` while there is none. */
  early: RunningAnswer | null = null;
  /** The last error that left middlewares of Hono. */
  failure: Failure | null = null;
  readonly #stages: ((response: Response) => void)[] = [];
  #listener: ((answer: RunningAnswer, response: Response) => void) | null = null;
  #leaving: Response | null = null;

  /**
   * Answers the platform now and lets the handler run on; streams and WebSockets call it from
   * their `prepare()`.
   *
   * @throws {TypeError} If the request was answered before.
   */
  answer(answer: RunningAnswer): void {
    if (this.early !== null) {
      throw new TypeError("Cannot prepare: the request was answered before");
    }
    this.early = answer;
    this.pass(answer.response);
  }

  /**
   * Waits for an early answer; dispatch calls it once.
   *
   * @param listener Called with the answer, and its response as middlewares left it; at once if
   * there is one.
   */
  listen(listener: (answer: RunningAnswer, response: Response) => void): void {
    this.#listener = listener;
    if (this.#leaving !== null) this.pass(this.#leaving);
  }

  /** Lets middlewares see an early answer before it leaves; they pass it on by `pass()`. */
  delay(stage: (response: Response) => void): () => void {
    this.#stages.push(stage);
    return () => {
      const at = this.#stages.indexOf(stage);
      if (at >= 0) this.#stages.splice(at, 1);
    };
  }

  /** Passes the response of an early answer on to the next stage further out, or to dispatch. */
  pass(response: Response): void {
    const stage = this.#stages.pop();
    if (stage !== undefined) return stage(response);
    this.#leaving = response;
    if (this.early !== null) this.#listener?.(this.early, response);
  }
}
