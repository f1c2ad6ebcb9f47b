/**
 * Responses and their requests: each ends the other, and a response that its owner just dropped ends
 * too, sooner or later.
 * @module
 */
import { aheadOf } from "../response/read_ahead.ts";
import type { ClientResponse } from "../response/response.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";
import type { Watch } from "./request_lifetime.ts";

/** What is left of a response that was dropped; nothing here may lead back to it. */
interface Remains {
  readonly result: HopResult;
  readonly onEnd: () => void;
}

const dropped = new FinalizationRegistry<Remains>(({ result, onEnd }) => {
  // Who once reads a body ends it: a reader locks it, and keeps the response.
  const ahead = aheadOf.get(result);
  if (ahead !== undefined) ahead.cancel().catch(() => {});
  else if (result.source === undefined && (result.body === null || result.body.locked)) return;
  else discardReply(result);
  onEnd();
});

/** Ends a response with its request. */
export function endTogether(watch: Watch, response: ClientResponse): void {
  watch.answeredBy({ abort: (reason) => response.content.cancel(reason) });
}

/**
 * The same for a response that may be dropped unread: when it has been collected as garbage, its
 * connection is free. That costs a microsecond, so it is for where connections are scarce.
 *
 * @param watch The watch over the request.
 * @param response The response.
 * @param remains Its reply, and what its end calls.
 */
export function endIfDropped(watch: Watch, response: ClientResponse, remains: Remains): void {
  const weak = new WeakRef(response);
  watch.answeredBy({ abort: (reason) => weak.deref()?.content.cancel(reason) });
  dropped.register(response, remains);
}
