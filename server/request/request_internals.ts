/**
 * The way of dispatch to what a request keeps from programs.
 * @module
 */
import type { SocketEvents } from "../../http/websocket/port.ts";
import type { ServeInfo, SocketUpgrade, UpgradeOptions } from "../engine/engine.ts";
import type { IncomingBody } from "../body/incoming_body.ts";
import type { AnswerSlot, Failure, RunningAnswer } from "./answer_slot.ts";
import type { AppContext } from "./app_context.ts";

/**
 * What the library does with a request and programs must not; `server/mod.ts` does not export it.
 *
 * @typeParam Any `ServerRequest`, which this file must not import, as it is imported there.
 */
export interface RequestInternals<Any> {
  /** Where a request, or the one that it is a clone of, is answered early. */
  slotOf(request: Any): AnswerSlot;
  /** The last error of a request that left middlewares of Hono. */
  failureOf(request: Any): Failure | null;
  /** Lets the readers of a request read another one, which a middleware of Hono's made of it. */
  replaceRaw(request: Any, raw: Request): void;
  /** What the platform told about the connection. */
  infoOf(request: Any): ServeInfo | undefined;
  /** The way to the body, one for all readers. */
  bodyOf(request: Any): IncomingBody;
  /** Frees what the request and its clones held: the files of their forms. */
  finish(request: Any): void;
  /** Makes a WebSocket of the request, of which a clone has only a copy. */
  upgrade(
    request: Any,
    events: SocketEvents,
    options: UpgradeOptions,
  ): SocketUpgrade;
  /**
   * Answers for a handler that has not answered in time, and aborts `signal`; it may run on, its
   * result is dropped.
   */
  abandon(request: Any, response: Response): void;
  /** Runs a handler with another application as `request.app`; sub-applications are entered so. */
  within<One extends Any, T>(request: One, app: AppContext, run: (request: One) => T): T;
  /** The early answer. */
  earlyOf(request: Any): RunningAnswer | null;
}
