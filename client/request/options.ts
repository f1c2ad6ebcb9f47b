import { NotSupportedError } from "../../http/not_supported_error.ts";
import type { QueryInit } from "../../http/query.ts";
import type { AbstractCookieJar } from "../cookies/abstract_cookie_jar.ts";
import { appTransport, type FetchApp } from "../transport/app_transport.ts";
import { type BasicAuth, encodeBasicAuth } from "../hop/basic_auth.ts";
import type { RequestCompression, RequestData } from "../body/payload_of.ts";
import { checkProxy, type ConnectorOptions } from "../connect/connector.ts";
import { environmentOf } from "../connect/environment.ts";
import { CookieJar } from "../cookies/cookie_jar.ts";
import type { CookieInit } from "../cookies/cookie_pairs.ts";
import { networkTransport } from "../transport/fetch_transport.ts";
import { DefaultHeaders, type HeadersLike, NO_NAMES } from "../hop/header_list.ts";
import type { Transport } from "../hop/transport.ts";
import type { ClientMiddleware } from "../hop/middleware.ts";
import type { ProgressCallback } from "../hop/progress.ts";
import type { ClientResponse, FallbackCharsetResolver } from "../response/response.ts";
import { DEFAULT_BODY_POLICY, resolvePolicy } from "../response/response_body.ts";
import { retryMiddleware } from "../middleware/retry.ts";
import { type ClientTimeout, resolveTimeout, type TimeLimits } from "../hop/timeout.ts";
import type { TraceConfig } from "../hop/trace.ts";
import { parseBaseUrl } from "./url.ts";

/** Checks a response and throws to reject it. */
export type RaiseForStatus = boolean | ((response: ClientResponse) => void | Promise<void>);

/** Options of sessions and requests; a request's value overrides the session's. */
export interface SharedOptions {
  /** Headers; a request's override the session's. */
  readonly headers?: HeadersLike | undefined;
  /**
   * Automatic headers to omit, including `host` and the `content-length: 0` of a POST without a
   * body; a request's are added to the session's. `fetch` always sends `host`, `content-length`,
   * `accept`, `accept-encoding`, `accept-language` and `user-agent`.
   */
  readonly skipAutoHeaders?: Iterable<string> | undefined;
  /**
   * Credentials for Basic authentication. A session's are only for the origin of `baseUrl`, or
   * without one for every server; none goes to another origin on a redirect.
   */
  readonly auth?: BasicAuth | undefined;
  /** Timeouts; a request's object replaces the session's entirely. */
  readonly timeout?: ClientTimeout | undefined;
  /** Middlewares of every hop, the first one outermost. A request's replace the session's. */
  readonly middlewares?: readonly ClientMiddleware[] | undefined;
  /** Number of retries, or options of `retryMiddleware()`; wraps `middlewares`. @default {0} */
  readonly retry?: number | undefined;
  /** Proxy, as `connector.proxy`. */
  readonly proxy?: string | URL | undefined;
  /**
   * Whether to throw `ClientResponseError`, with the first 64 KiB of the body, on a status of 400
   * or above; or a function that checks the response. @default {false}
   */
  readonly raiseForStatus?: RaiseForStatus | undefined;
  /**
   * Whether to decode gzip, deflate, brotli and zstd; the headers are unchanged. Deno's `fetch`
   * decodes a single gzip or brotli itself; with `false`, a server that reads only the first
   * `Accept-Encoding` line does not compress. On other runtimes `fetch` always decodes, and `false`
   * throws `NotSupportedError`. @default {true}
   */
  readonly autoDecompress?: boolean | undefined;
  /** Limit of the decoded size in bytes, else `ClientPayloadError`; 0: none. @default {536870912} */
  readonly maxDecodedSize?: number | undefined;
  /** Limit of `read()`, `text()`, `json()` in bytes, else `ClientPayloadError`; 0: none. @default {0} */
  readonly maxBodySize?: number | undefined;
}

