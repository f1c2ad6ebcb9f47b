import type { StreamReader } from "../../http/bytes/stream_reader.ts";
import type { SocketEvents } from "../../http/websocket/port.ts";
import type { ServeInfo, SocketUpgrade, UpgradeOptions } from "../engine/engine.ts";
import type { IncomingBody } from "../body/incoming_body.ts";
import type { ParsedForm, PostData } from "../body/post_data.ts";
import type { AnswerListener, AnswerSlot, Failure, RunningAnswer } from "./answer_slot.ts";
import type { AppContext } from "./app_context.ts";
import type { KeyStore } from "./app_key.ts";

type AfterWork = (signal: AbortSignal) => unknown;

export interface RequestInternals<Any> {
  /** The early answer of a request, shared with its clones. */
  slotOf(request: Any): AnswerSlot;
  /** Waits for an early answer; the slot is only made if there is one. */
  listen(request: Any, listener: AnswerListener): void;
  failureOf(request: Any): Failure | null;
  /** Replaces the request that the readers use, after a Hono middleware. */
  replaceRaw(request: Any, raw: Request): void;
  infoOf(request: Any): ServeInfo | undefined;
  bodyOf(request: Any): IncomingBody;
  /** Frees the form files of the request and its clones. */
  finish(request: Any): void;
  /** Upgrades the request, of which a clone has only a copy. */
  upgrade(request: Any, events: SocketEvents, options: UpgradeOptions): SocketUpgrade;
  /** Aborts `signal`: the result of the handler will be dropped. */
  leave(request: Any, reason: unknown): void;
  /** Aborts `signal` and answers in place of a handler; its own result will be dropped. */
  abandon(request: Any, response: Response): void;
  /** Calls a handler, during which `app` is another one. */
  within<Result>(request: Any, app: AppContext, handler: (request: Any) => Result): Result;
  /** The function to call when the answer was sent, `null` for none. */
  endOf(request: Any): (() => void) | null;
  earlyOf(request: Any): RunningAnswer | null;
}

/** Fields that most requests do not use: without them, making a request takes half the time. */
export class RequestExtras<Request> {
  content: StreamReader | null = null;
  form: Promise<ParsedForm> | null = null;
  fields: Promise<PostData> | null = null; // of the form
  after: AfterWork[] | null = null;
  store: KeyStore | null = null;
  leave: AbortController | null = null;
  clones: Request[] = [];
  platform: globalThis.Request | null = null; // if a Hono middleware has replaced it
  limit: number | null = null; // of a clone, instead of the application's
}

/** Starts the work of `request.after()`; resolves when all of it has ended, or failed. */
export function runAfter(
  app: AppContext,
  { method, rawPath }: { readonly method: string; readonly rawPath: string },
  works: readonly AfterWork[],
): Promise<unknown> {
  const about = `Error after ${method} ${JSON.stringify(rawPath)}`;
  return Promise.all(works.map((work) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const later = async (signal: AbortSignal) => {
      try {
        await new Promise((next) => setTimeout(next)); // the answer goes first
        await work(signal);
      } finally {
        resolve();
      }
    };
    // the name of its span
    app.spawn(Object.defineProperty(later, "name", { value: work.name }), about);
    return promise;
  }));
}
