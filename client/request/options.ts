/**
 * Options of a session and of a request, resolved once into one complete record.
 * @module
 */
import { NotSupportedError } from "../../http/not_supported_error.ts";
import type { QueryInit } from "../../http/query.ts";
import type { AbstractCookieJar } from "../cookies/abstract_cookie_jar.ts";
import { appTransport, type FetchApp } from "../transport/app_transport.ts";
import { type BasicAuth, encodeBasicAuth } from "../hop/basic_auth.ts";
import type { RequestCompression } from "../body/compressed_payload.ts";
import { checkProxy, type ConnectorOptions } from "../connect/connector.ts";
import { CookieJar } from "../cookies/cookie_jar.ts";
import type { CookieInit } from "../cookies/cookie_pairs.ts";
import { networkTransport } from "../transport/network_transport.ts";
import { DefaultHeaders, type HeadersLike } from "../hop/header_list.ts";
import type { HeaderList, Transport } from "../hop/transport.ts";
import type { ClientMiddleware } from "../hop/middleware.ts";
import type { RequestData } from "../body/payload_of.ts";
import type { ProgressCallback } from "../hop/progress.ts";
import type { ClientResponse, FallbackCharsetResolver } from "../response/response.ts";
import { type BodyPolicy, DEFAULT_BODY_POLICY, resolvePolicy } from "../response/response_body.ts";
import { retryMiddleware } from "../middleware/retry.ts";
import { type ClientTimeout, resolveTimeout, type TimeLimits } from "../hop/timeout.ts";
import type { TraceConfig } from "../hop/trace.ts";
import { parseBaseUrl } from "./url.ts";

/** Decides about a reply: throws, or lets it pass. */
export type RaiseForStatus = boolean | ((response: ClientResponse) => void | Promise<void>);

/** What a session and a request both take; a request's value counts instead of the session's. */
export interface SharedOptions {
  /** Headers; a request's header replaces the session's of the same name. */
  readonly headers?: HeadersLike | undefined;
  /**
   * Names of headers that are not added by themselves, `host` and the `content-length: 0` of a POST
   * without a body among them; a request's come on top of the session's. `fetch` sends its own
   * `host`, `content-length`, `accept`, `accept-encoding`, `accept-language` and `user-agent` always.
   */
  readonly skipAutoHeaders?: Iterable<string> | undefined;
  /**
   * Credentials for Basic authentication. A session's go to the origin of `baseUrl` alone, or to
   * every server where there is none; none go to another origin on a redirect.
   */
  readonly auth?: BasicAuth | undefined;
  /** Limits of time; a request's object replaces the session's whole. */
  readonly timeout?: ClientTimeout | undefined;
  /** What every hop passes through, the first one outermost. A request's replace the session's. */
  readonly middlewares?: readonly ClientMiddleware[] | undefined;
  /**
   * How often a request is repeated, see `retryMiddleware()`; outside of `middlewares`.
   * @default {0}
   */
  readonly retry?: number | undefined;
  /** Proxy, as `connector.proxy`. */
  readonly proxy?: string | URL | undefined;
  /**
   * Whether a status of 400 and above is thrown as `ClientResponseError`, with the first 64 KiB of
   * the body; or a function that looks at the response and throws.
   * @default {false}
   */
  readonly raiseForStatus?: RaiseForStatus | undefined;
  /**
   * Whether bodies in gzip, deflate, brotli and zstd are decoded; `content-encoding` and
   * `content-length` stay as they came. Over Deno's `fetch` a single gzip or brotli is decoded by
   * the platform, which passes over whatever follows the first gzip member; with `false`, a server
   * that reads only the first `Accept-Encoding` line will not compress. Elsewhere `fetch` decodes
   * always, and `false` throws `NotSupportedError`.
   * @default {true}
   */
  readonly autoDecompress?: boolean | undefined;
  /**
   * Most bytes that decoding may make of a body, 0 for no limit; more is a `ClientPayloadError`. A
   * kilobyte can stand for gigabytes. The default is what the longest string can hold.
   * @default {536870912}
   */
  readonly maxDecodedSize?: number | undefined;
  /**
   * Most bytes that `read()`, `text()` and `json()` of a response take into memory, after decoding; 0
   * for no limit. More is a `ClientPayloadError`; `response.content` has no limit.
   * @default {0}
   */
  readonly maxBodySize?: number | undefined;
}

