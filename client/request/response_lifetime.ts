/**
 * Responses and their requests: each ends the other, and a response that its owner just dropped ends
 * too, sooner or later.
 * @module
 */
import { aheadOf } from "../response/read_ahead.ts";
import { ClientResponse } from "../response/response.ts";
import { hasBody } from "../response/response_body.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Arrival } from "./redirect.ts";
import type { Watch } from "./request_lifetime.ts";
import { readSoon } from "./unread_responses.ts";

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

/**
 * Makes the response of a request that has arrived.
 *
 * @param arrival Its last hop, and what led to it.
 * @param watch The watch over the request.
 * @param resolved Its options.
 * @param isScarce Whether other requests may come to wait for the connection.
 */
export function respond(
  { request, result, history }: Arrival,
  watch: Watch,
  resolved: ResolvedOptions,
  isScarce: boolean,
): ClientResponse {
  const onEnd = ending(watch, result);
  const response = new ClientResponse({
    requestInfo: request,
    history,
    result,
    onEnd,
    policy: resolved.policy,
    fallbackCharsetResolver: resolved.session.fallbackCharsetResolver,
  });
  if (result.isWhole === true && !watch.ownsBodies) watch.end();
  else {
    const drops = isScarce || resolved.timeout.total === 0;
    (drops ? endIfDropped : endTogether)(watch, response, { result, onEnd });
    if (hasBody(result)) readSoon(response);
  }
  return response;
}

/** Its scope is one that does not know the response: this must not keep a dropped one alive. */
function ending(watch: Watch, result: HopResult): () => void {
  return () => {
    watch.end();
    result.release();
    watch.closeBodies();
  };
}

/** Ends a response with its request. */
function endTogether(watch: Watch, response: ClientResponse): void {
  watch.answeredBy({ abort: (reason) => response.content.cancel(reason) });
}

/**
 * The same for a response that may be dropped unread: when it has been collected as garbage, its
 * connection is free. That costs a microsecond, so it is for where connections are scarce.
 */
function endIfDropped(watch: Watch, response: ClientResponse, remains: Remains): void {
  const weak = new WeakRef(response);
  watch.answeredBy({ abort: (reason) => weak.deref()?.content.cancel(reason) });
  dropped.register(response, remains);
}
