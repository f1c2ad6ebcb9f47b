import { type Upload, UPLOAD_OPTIONS, uploadFile, type UploadOptions } from "./resumable_upload.ts";
import { REQUEST_OPTIONS, SESSION_OPTIONS } from "./request/option_tables.ts";
import { tellHabits } from "../http/habits.ts";
import type { QueryFields } from "../http/query.ts";
import { whenClosed } from "../http/websocket/socket.ts";
import { giveUp, NO_OPTIONS, prepareRequest } from "./request/build_request.ts";
import type { AbstractCookieJar } from "./cookies/abstract_cookie_jar.ts";
import { readUnread, respond } from "./request/response_lifetime.ts";
import { DOWNLOAD_OPTIONS, downloadFile, type DownloadOptions } from "./download_file.ts";
import { ClientConnectionError } from "./errors/client_errors.ts";
import {
  type ClientHandler,
  type ClientMiddleware,
  compose,
  isRepeating,
} from "./hop/middleware.ts";
import {
  middlewaresOf,
  type RaiseForStatus,
  type RequestOptions,
  type ResolvedOptions,
  resolveSession,
  type SessionDefaults,
  type SessionOptions,
} from "./request/options.ts";
import { followRedirects, isRedirect } from "./request/redirect.ts";
import type { DataFields } from "./body/payload_of.ts";
import { requestOf } from "./hop/request.ts";
import { OpenRequests, RequestContext } from "./hop/request_context.ts";
import { RESPONSE_HABITS, SESSION_HABITS } from "./response/habits.ts";
import { ClientResponse } from "./response/response.ts";
import type { Download } from "./response/save_body.ts";
import { sender } from "./request/send_hop.ts";
import { TRACE_CONFIG } from "./hop/trace.ts";
import type { ClientWebSocketResponse } from "./websocket/websocket.ts";
import { connectWebSocket, type WebSocketConnectOptions } from "./websocket/connect.ts";

/** Closes the connections of a session at the end of its only request; for `request()`. */
export let closeAtEnd: (session: ClientSession) => void;

/**
 * A session: shared connections, cookies and defaults, as aiohttp's `ClientSession`.
 * @example
 * ```ts
 * import { ClientSession } from "@roundtrip/http";
 *
 * const app = { fetch: () => Response.json({ hello: "world" }) }; // or { baseUrl } of a server
 * await using session = new ClientSession({ app });
 * await using response = await session.get("/hello");
 * console.assert((await response.json<{ hello: string }>()).hello === "world");
 * ```
 */
export class ClientSession {
  static {
    closeAtEnd = (session) => {
      session.#open.onEmpty = () => session.#defaults.transport.close();
    };
  }

  readonly #defaults: SessionDefaults;
  readonly #send: ClientHandler;
  readonly #sendOnce: ClientHandler;
  readonly #handler: ClientHandler; // middlewares around one of these
  readonly #open = new OpenRequests();
  readonly #scarceFrom: number; // open requests from which unread responses could starve the pool
  readonly #sockets = new Set<ClientWebSocketResponse>();
  #plain: ResolvedOptions | null = null; // of the last request without options
  #closed = false;

  /** Creates one, with defaults for its requests. */
  constructor(options: SessionOptions = {}) {
    SESSION_OPTIONS.check("new ClientSession", options);
    for (const each of options.traceConfigs ?? []) TRACE_CONFIG.check("traceConfigs", each);
    this.#defaults = resolveSession(options);
    const { transport, connector } = this.#defaults;
    const { limit = 100, limitPerHost = 0 } = connector;
    this.#scarceFrom = limitPerHost > 0 ? 0 : limit === 0 ? Infinity : limit / 2;
    this.#send = sender(this.#defaults, transport, true);
    this.#sendOnce = sender(this.#defaults, transport);
    this.#handler = this.#around(middlewaresOf(this.#defaults));
  }

  /** The cookie jar. */
  get cookieJar(): AbstractCookieJar {
    return this.#defaults.cookieJar;
  }