/** What {@linkcode ClientSession} takes. */
export interface SessionOptions extends SharedOptions {
  /**
   * URL that relative ones are resolved against; its path counts as a folder, and credentials in it
   * as `auth`.
   */
  readonly baseUrl?: string | URL | undefined;
  /** Cookies that are sent to every server. */
  readonly cookies?: CookieInit | undefined;
  /** Where cookies are kept. @default a new jar */
  readonly cookieJar?: AbstractCookieJar | undefined;
  /** Turns the value of `json` into text. @default {JSON.stringify} */
  readonly jsonSerialize?: ((value: unknown) => string) | undefined;
  /** Names the encoding of a text whose header does not, or names an unknown one. @default UTF-8 */
  readonly fallbackCharsetResolver?: FallbackCharsetResolver | undefined;
  /** How to connect: limits, TLS, proxy. */
  readonly connector?: ConnectorOptions | undefined;
  /**
   * An application in this program that gets the requests without a socket. Without `baseUrl`,
   * relative URLs are then of `http://localhost/`.
   */
  readonly app?: FetchApp | undefined;
  /** What carries the bytes, instead of `connector` and `app`. @default {socketTransport()} */
  readonly transport?: Transport | undefined;
  /**
   * Whether the environment may speak: proxies of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`,
   * credentials of `.netrc` (`$NETRC`, else in the home folder). What Deno has no permission to
   * read is left out; but Deno's own `fetch` heeds the proxies, `false` or not, in a program that
   * may not read them (`--allow-env=HTTP_PROXY,…`).
   * @default {false}
   */
  readonly trustEnv?: boolean | undefined;
  /** Hooks on the way of the session's requests. */
  readonly traceConfigs?: readonly TraceConfig[] | undefined;
}

/** What a request takes. */
export interface RequestOptions<Params = never, Data = never> extends SharedOptions {
  /** Query, added to the one of the URL. */
  readonly params?: QueryInit | Params | undefined;
  /** Whether URL and `params` (a string) have to be sent as they are. @default {false} */
  readonly encoded?: boolean | undefined;
  /** The body. Not together with `json`. */
  readonly data?: RequestData | Data | undefined;
  /** Value to send as JSON. Not together with `data`. */
  readonly json?: unknown;
  /** Compresses the body. @default {false} */
  readonly compress?: RequestCompression | undefined;
  /** Cookies of this request; they go along on redirects within the origin and are not kept. */
  readonly cookies?: CookieInit | undefined;
  /**
   * Whether the body waits until the server says `100 Continue`, at most a second
   * (RFC 9110 section 10.1.1); a server that answers otherwise is not sent it. Not over `fetch`.
   * @default {false}
   */
  readonly expect100?: boolean | undefined;
  /** Whether redirects are followed. @default {true}, {false} for `HEAD` */
  readonly allowRedirects?: boolean | undefined;
  /** The redirect reply that is an error, counted from 1; 0 for no limit. @default {10} */
  readonly maxRedirects?: number | undefined;
  /** What the session's `traceConfigs` are given. */
  readonly traceContext?: unknown;
  /**
   * Aborts the request, its body included; its reason is what is thrown, as the `cause` of a
   * `ClientConnectionError` where it is no `Error`.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Told how much of the body was sent. The body goes out as a stream then, and again from the
   * start if a redirect or a retry asks for that.
   */
  readonly onUploadProgress?: ProgressCallback | undefined;
  /** Told how much of the reply's body was read, as it is on the wire. */
  readonly onDownloadProgress?: ProgressCallback | undefined;
}

/** A session's options, complete. */
export interface SessionDefaults {
  readonly baseUrl: URL | null;
  readonly headers: DefaultHeaders;
  readonly skipAutoHeaders: ReadonlySet<string>;
  /** The `Authorization` header of `auth` or of `baseUrl`. */
  readonly authorization: string | null;
  readonly cookieJar: AbstractCookieJar;
  readonly jsonSerialize: (value: unknown) => string;
  readonly timeout: TimeLimits;
  readonly middlewares: readonly ClientMiddleware[];
  readonly retry: number;
  readonly proxy: string | null;
  readonly raiseForStatus: RaiseForStatus;
  readonly policy: BodyPolicy;
  readonly fallbackCharsetResolver: FallbackCharsetResolver | null;
  readonly transport: Transport;
  /** How the transport was made; a WebSocket may have one with certificates of its own. */
  readonly connector: ConnectorOptions;
  /** The option by which requests go another way than connections of our own, `null` for none. */
  readonly ownWay: "app" | "transport" | null;
  readonly trustEnv: boolean;
  readonly traceConfigs: readonly TraceConfig[];
}