/** Options of {@linkcode ClientSession}. */
export interface SessionOptions extends SharedOptions {
  /** Base of relative URLs; its path counts as a folder, and its credentials as `auth`. */
  readonly baseUrl?: string | URL | undefined;
  /** Cookies that are sent to every server. */
  readonly cookies?: CookieInit | undefined;
  /** The cookie jar. @default a new jar */
  readonly cookieJar?: AbstractCookieJar | undefined;
  /** Serializes the value of `json`. @default {JSON.stringify} */
  readonly jsonSerialize?: ((value: unknown) => string) | undefined;
  /** Returns the encoding of a text whose header has no known charset. @default UTF-8 */
  readonly fallbackCharsetResolver?: FallbackCharsetResolver | undefined;
  /** Connection options: limits, TLS, proxy. */
  readonly connector?: ConnectorOptions | undefined;
  /** An application of this process to call without a socket, at `http://localhost/` by default. */
  readonly app?: FetchApp | undefined;
  /** The transport, instead of `connector` and `app`. @default {socketTransport()} */
  readonly transport?: Transport | undefined;
  /**
   * Whether to use `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` and `.netrc` (`$NETRC`, else in the home
   * folder), as far as permitted. Deno's `fetch` uses the proxies even with `false` if the program
   * has no permission to read them (`--allow-env=HTTP_PROXY,…`). @default {false}
   */
  readonly trustEnv?: boolean | undefined;
  /** Trace hooks for the session's requests. */
  readonly traceConfigs?: readonly TraceConfig[] | undefined;
}

/** Options of a request. */
export interface RequestOptions<Params = never, Data = never> extends SharedOptions {
  /** Query, appended to that of the URL. */
  readonly params?: QueryInit | Params | undefined;
  /** Whether URL and `params` (a string) are encoded and sent unchanged. @default {false} */
  readonly encoded?: boolean | undefined;
  /** The body. Not together with `json`. */
  readonly data?: RequestData | Data | undefined;
  /** Value to send as JSON. Not together with `data`. */
  readonly json?: unknown;
  /** Compresses the body. @default {false} */
  readonly compress?: RequestCompression | undefined;
  /** Cookies of this request and its redirects within the origin; they are not stored. */
  readonly cookies?: CookieInit | undefined;
  /** Whether the body waits for `100 Continue`, at most 1 s; not over `fetch`. @default {false} */
  readonly expect100?: boolean | undefined;
  /** Whether to follow redirects. @default {true}, {false} for `HEAD` */
  readonly allowRedirects?: boolean | undefined;
  /** Fails on this many redirects: 10 follows at most 9; 0 for no limit. @default {10} */
  readonly maxRedirects?: number | undefined;
  /** Context for the hooks of the session's `traceConfigs`. */
  readonly traceContext?: unknown;
  /** Aborts the request and its body; the reason is thrown, wrapped if it is not an `Error`. */
  readonly signal?: AbortSignal | undefined;
  /** Upload progress of a body that is streamed then; it starts over on a redirect or retry. */
  readonly onUploadProgress?: ProgressCallback | undefined;
  /** Download progress callback; counts bytes on the wire. */
  readonly onDownloadProgress?: ProgressCallback | undefined;
}

export type SessionDefaults = ReturnType<typeof resolveSession>;

/** Resolved options of a request, merged with its session's. */
export type ResolvedOptions = ReturnType<typeof resolveRequest>;

export function resolveSession(options: SessionOptions) {
  const cookieJar = options.cookieJar ?? new CookieJar();
  if (options.cookies !== undefined) cookieJar.updateCookies(options.cookies);
  const transport = transportOf(options);
  const proxy = options.proxy ?? options.connector?.proxy;
  if (options.app !== undefined) refuseProxy(proxy);
  const baseUrl = options.baseUrl ?? (options.app === undefined ? undefined : "http://localhost/");
  const base = baseUrl === undefined ? null : parseBaseUrl(baseUrl);
  if (base !== null && base.auth !== null && options.auth !== undefined) {
    throw new TypeError("Cannot combine auth with credentials in baseUrl");
  }
  const auth = options.auth ?? base?.auth ?? null;
  return {
    baseUrl: base?.url ?? null,
    headers: new DefaultHeaders(options.headers, transport.usualHeaders),
    skipAutoHeaders: skipped(NO_NAMES, options.skipAutoHeaders, transport),
    /** The `Authorization` header of `auth` or of `baseUrl`. */
    authorization: auth === null ? null : encodeBasicAuth(auth),
    cookieJar,
    jsonSerialize: options.jsonSerialize ?? JSON.stringify,
    timeout: timeoutOf(transport, options),
    middlewares: options.middlewares ?? [],
    retry: options.retry ?? 0,
    proxy: proxy === undefined ? null : checkProxy(proxy),
    raiseForStatus: options.raiseForStatus ?? false,
    policy: resolvePolicy(DEFAULT_BODY_POLICY, options),
    fallbackCharsetResolver: options.fallbackCharsetResolver ?? null,
    transport,
    connector: options.connector ?? {},
    /** The option that replaces the built-in connections, `null` for none. */
    ownWay: (["app", "transport"] as const).find((name) => options[name] !== undefined) ?? null,
    /** Proxies and credentials of the environment; `null` without `trustEnv`. */
    environment: options.trustEnv === true ? environmentOf() : null,
    traceConfigs: options.traceConfigs ?? [],
  };
}