  /** Headers of every request; changes apply from the next request. */
  get headers(): Headers {
    return this.#defaults.headers.live;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends a request.
   * @param method Method, case-insensitive.
   * @param url URL, relative to `baseUrl` or absolute.
   * @returns The response, once its head has arrived.
   * @throws {ClientError} If no response was received.
   * @throws {TypeError} If an option is invalid or the session is closed.
   */
  request<P extends object & QueryFields<P> = never, D extends object & DataFields<D> = never>(
    method: string,
    url: string | URL,
    options?: RequestOptions<P, D>,
  ): Promise<ClientResponse>;
  async request(
    method: string,
    url: string | URL,
    options: RequestOptions = NO_OPTIONS,
  ): Promise<ClientResponse> {
    if (this.#closed) {
      giveUp(options.data);
      throw new TypeError("Cannot send a request: the session is closed");
    }
    const { resolved, init } = prepareRequest(this.#defaults, method, url, options, this.#plain);
    if (options === NO_OPTIONS) this.#plain = resolved;
    const context = new RequestContext(resolved, init.url, init.payload, this.#open);
    const first = requestOf(init, context);
    readUnread();
    const { middlewares } = resolved;
    const handler = middlewares === null ? this.#handler : this.#around(middlewares);
    try {
      context.trace?.emit("onRequestStart", { request: first });
      const reply = await handler(first);
      const arrival = isRedirect(reply, resolved)
        ? await followRedirects(first, reply, resolved, handler)
        : { request: first, result: reply, history: [] };
      const response = respond(arrival, context, resolved, this.#open.size >= this.#scarceFrom);
      if (resolved.raiseForStatus !== false) await raise(response, resolved.raiseForStatus);
      context.arrived(arrival.request, arrival.result);
      return response;
    } catch (error) {
      context.failed(first, error);
      throw error;
    }
  }

  /** Sends a `GET` request, as {@linkcode request} does. */
  get<P extends object & QueryFields<P> = never, D extends object & DataFields<D> = never>(
    url: string | URL,
    options?: RequestOptions<P, D>,
  ): Promise<ClientResponse> {
    return this.request("GET", url, options);
  }

  /** Sends a `POST` request, as {@linkcode request} does. */
  post<P extends object & QueryFields<P> = never, D extends object & DataFields<D> = never>(
    url: string | URL,
    options?: RequestOptions<P, D>,
  ): Promise<ClientResponse> {
    return this.request("POST", url, options);
  }

  /** Sends a `PUT` request, as {@linkcode request} does. */
  put<P extends object & QueryFields<P> = never, D extends object & DataFields<D> = never>(
    url: string | URL,
    options?: RequestOptions<P, D>,
  ): Promise<ClientResponse> {
    return this.request("PUT", url, options);
  }

  /** Sends a `PATCH` request, as {@linkcode request} does. */
  patch<P extends object & QueryFields<P> = never, D extends object & DataFields<D> = never>(
    url: string | URL,
    options?: RequestOptions<P, D>,
  ): Promise<ClientResponse> {
    return this.request("PATCH", url, options);
  }

  /** Sends a `DELETE` request, as {@linkcode request} does. */
  delete<P extends object & QueryFields<P> = never, D extends object & DataFields<D> = never>(
    url: string | URL,
    options?: RequestOptions<P, D>,
  ): Promise<ClientResponse> {
    return this.request("DELETE", url, options);
  }

  /** Sends a `HEAD` request; redirects are not followed unless asked for. */
  head<P extends object & QueryFields<P> = never, D extends object & DataFields<D> = never>(
    url: string | URL,
    options?: RequestOptions<P, D>,
  ): Promise<ClientResponse> {
    return this.request("HEAD", url, options);
  }

  /** Sends an `OPTIONS` request, as {@linkcode request} does. */
  options<P extends object & QueryFields<P> = never, D extends object & DataFields<D> = never>(
    url: string | URL,
    requestOptions?: RequestOptions<P, D>,
  ): Promise<ClientResponse> {
    return this.request("OPTIONS", url, requestOptions);
  }

  /** Sends a `QUERY` request, a safe one with a body (RFC 10008), as {@linkcode request} does. */
  query<P extends object & QueryFields<P> = never, D extends object & DataFields<D> = never>(
    url: string | URL,
    options?: RequestOptions<P, D>,
  ): Promise<ClientResponse> {
    return this.request("QUERY", url, options);
  }

  /**
   * Opens a WebSocket, with the session's cookies and headers; `await using` closes it.
   * @typeParam T Result of `receiveJson()`: the output of the schema.
   * @param url URL with the scheme `ws:`, `wss:`, `http:` or `https:`, or relative to `baseUrl`.
   * @throws {WSServerHandshakeError} If the server refuses the upgrade.
   * @throws {ClientConnectionError} If no response was received.
   * @throws {NotSupportedError} If the session's transport does not support an option.
   * @throws {TypeError} If an option is invalid or the session is closed.
   */
  async wsConnect<T = unknown>(
    url: string | URL,
    options: WebSocketConnectOptions<T> = {},
  ): Promise<ClientWebSocketResponse<T>> {
    if (this.#closed) throw new TypeError("Cannot open a WebSocket: the session is closed");
    const get = this.get.bind(this);
    const socket = await connectWebSocket(this.#defaults, url, options, get);
    if (this.#closed) { // while the socket opened
      await socket.close(1001);
      throw sessionClosed();
    }
    this.#sockets.add(socket);
    whenClosed(socket).then(() => this.#sockets.delete(socket));
    return socket;
  }

  /**
   * Downloads a file to `<path>.part`, which is renamed when it is complete.
   * @throws {FileExistsError} If the file exists and `overwrite` is not set.
   * @throws {ClientResponseError} If the status is 300 or above.
   * @throws {ClientPayloadError} If the body is incomplete or malformed; the part is kept.
   */
  async downloadToFile(
    url: string | URL,
    path: string | URL,
    options: DownloadOptions = {},
  ): Promise<Download> {
    DOWNLOAD_OPTIONS.check("session.downloadToFile()", options);
    const given = REQUEST_OPTIONS.pick(options);
    const get = (headers: Headers) => this.get(url, { ...given, headers, raiseForStatus: false });
    return await downloadFile(get, `${url}`, path, options);
  }

  /**
   * Uploads a file. With `resumable` by tus 1.0: a failed connection is opened again, and the upload
   * goes on where the server has it; an URL kept from an earlier call does so after a restart.
   * @param url URL of the uploads, relative to `baseUrl` or absolute.
   * @param file A `Blob` or `File`, or the path of a file, which is read while it is sent.
   * @returns The upload's URL and size.
   * @throws {ClientResponseError} If the server refuses it.
   * @throws {ClientConnectionError} If it failed as often as `retries` allows.
   */
  async upload(
    url: string | URL,
    file: Blob | string | URL,
    options: UploadOptions = {},
  ): Promise<Upload> {
    UPLOAD_OPTIONS.check("session.upload()", options);
    const send = (method: string, at: string | URL, more: RequestOptions) =>
      this.request(method, at, { ...more, raiseForStatus: false });
    return await uploadFile(send, url, file, options);
  }

  /** Closes the session: pending requests and bodies fail, WebSockets are closed with 1001. */
  async close(): Promise<void> {
    const first = !this.#closed;
    this.#closed = true;
    for (const each of this.#open) each.fail(sessionClosed());
    this.#open.clear();
    if (first) this.#defaults.transport.close();
    await Promise.all([...this.#sockets].map((socket) => socket.close(1001)));
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #around(middlewares: readonly ClientMiddleware[]): ClientHandler {
    return compose(middlewares, isRepeating(middlewares) ? this.#sendOnce : this.#send);
  }
}

tellHabits(ClientResponse.prototype, "response", RESPONSE_HABITS);
tellHabits(ClientSession.prototype, "session", SESSION_HABITS);

function sessionClosed(): ClientConnectionError {
  return new ClientConnectionError("Connection closed: the session was closed");
}

async function raise(
  response: ClientResponse,
  policy: Exclude<RaiseForStatus, false>,
): Promise<void> {
  if (policy !== true) return await policy(response);
  const error = await response.statusError();
  if (error !== null) throw error;
}