/** A request's options over its session's, complete. */
export interface ResolvedOptions
  extends
    Pick<RequestOptions, "params" | "encoded" | "data" | "json" | "compress" | "cookies">,
    Pick<RequestOptions, "expect100" | "traceContext"> {
  readonly session: SessionDefaults;
  /** In upper case. */
  readonly method: string;
  /** As the caller gave it. */
  readonly url: string | URL;
  readonly headers: HeaderList;
  /** Whether some of these are the request's own. */
  readonly hasHeaders: boolean;
  readonly skipAutoHeaders: ReadonlySet<string>;
  readonly auth: BasicAuth | null;
  readonly timeout: TimeLimits;
  /** `null` for the session's. */
  readonly middlewares: readonly ClientMiddleware[] | null;
  readonly proxy: string | null;
  readonly raiseForStatus: RaiseForStatus;
  readonly policy: BodyPolicy;
  readonly follow: boolean;
  readonly maxRedirects: number;
  readonly signal: AbortSignal | null;
  readonly onUploadProgress: ProgressCallback | null;
}

/**
 * Completes a session's options.
 *
 * @throws {InvalidURLError} If `baseUrl` is not an absolute `http:` or `https:` URL.
 * @throws {TypeError} If more than one of `app`, `connector` and `transport` is given, or `auth`
 * with credentials in `baseUrl`, or is none itself.
 * @throws {NotSupportedError} If a proxy is named for an application in this program.
 */
export function resolveSession(options: SessionOptions): SessionDefaults {
  const cookieJar = options.cookieJar ?? new CookieJar();
  if (options.cookies !== undefined) cookieJar.updateCookies(options.cookies);
  const transport = transportOf(options);
  const proxy = options.proxy ?? options.connector?.proxy;
  if (options.app !== undefined && proxy !== undefined) throw noProxy();
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
    ownWay: options.app !== undefined
      ? "app"
      : options.transport !== undefined
      ? "transport"
      : null,
    trustEnv: options.trustEnv ?? false,
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

function noProxy(): NotSupportedError {
  return new NotSupportedError(
    "proxy",
    "an application in this program is called, not connected to",
  );
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

/**
 * Completes a request's options.
 *
 * @throws {TypeError} If `data` and `json` are both given.
 * @throws {RangeError} If `maxRedirects` is no number of redirects.
 * @throws {NotSupportedError} If a proxy is named for an application in this program.
 */
export function resolveRequest(
  session: SessionDefaults,
  method: string,
  url: string | URL,
  options: RequestOptions,
): ResolvedOptions {
  if (options.data !== undefined && options.json !== undefined) {
    throw new TypeError("data and json can not be used at the same time");
  }
  if (session.ownWay === "app" && options.proxy !== undefined) throw noProxy();
  if (options.expect100) refuseWhatLacks(session.transport, "expect100");
  const ownMiddlewares = options.middlewares !== undefined || options.retry !== undefined;
  const skipAutoHeaders = skipped(
    session.skipAutoHeaders,
    options.skipAutoHeaders,
    session.transport,
  );
  return {
    session,
    method,
    url,
    params: options.params,
    encoded: options.encoded,
    data: options.data,
    json: options.json,
    compress: options.compress,
    cookies: options.cookies,
    expect100: options.expect100,
    traceContext: options.traceContext,
    headers: session.headers.merge(options.headers, skipAutoHeaders),
    hasHeaders: options.headers !== undefined,
    skipAutoHeaders,
    auth: options.auth ?? null,
    timeout: options.timeout === undefined
      ? session.timeout
      : timeoutOf(session.transport, options),
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

/** Puts a request's middlewares together, the repetition outermost. */
export function middlewaresOf(
  session: Pick<SessionDefaults, "middlewares" | "retry">,
  own: SharedOptions = {},
): readonly ClientMiddleware[] {
  const { middlewares = session.middlewares, retry = session.retry } = own;
  return retry === 0 ? middlewares : [retryMiddleware({ retries: retry }), ...middlewares];
}

const NO_NAMES: ReadonlySet<string> = new Set();

function skipped(
  defaults: ReadonlySet<string>,
  own: Iterable<string> | undefined,
  transport: Transport,
): ReadonlySet<string> {
  if (own === undefined) return defaults;
  const names = Array.from(own, (name) => name.toLowerCase());
  for (const name of names) {
    refuseWhatLacks(transport, `skipAutoHeaders: "${name}"`);
  }
  return new Set([...defaults, ...names]);
}
