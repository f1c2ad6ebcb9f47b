/**
 * One hop: cookies in, transport, cookies out.
 * @module
 */
import type { AbstractCookieJar } from "../cookies/abstract_cookie_jar.ts";
import { ClientOSError, ServerDisconnectedError } from "../errors/connection_errors.ts";
import { type ObservedBody, observedBody, observedResult } from "./observed_hop.ts";
import type { Environment } from "../connect/environment.ts";
import { headerOf, isNamed, withHeader } from "../hop/header_list.ts";
import { type HopAbort, NEVER } from "../hop/hop_abort.ts";
import type { ClientHandler } from "../hop/middleware.ts";
import type { Payload } from "../hop/payload.ts";
import { type ClientRequest, contextOf } from "../hop/request.ts";
import type { RequestContext } from "../hop/request_context.ts";
import type {
  HeaderList,
  HopObserver,
  HopRequest,
  HopResult,
  Transport,
} from "../hop/transport.ts";

/** What all hops of a session share. */
export interface SendInit {
  /** What carries the bytes. */
  readonly transport: Transport;
  /** Where cookies come from and go to. */
  readonly jar: AbstractCookieJar;
  /** What the environment says about proxies and credentials; `null` if it is not trusted. */
  readonly environment: Environment | null;
  /** Whether a hop whose connection was gone is sent once more, if the server may see it twice. @default {false} */
  readonly repeats?: boolean;
}

/**
 * Methods that may reach the server twice without harm (RFC 9110 section 9.2.2, RFC 10008 for
 * QUERY).
 */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "PUT",
  "DELETE",
  "QUERY",
]);

/**
 * Makes the innermost handler of a session, which sends a hop.
 *
 * @param init Transport, jar, environment.
 * @returns The handler.
 */
export function sender(init: SendInit): ClientHandler {
  const { transport, jar, environment, repeats = false } = init;
  return async (request) => {
    const context = contextOf(request);
    const hop = new Hop(request, outgoing(request, jar, environment), environment);
    let result: HopResult;
    try {
      hop.begin();
      try {
        result = await transport.send(hop);
      } catch (error) {
        if (!repeats || !isGone(error, request, hop.abort)) throw error;
        hop.again();
        result = await transport.send(hop);
      }
    } catch (error) {
      hop.body?.stop?.(); // fetch does not cancel the body of a connection that was never made
      throw error;
    } finally {
      context?.phases.connected();
      context?.phases.idle();
    }
    const observed = observedResult(result, request, hop.body);
    context?.received(observed);
    if (context !== null && context.trace !== null) {
      const { status, headers } = result;
      const response = { status, url: request.url, headers };
      context.trace.emit("onResponseHead", { request, response });
    }
    const cookies = result.setCookies?.() ?? result.headers.getSetCookie();
    if (cookies.length > 0) jar.updateFromHeaders(cookies, request.url);
    return observed;
  };
}

