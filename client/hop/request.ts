/**
 * One hop of a request.
 * @module
 */
import type { RequestDetails } from "../errors/client_errors.ts";
import type { Payload } from "./payload.ts";
import type { RequestContext } from "./request_context.ts";
import { NEVER } from "./hop_abort.ts";
import { restoredList } from "./header_list.ts";
import type { HeaderList } from "./transport.ts";

/** What a {@linkcode ClientRequest} is made of. */
export interface ClientRequestInit {
  /** Method in upper case. */
  readonly method: string;
  /** URL without credentials and fragment; text has to be what `URL.href` would give. */
  readonly url: URL | string;
  /** Fragment of the URL with its `#`, an empty string for none. */
  readonly fragment?: string | undefined;
  /** Headers, without those that the jar and the transport add. */
  readonly headers: Headers | HeaderList;
  /** Cookies of this request alone, beside the jar's. */
  readonly cookies?: ReadonlyMap<string, string> | undefined;
  /** The body, `null` for none. */
  readonly payload?: Payload | null | undefined;
}

const NO_COOKIES: ReadonlyMap<string, string> = new Map();

/** What the hops of a request share, `null` for one that no session made. */
export let contextOf: (request: ClientRequest) => RequestContext | null;

/** Makes a hop of a request. */
export let requestOf: (init: ClientRequestInit, context: RequestContext | null) => ClientRequest;

/**
 * What is sent in one hop; a redirect makes another. Middlewares see it on its way out: they may
 * change `headers` in place, or pass on `request.with({ … })`.
 *
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
  /** Fragment of the URL with its `#`, an empty string for none; it is not sent. */
  readonly fragment: string;
  /** Cookies of this request alone, beside the jar's. */
  readonly cookies: ReadonlyMap<string, string>;
  /** The body, `null` for none. */
  readonly payload: Payload | null;
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
  #url: URL | null = null; // made when somebody looks, as the headers are
  #headers: Headers | null; // made when somebody looks: most requests never need it

  /**
   * Creates one.
   *
   * @param init Method, URL, headers, body.
   */
  constructor(init: ClientRequestInit) {
    this.method = init.method;
    this.#target = init.url;
    this.fragment = init.fragment ?? "";
    this.cookies = init.cookies ?? NO_COOKIES;
    this.payload = init.payload ?? null;
    const own = init.headers instanceof Headers;
    this.#headers = own ? init.headers as Headers : null;
    this.#list = own ? [] : init.headers as HeaderList;
  }

  /** URL without credentials and fragment. */
  get url(): URL {
    return this.#url ??= new URL(this.#target);
  }

  /** The URL as text. */
  get href(): string {
    return this.#url?.href ?? `${this.#target}`;
  }

  /** Headers, without those that the jar and the transport add; changes count. */
  get headers(): Headers {
    return this.#headers ??= new Headers(this.#list as [string, string][]);
  }

  /**
   * The headers as they stand, as pairs in the order and case in which they were given.
   *
   * @throws {TypeError} If a value holds a control character.
   */
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

  /** URL that the caller asked for: another one than `url` after a redirect. */
  get initialUrl(): URL {
    return this.#context?.initialUrl ?? this.url;
  }

  /** Aborts when a limit has passed or the caller gave the request up; for waiting in a middleware. */
  get signal(): AbortSignal {
    return (this.#context?.abort ?? NEVER).signal;
  }

  /** Time left of `timeout.total` in ms, `Infinity` without a limit. */
  get remaining(): number {
    return this.#context?.remaining ?? Infinity;
  }

  /**
   * Makes a copy with some things changed. Another body, by `payloadOf()` or `jsonPayload()`, takes
   * the headers about the length and coding of this one away, where `headers` are not given too; a
   * `Content-Type` that the caller set stays.
   *
   * @param changes What is different in the copy.
   * @returns The copy; its headers are its own.
   */
  with(changes: Partial<ClientRequestInit>): ClientRequest {
    const { payload = this.payload } = changes;
    if (payload !== this.payload) {
      if (payload !== null) this.#context?.own(payload);
      const headers = changes.headers ??
        this.headerList.filter(([name]) => !BODY_HEADERS.includes(name.toLowerCase()));
      return this.#copy({ ...changes, headers });
    }
    return this.#copy(changes);
  }

  #copy(changes: Partial<ClientRequestInit>): ClientRequest {
    const { headers = this.headerList } = changes;
    return requestOf({
      method: this.method,
      url: this.href,
      fragment: this.fragment,
      cookies: this.cookies,
      payload: this.payload,
      ...changes,
      headers: headers instanceof Headers ? restoredList(headers, this.headerList) : headers,
    }, this.#context);
  }
}

const BODY_HEADERS = ["content-length", "transfer-encoding", "content-encoding"];
