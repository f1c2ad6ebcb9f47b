import type { RequestDetails } from "../errors/client_errors.ts";
import type { SendableBody } from "../../http/bytes/sendable_body.ts";
import type { RequestContext } from "./request_context.ts";
import { NEVER } from "./hop_abort.ts";
import { restoredList } from "./header_list.ts";
import type { HeaderList } from "./transport.ts";

/** Fields of a {@linkcode ClientRequest}. */
export interface ClientRequestInit {
  /** Method in upper case. */
  readonly method: string;
  /** URL without credentials and fragment; text must be a normalized `URL.href`. */
  readonly url: URL | string;
  /** Fragment of the URL with its `#`, or an empty string. */
  readonly fragment?: string | undefined;
  /** Headers, without those added by the cookie jar and the transport. */
  readonly headers: Headers | HeaderList;
  /** Cookies of this request only, in addition to the jar's. */
  readonly cookies?: ReadonlyMap<string, string> | undefined;
  /** The body, `null` for none. */
  readonly payload?: SendableBody | null | undefined;
}

const NO_COOKIES: ReadonlyMap<string, string> = new Map();

/** State shared by the hops of a request, `null` without a session. */
export let contextOf: (request: ClientRequest) => RequestContext | null;

export let requestOf: (init: ClientRequestInit, context: RequestContext | null) => ClientRequest;

/**
 * A hop of a request, as middlewares see it; each redirect is another hop. They may change
 * `headers` in place, or pass on `request.with({ … })`.
 * @example
 * ```ts
 * import { type ClientMiddleware, ClientSession } from "@roundtrip/http";
 *
 * const toV2: ClientMiddleware = (request, handler) =>
 *   handler(request.with({ url: new URL(request.url.href.replace("/v1/", "/v2/")) }));
 * const app = { fetch: (r: Request) => new Response(new URL(r.url).pathname) };
 * await using session = new ClientSession({ app, middlewares: [toV2] });
 * await using response = await session.get("/v1/users");
 * console.assert(await response.text() === "/v2/users");
 * ```
 */
export class ClientRequest implements RequestDetails {
  /** Method in upper case. */
  readonly method: string;
  /** Fragment of the URL with its `#`, or an empty string; not sent. */
  readonly fragment: string;
  /** Cookies of this request only, in addition to the jar's. */
  readonly cookies: ReadonlyMap<string, string>;
  /** The body, `null` for none. */
  readonly payload: SendableBody | null;
  static {
    contextOf = (request) => request.#context;
    requestOf = (init, context) => {
      const request = new ClientRequest(init);
      request.#context = context;
      return request;
    };
  }

  readonly #list: HeaderList;
  #context: RequestContext | null = null;
  readonly #target: URL | string;
  #url: URL | null = null; // created on demand, like the headers
  #headers: Headers | null; // created on demand

  /** Creates one. */
  constructor(init: ClientRequestInit) {
    this.method = init.method;
    this.#target = init.url;
    this.fragment = init.fragment ?? "";
    this.cookies = init.cookies ?? NO_COOKIES;
    this.payload = init.payload ?? null;
    const { headers } = init;
    this.#headers = headers instanceof Headers ? headers : null;
    this.#list = headers instanceof Headers ? [] : headers;
  }

  /** URL without credentials and fragment. */
  get url(): URL {
    return this.#url ??= new URL(this.#target);
  }

  /** The URL as text. */
  get href(): string {
    return this.#url?.href ?? `${this.#target}`;
  }

  /** Headers, without those added by the cookie jar and the transport; mutable. */
  get headers(): Headers {
    return this.#headers ??= new Headers(this.#list as [string, string][]);
  }

  /** The headers as pairs, in the caller's order and case; throws `TypeError` for control bytes. */
  get headerList(): HeaderList {
    return this.#headers === null ? this.#list : restoredList(this.#headers, this.#list);
  }

  /** URL with its fragment, aiohttp's `real_url`. */
  get realUrl(): URL {
    if (this.fragment === "") return this.url;
    const url = new URL(this.url);
    url.hash = this.fragment;
    return url;
  }

  /** URL requested by the caller; differs from `url` after a redirect. */
  get initialUrl(): URL {
    return this.#context?.initialUrl ?? this.url;
  }

  /** Aborts on a timeout or with the caller's signal; for delays in middlewares. */
  get signal(): AbortSignal {
    return (this.#context ?? NEVER).signal;
  }

  /** Remaining time of `timeout.total` in ms, `Infinity` without a timeout. */
  get remaining(): number {
    return this.#context?.remaining ?? Infinity;
  }

  /**
   * Returns a copy, with its own headers, after changes. A new body, from `payloadOf()` or
   * `jsonPayload()`, removes the length and coding headers of the old one, unless `headers` are
   * given too; a `Content-Type` set by the caller is kept.
   */
  with(changes: Partial<ClientRequestInit>): ClientRequest {
    const { payload = this.payload, headers } = changes;
    const isNew = payload !== this.payload;
    if (isNew && payload !== null) this.#context?.own(payload);
    const { method, href: url, fragment, cookies, headerList: own } = this;
    const kept = isNew && headers === undefined
      ? own.filter(([name]) => !BODY_HEADERS.includes(name.toLowerCase()))
      : own;
    return requestOf({
      ...{ method, url, fragment, cookies, payload },
      ...changes,
      headers: headers instanceof Headers ? restoredList(headers, own) : headers ?? kept,
    }, this.#context);
  }
}

const BODY_HEADERS = ["content-length", "transfer-encoding", "content-encoding"];
