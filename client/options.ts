/**
 * Options of a session and of a request, resolved once into one complete record.
 * @module
 */
import type { QueryInit } from "../http/query.ts";
import type { AbstractCookieJar } from "./abstract_cookie_jar.ts";
import { type CookieInit, CookieJar } from "./cookie_jar.ts";
import type { RequestData } from "./payload.ts";
import { type BodyPolicy, DEFAULT_BODY_POLICY } from "./response_body.ts";
import type { ProgressCallback } from "./progress.ts";
import type { ClientResponse, FallbackCharsetResolver } from "./response.ts";
import type { ClientTimeout } from "./timeout.ts";
import { parseBaseUrl } from "./url.ts";
import type { Transport } from "./transport.ts";
import { fetchTransport } from "./fetch_transport.ts";

/** Decides about a reply: throws, or lets it pass. */
export type RaiseForStatus = boolean | ((response: ClientResponse) => void | Promise<void>);

/** What a session and a request both take; a request's value counts instead of the session's. */
export interface SharedOptions {
  /** Headers; a request's header replaces the session's of the same name. */
  readonly headers?: HeadersInit;
  /** Limits of time; a request's object replaces the session's whole. */
  readonly timeout?: ClientTimeout;
  /**
   * Whether a status of 400 and above is thrown as `ClientResponseError`, with the first 64 KiB of
   * the body; or a function that looks at the response and throws.
   * @default {false}
   */
  readonly raiseForStatus?: RaiseForStatus;
  /**
   * Whether bodies in gzip, deflate, brotli and zstd are decoded; `content-encoding` and
   * `content-length` stay as they came. Over Deno's `fetch` a single gzip or brotli is decoded by the
   * platform, which passes over whatever follows the first gzip member; with `false`, a server that
   * reads only the first `Accept-Encoding` line will not compress.
   * @default {true}
   */
  readonly autoDecompress?: boolean;
  /**
   * Most bytes that decoding may make of a body, 0 for no limit; more is a `ClientPayloadError`. A
   * kilobyte can stand for gigabytes. The default is what the longest string can hold.
   * @default {536870912}
   */
  readonly maxDecodedSize?: number;
}

/** What {@linkcode ClientSession} takes. */
export interface SessionOptions extends SharedOptions {
  /** URL that relative ones are resolved against; its path counts as a folder. */
  readonly baseUrl?: string | URL;
  /** Cookies that are sent to every server. */
  readonly cookies?: CookieInit;
  /** Where cookies are kept. @default a new jar */
  readonly cookieJar?: AbstractCookieJar;
  /** Turns the value of `json` into text. @default {JSON.stringify} */
  readonly jsonSerialize?: (value: unknown) => string;
  /** Names the encoding of a text whose header does not, or names an unknown one. @default UTF-8 */
  readonly fallbackCharsetResolver?: FallbackCharsetResolver;
  /** What carries the bytes. @default {fetchTransport()} */
  readonly transport?: Transport;
}

/** What a request takes. */
export interface RequestOptions extends SharedOptions {
  /** Query, added to the one of the URL. */
  readonly params?: QueryInit;
  /** The body. Not together with `json`. */
  readonly data?: RequestData;
  /** Value to send as JSON. Not together with `data`. */
  readonly json?: unknown;
  /** Cookies of this request; they go along on redirects within the origin and are not kept. */
  readonly cookies?: CookieInit;
  /** Whether redirects are followed. @default {true}, {false} for `HEAD` */
  readonly allowRedirects?: boolean;
  /** The redirect reply that is an error, counted from 1; 0 for no limit. @default {10} */
  readonly maxRedirects?: number;
  /** Aborts the request, its body included; its reason is what is thrown. */
  readonly signal?: AbortSignal;
  /**
   * Told how much of the body was sent. The body goes out as a stream then, without a length, and
   * again from the start if a redirect asks for that.
   */
  readonly onUploadProgress?: ProgressCallback;
  /** Told how much of the reply's body was read, as it is on the wire. */
  readonly onDownloadProgress?: ProgressCallback;
}

/** A session's options, complete. */
export interface SessionDefaults {
  readonly baseUrl: URL | null;
  readonly headers: Headers;
  readonly cookieJar: AbstractCookieJar;
  readonly jsonSerialize: (value: unknown) => string;
  readonly timeout: Required<ClientTimeout>;
  readonly raiseForStatus: RaiseForStatus;
  readonly policy: BodyPolicy;
  readonly fallbackCharsetResolver: FallbackCharsetResolver;
  readonly transport: Transport;
}

