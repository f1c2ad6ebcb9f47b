import type { LinkedNode } from "../../http/linked_list.ts";

/** An answer sent before the handler is done: a prepared stream, event stream or WebSocket. */
export interface EarlyAnswer {
  /** Response for the platform. */
  readonly response: Response;
}

/** An answer that dispatch ends when the handler is done or the application stops. */
export interface RunningAnswer extends EarlyAnswer {
  finish(error?: unknown): Promise<void>;
  /** Called when the application stops while the handler runs. */
  shutdown(): Promise<void>;
}

/** An error that passed Hono middlewares, and the error page that they may have changed. */
export interface Failure {
  readonly error: unknown;
  readonly response: Response;
  readonly wanted: Headers; // set by the middlewares, for another response
}

/** Receives an early answer, and its response after the middlewares. */
export type AnswerListener = (answer: RunningAnswer, response: Response) => void;

/** Holds the early answer of one request, and passes it through Hono middlewares. */
export class AnswerSlot {
  early: RunningAnswer | null = null;
  place: LinkedNode<RunningAnswer> | null = null; // among the open answers of the application
  failure: Failure | null = null;
  end: (() => void) | null = null; // called once when the answer was sent, after an error too
  afterwards: Promise<unknown> | null = null; // resolves after the work of `request.after()`
  isClosed: boolean; // answered without an early answer, and can have none
  readonly #stages: ((response: Response) => void)[] = [];
  #listener: AnswerListener | null;
  #leaving: Response | null = null;

  constructor(isClosed: boolean, listener: AnswerListener | null) {
    this.isClosed = isClosed;
    this.#listener = listener;
  }

  /** Answers while the handler runs on; streams and WebSockets call it from `prepare()`. */
  answer(answer: RunningAnswer): void {
    this.checkOpen();
    this.early = answer;
    this.pass(answer.response);
  }

  checkOpen(): void {
    if (this.early === null && !this.isClosed) return;
    throw new TypeError("Cannot prepare: the request was answered before");
  }

  /** Waits for an early answer, or takes the one that is there; dispatch calls it once. */
  listen(listener: AnswerListener): void {
    this.#listener = listener;
    if (this.#leaving !== null) this.pass(this.#leaving);
  }

  /** Shows middlewares an early answer before it is sent; they pass it on by `pass()`. */
  delay(stage: (response: Response) => void): () => void {
    this.#stages.push(stage);
    return () => {
      const at = this.#stages.indexOf(stage);
      if (at >= 0) this.#stages.splice(at, 1);
    };
  }

  /** Passes the response of an early answer to the next outer stage, or to dispatch. */
  pass(response: Response): void {
    const stage = this.#stages.pop();
    if (stage !== undefined) return stage(response);
    this.#leaving = response;
    if (this.early !== null) this.#listener?.(this.early, response);
  }
}