/** One hop on its way to the transport. */
class Hop implements HopRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  readonly once: boolean;
  readonly proxy: string | null;
  readonly rawBody: boolean;
  readonly abort: HopAbort;
  readonly observer: HopObserver | null;
  readonly skipped: ReadonlySet<string>;
  body: ObservedBody | null = null;
  fresh = false;
  readonly #request: ClientRequest;
  readonly #isStream: boolean;

  constructor(request: ClientRequest, headers: HeaderList, environment: Environment | null) {
    const { method, payload } = request;
    const context = contextOf(request);
    this.method = method;
    this.url = request.href;
    this.headers = headers;
    this.once = !IDEMPOTENT.has(method);
    this.proxy = context?.proxy ?? environment?.proxyFor(request.url) ?? null;
    this.rawBody = context?.rawBody ?? false;
    this.abort = context?.abort ?? NEVER;
    // With a stream it is the server's turn only when that has ended, see observed_hop.ts.
    this.#isStream = payload !== null &&
      (payload.bytes === null || (context?.onUploadProgress ?? null) !== null);
    this.observer = observerOf(request, context, this.#isStream);
    this.skipped = context?.skipped ?? NONE;
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  begin(): void {
    const { phases } = contextOf(this.#request) ?? {};
    phases?.connecting();
    if (!this.#isStream) phases?.reading();
    this.#open();
  }

  /** Makes it ready to be sent once more, on a connection that has carried nothing before. */
  again(): void {
    this.body?.stop?.();
    this.fresh = true;
    this.#open();
  }

  #open(): void {
    const request = this.#request;
    contextOf(request)?.trace?.emit("onRequestHeadersSent", { request });
    if (request.payload !== null) this.body = observedBody(request.payload, request);
  }
}

/**
 * Whether the connection of a hop was gone before a byte of a reply, as far as the transport can
 * see, and the server may see the request twice.
 */
function isGone(error: unknown, { method, payload }: ClientRequest, abort: HopAbort): boolean {
  const gone = error instanceof ServerDisconnectedError || error instanceof ClientOSError;
  const repeatable = IDEMPOTENT.has(method) && (payload === null || payload.replayable);
  return gone && repeatable && abort.reason === null;
}

function observerOf(
  request: ClientRequest,
  context: RequestContext | null,
  isStream: boolean,
): HopObserver | null {
  if (context === null) return null;
  const { phases, trace } = context;
  if (trace === null && !phases.watchesConnect && !phases.watchesReads) return null;
  const reading = (): void => {
    if (!isStream) phases.reading();
  };
  let isNew = false;
  return {
    queued() {
      phases.idle();
      trace?.emit("onConnectionQueuedStart", { request });
    },
    dequeued() {
      reading();
      trace?.emit("onConnectionQueuedEnd", { request });
    },
    connecting() {
      isNew = true;
      phases.idle();
      phases.opening();
      trace?.emit("onConnectionCreateStart", { request });
    },
    resolving(host) {
      trace?.emit("onDnsCacheMiss", { request, host });
      trace?.emit("onDnsResolvehostStart", { request, host });
    },
    resolved(host, isKept) {
      trace?.emit(isKept ? "onDnsCacheHit" : "onDnsResolvehostEnd", { request, host });
    },
    securing: () => trace?.emit("onTlsStart", { request }),
    secured: () => trace?.emit("onTlsEnd", { request }),
    connected(isReused) {
      phases.connected();
      if (isNew) reading();
      if (isReused === undefined) return;
      trace?.emit(isReused ? "onConnectionReuseconn" : "onConnectionCreateEnd", { request });
    },
    // The peer is at work: its silence begins anew.
    progressed: () => phases.reading(),
    informed(status, headers) {
      phases.reading();
      trace?.emit("onInformation", { request, status, headers });
    },
  };
}

const NONE: ReadonlySet<string> = new Set();

/** The headers of a hop with all that is added to the caller's. */
function outgoing(
  request: ClientRequest,
  jar: AbstractCookieJar,
  environment: Environment | null,
): HeaderList {
  const { payload } = request;
  let headers = request.headerList;
  const hasCookies = !jar.isEmpty || request.cookies.size > 0;
  const cookies = hasCookies ? jar.cookieHeader(request.url, request.cookies) : "";
  if (cookies !== "") {
    const own = headers.filter(([name]) => isNamed(name, "cookie")).map(([, value]) => value);
    const all = own.length === 0 ? cookies : mergedCookies(own.join(";"), cookies);
    headers = withHeader(headers, "cookie", all);
  }
  if (payload !== null) headers = described(headers, payload, contextOf(request));
  if (environment !== null && headerOf(headers, "authorization") === null) {
    const credentials = environment.authFor(request.url);
    if (credentials !== null) headers = [...headers, ["authorization", credentials]];
  }
  return headers;
}

/** The headers with those about the body; it has a type even when it is empty, as in aiohttp. */
function described(
  headers: HeaderList,
  { contentType, contentEncoding: coding = null }: Payload,
  context: RequestContext | null,
): HeaderList {
  const isTyped = context?.skipped.has("content-type") === true ||
    headerOf(headers, "content-type") !== null;
  const typed = isTyped ? headers : withType(headers, contentType);
  return coding === null ? typed : [...typed, ["content-encoding", coding]];
}

let lastTyped = { headers: [] as HeaderList, type: "", list: [] as HeaderList };

/** The same list for the same headers, so that whoever writes them knows them again. */
function withType(headers: HeaderList, type: string): HeaderList {
  if (lastTyped.headers !== headers || lastTyped.type !== type) {
    lastTyped = { headers, type, list: [...headers, ["content-type", type]] };
  }
  return lastTyped.list;
}

/** A Cookie header of the caller's with the jar's and the request's cookies, which win by name. */
function mergedCookies(own: string, cookies: string): string {
  const names = new Set(cookies.split("; ").map((each) => each.split("=", 1)[0]));
  const kept = own.split(";").map((each) => each.trim())
    .filter((each) => each !== "" && !names.has(each.split("=", 1)[0]));
  return [...kept, cookies].join("; ");
}
