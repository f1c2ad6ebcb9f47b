// Ends a response with its request and vice versa, and frees the connections of garbage-collected
// responses.
import { aheadOf } from "../response/read_ahead.ts";
import { ClientResponse, readAhead } from "../response/response.ts";
import { hasBody } from "../response/response_body.ts";
import type { RequestContext } from "../hop/request_context.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Arrival } from "./redirect.ts";

// Unread responses: small ones are read ahead into memory to free their connections, as in aiohttp.
let unread: ClientResponse[] = [];
let isArmed = false;

/** Schedules reading a response ahead, unless its owner reads it first, as most do. */
function readSoon(response: ClientResponse): void {
  unread.push(response);
  if (isArmed) return;
  isArmed = true; // one timer for all responses within a millisecond
  setTimeout(() => {
    isArmed = false;
    readUnread();
  }, 1);
}

/** Reads them ahead now, because another request waits for a connection. */
export function readUnread(): void {
  if (unread.length === 0) return;
  const responses = unread;
  unread = [];
  for (const each of responses) readAhead(each);
}

/** State of a garbage-collected response; must not reference it. */
interface Remains {
  readonly result: HopResult;
  readonly onEnd: () => void;
}

const dropped = new FinalizationRegistry<Remains>(({ result, onEnd }) => {
  // A body that is being read is locked by its reader, which keeps the response alive.
  const ahead = aheadOf.get(result);
  if (ahead !== undefined) ahead.cancel().catch(() => {});
  else if (result.source === undefined && (result.body === null || result.body.locked)) return;
  else discardReply(result);
  onEnd();
});

export function respond(
  { request, result, history }: Arrival,
  context: RequestContext,
  resolved: ResolvedOptions,
  isScarce: boolean,
): ClientResponse {
  const onEnd = ending(context, result);
  const response = new ClientResponse({
    requestInfo: request,
    history,
    result,
    onEnd,
    policy: resolved.policy,
    fallbackCharsetResolver: resolved.session.fallbackCharsetResolver,
  });
  if (result.isWhole === true && !context.ownsBodies) context.end();
  else {
    const drops = isScarce || resolved.timeout.total === 0;
    (drops ? endIfDropped : endTogether)(context, response, { result, onEnd });
    if (hasBody(result)) readSoon(response);
  }
  return response;
}

/** Must not close over the response, or the FinalizationRegistry never fires. */
function ending(context: RequestContext, result: HopResult): () => void {
  return () => {
    context.end();
    result.release();
    context.closeBodies();
  };
}

function endTogether(context: RequestContext, response: ClientResponse): void {
  context.answeredBy({ abort: (reason) => response.content.cancel(reason) });
}

/** The same, and frees the connection of a garbage-collected response: that takes 1 us. */
function endIfDropped(context: RequestContext, response: ClientResponse, remains: Remains): void {
  const weak = new WeakRef(response);
  context.answeredBy({ abort: (reason) => weak.deref()?.content.cancel(reason) });
  dropped.register(response, remains);
}