function timeoutOf(transport: Transport, { timeout }: SharedOptions): TimeLimits {
  const limits = resolveTimeout(timeout);
  if (limits.sockConnect > 0) refuseWhatLacks(transport, "timeout.sockConnect");
  return limits;
}

function refuseWhatLacks({ lacks = {} }: Transport, option: string): void {
  const remedy = lacks[option];
  if (remedy !== undefined) throw new NotSupportedError(option, remedy);
}

function refuseProxy(proxy: string | URL | undefined): void {
  if (proxy === undefined) return;
  const why = "an application in this program is called, not connected to";
  throw new NotSupportedError("proxy", why);
}

function maxRedirectsOf(given = 10): number {
  if (Number.isSafeInteger(given) && given >= 0) return given;
  throw new RangeError(`Cannot use maxRedirects ${given}: expected a whole number >= 0`);
}

function transportOf({ app, connector, transport }: SessionOptions): Transport {
  if ([app, connector, transport].filter((each) => each !== undefined).length > 1) {
    throw new TypeError("Cannot make a session: give one of app, connector and transport");
  }
  return app === undefined ? transport ?? networkTransport(connector) : appTransport(app);
}

export function resolveRequest(
  session: SessionDefaults,
  method: string,
  options: RequestOptions,
) {
  if (options.data !== undefined && options.json !== undefined) {
    throw new TypeError("data and json can not be used at the same time");
  }
  if (session.ownWay === "app") refuseProxy(options.proxy);
  if (options.expect100) refuseWhatLacks(session.transport, "expect100");
  const ownMiddlewares = options.middlewares !== undefined || options.retry !== undefined;
  const { transport } = session;
  const skipAutoHeaders = skipped(session.skipAutoHeaders, options.skipAutoHeaders, transport);
  return {
    session,
    method,
    given: options,
    traceContext: options.traceContext,
    headers: session.headers.merge(options.headers, skipAutoHeaders),
    skipAutoHeaders,
    auth: options.auth ?? null,
    timeout: options.timeout === undefined ? session.timeout : timeoutOf(transport, options),
    /** `null` for the session's. */
    middlewares: ownMiddlewares ? middlewaresOf(session, options) : null,
    proxy: options.proxy === undefined ? session.proxy : checkProxy(options.proxy),
    raiseForStatus: options.raiseForStatus ?? session.raiseForStatus,
    policy: resolvePolicy(session.policy, options),
    follow: options.allowRedirects ?? method !== "HEAD",
    maxRedirects: maxRedirectsOf(options.maxRedirects),
    signal: options.signal ?? null,
    onUploadProgress: options.onUploadProgress ?? null,
  };
}

/** Combines the middlewares of a request, with retries outermost. */
export function middlewaresOf(
  session: Pick<SessionDefaults, "middlewares" | "retry">,
  own: SharedOptions = {},
): readonly ClientMiddleware[] {
  const { middlewares = session.middlewares, retry = session.retry } = own;
  return retry === 0 ? middlewares : [retryMiddleware({ retries: retry }), ...middlewares];
}

function skipped(
  defaults: ReadonlySet<string>,
  own: Iterable<string> | undefined,
  transport: Transport,
): ReadonlySet<string> {
  if (own === undefined) return defaults;
  const names = Array.from(own, (name) => name.toLowerCase());
  for (const name of names) refuseWhatLacks(transport, `skipAutoHeaders: "${name}"`);
  return new Set([...defaults, ...names]);
}