/** A request's options over its session's, complete. */
export interface ResolvedOptions extends SessionDefaults {
  readonly params: QueryInit | undefined;
  readonly data: RequestData | undefined;
  readonly json: unknown;
  readonly cookies: CookieInit;
  readonly allowRedirects: boolean;
  readonly maxRedirects: number;
  readonly signal: AbortSignal | null;
  readonly onUploadProgress: ProgressCallback | null;
}

const DEFAULT_TIMEOUT: Required<ClientTimeout> = { total: 300_000 };
const NO_COOKIES: CookieInit = [];

/**
 * Completes a session's options.
 *
 * @param options What the caller gave.
 * @returns The defaults of the session's requests.
 * @throws {InvalidURLError} If `baseUrl` is not an absolute `http:` or `https:` URL.
 */
export function resolveSession(options: SessionOptions): SessionDefaults {
  const cookieJar = options.cookieJar ?? new CookieJar();
  if (options.cookies !== undefined) cookieJar.updateCookies(options.cookies);
  return {
    baseUrl: options.baseUrl === undefined ? null : parseBaseUrl(options.baseUrl),
    headers: new Headers(options.headers),
    cookieJar,
    jsonSerialize: options.jsonSerialize ?? JSON.stringify,
    timeout: resolveTimeout(options.timeout) ?? DEFAULT_TIMEOUT,
    raiseForStatus: options.raiseForStatus ?? false,
    policy: resolvePolicy(DEFAULT_BODY_POLICY, options),
    fallbackCharsetResolver: options.fallbackCharsetResolver ?? (() => "utf-8"),
    transport: options.transport ?? fetchTransport(),
  };
}

/**
 * Completes a request's options.
 *
 * @param defaults The session's.
 * @param method Method in upper case.
 * @param options What the caller gave.
 * @returns The options of this request.
 * @throws {TypeError} If `data` and `json` are both given.
 */
export function resolveRequest(
  defaults: SessionDefaults,
  method: string,
  options: RequestOptions,
): ResolvedOptions {
  if (options.data !== undefined && options.json !== undefined) {
    throw new TypeError("data and json can not be used at the same time");
  }
  return {
    ...defaults,
    headers: mergeHeaders(defaults.headers, options.headers),
    timeout: resolveTimeout(options.timeout) ?? defaults.timeout,
    raiseForStatus: options.raiseForStatus ?? defaults.raiseForStatus,
    policy: resolvePolicy(defaults.policy, options),
    params: options.params,
    data: options.data,
    json: options.json,
    cookies: options.cookies ?? NO_COOKIES,
    allowRedirects: options.allowRedirects ?? method !== "HEAD",
    maxRedirects: options.maxRedirects ?? 10,
    signal: options.signal ?? null,
    onUploadProgress: options.onUploadProgress ?? null,
  };
}

function resolvePolicy(defaults: BodyPolicy, options: RequestOptions): BodyPolicy {
  const { autoDecompress, maxDecodedSize, onDownloadProgress } = options;
  if (
    autoDecompress === undefined && maxDecodedSize === undefined &&
    onDownloadProgress === undefined
  ) return defaults;
  if (maxDecodedSize !== undefined && !(maxDecodedSize >= 0)) {
    throw new RangeError(`Cannot use maxDecodedSize ${maxDecodedSize}: expected 0 or more bytes`);
  }
  return {
    autoDecompress: autoDecompress ?? defaults.autoDecompress,
    maxDecodedSize: maxDecodedSize ?? defaults.maxDecodedSize,
    onDownloadProgress: onDownloadProgress ?? defaults.onDownloadProgress,
  };
}

function resolveTimeout(timeout: ClientTimeout | undefined): Required<ClientTimeout> | undefined {
  if (timeout === undefined) return undefined;
  const { total = DEFAULT_TIMEOUT.total } = timeout;
  // setTimeout counts in 32 bits; beyond, it would fire at once.
  if (!(total >= 0 && total <= 0x7fffffff)) {
    throw new RangeError(`Cannot use timeout.total ${total}: expected 0 to ${0x7fffffff} ms`);
  }
  return { total };
}

function mergeHeaders(defaults: Headers, more: HeadersInit | undefined): Headers {
  const headers = new Headers(defaults);
  if (more === undefined) return headers;
  const own = more instanceof Headers ? more : new Headers(more);
  for (const [name, value] of own) headers.set(name, value);
  return headers;
}
