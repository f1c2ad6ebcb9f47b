import type { AbstractCookieJar } from "../cookies/abstract_cookie_jar.ts";
import { ClientOSError, ServerDisconnectedError } from "../errors/client_errors.ts";
import { type ObservedBody, observedBody, observedResult } from "./observed_hop.ts";
import type { Environment } from "../connect/environment.ts";
import { headerOf, isNamed, NO_NAMES, withHeader } from "../hop/header_list.ts";
import { type HopAbort, NEVER } from "../hop/hop_abort.ts";
import type { ClientHandler } from "../hop/middleware.ts";
import type { SendableBody } from "../../http/bytes/sendable_body.ts";
import type { SessionDefaults } from "./options.ts";
import { type ClientRequest, contextOf } from "../hop/request.ts";
import type { RequestContext } from "../hop/request_context.ts";
import type {
  HeaderList,
  HopObserver,
  HopRequest,
  HopResult,
  Transport,
} from "../hop/transport.ts";

/** Idempotent methods (RFC 9110 section 9.2.2, RFC 10008 for QUERY). */
const IDEMPOTENT: ReadonlySet<string> = new Set(
  "GET HEAD OPTIONS TRACE PUT DELETE QUERY".split(" "),
);

/** The innermost handler; if it `repeats`, an idempotent hop is resent over a new connection. */
export function sender(
  { cookieJar: jar, environment }: Pick<SessionDefaults, "cookieJar" | "environment">,
  transport: Transport,
  repeats = false,
): ClientHandler {
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
      hop.body?.stop?.(); // fetch does not cancel the body if connecting fails
      throw error;
    } finally {
      context?.connected();
      context?.idle();
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
    this.abort = context ?? NEVER;
    // After a stream, reading starts at its end, see observed_hop.ts.
    this.#isStream = payload !== null &&
      (payload.bytes === null || (context?.onUploadProgress ?? null) !== null);
    this.observer = observerOf(request, context, this.#isStream);
    this.skipped = context?.skipped ?? NO_NAMES;
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  begin(): void {
    const request = this.#request;
    const context = contextOf(request);
    context?.connecting();
    if (!this.#isStream) context?.reading();
    context?.trace?.emit("onRequestHeadersSent", { request });
    if (request.payload !== null) this.body = observedBody(request.payload, request);
  }

  /** Prepares it to be sent again on a new connection. */
  again(): void {
    this.body?.stop?.();
    this.fresh = true;
    this.begin();
  }
}

/** Whether the connection closed before a response began, and the request may be sent twice. */
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
  const { trace } = context;
  if (trace === null && !context.watchesConnect && !context.watchesReads) return null;
  const reading = (): void => {
    if (!isStream) context.reading();
  };
  let isNew = false;
  return {
    queued() {
      context.idle();
      trace?.emit("onConnectionQueuedStart", { request });
    },
    dequeued() {
      reading();
      trace?.emit("onConnectionQueuedEnd", { request });
    },
    connecting() {
      isNew = true;
      context.idle();
      context.opening();
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
      context.connected();
      if (isNew) reading();
      if (isReused === undefined) return;
      trace?.emit(isReused ? "onConnectionReuseconn" : "onConnectionCreateEnd", { request });
    },
    // The peer is active: restart the timeout.
    progressed: () => context.reading(),
    informed(status, headers) {
      context.reading();
      trace?.emit("onInformation", { request, status, headers });
    },
  };
}

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

/** The headers with those of the body; an empty body has a type too, as in aiohttp. */
function described(
  headers: HeaderList,
  { contentType, contentEncoding: coding = null }: SendableBody,
  context: RequestContext | null,
): HeaderList {
  const isTyped = context?.skipped.has("content-type") === true ||
    headerOf(headers, "content-type") !== null;
  const typed = isTyped ? headers : withType(headers, contentType);
  return coding === null ? typed : [...typed, ["content-encoding", coding]];
}

let lastTyped = { headers: [] as HeaderList, type: "", list: [] as HeaderList };

/** The same array for the same headers, which the request writer uses as a cache key. */
function withType(headers: HeaderList, type: string): HeaderList {
  if (lastTyped.headers !== headers || lastTyped.type !== type) {
    lastTyped = { headers, type, list: [...headers, ["content-type", type]] };
  }
  return lastTyped.list;
}

/** The caller's Cookie header with the cookies of jar and request, which override by name. */
function mergedCookies(own: string, cookies: string): string {
  const names = new Set(cookies.split("; ").map((each) => each.split("=", 1)[0]));
  const kept = own.split(";").map((each) => each.trim())
    .filter((each) => each !== "" && !names.has(each.split("=", 1)[0]));
  return [...kept, cookies].join("; ");
}
