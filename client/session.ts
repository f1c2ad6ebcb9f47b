/**
 * The client session.
 * @module
 */
import { whenClosed } from "../http/websocket_base.ts";
import { buildRequest } from "./build_request.ts";
import type { AbstractCookieJar } from "./abstract_cookie_jar.ts";
import { downloadFile, type DownloadOptions } from "./download_file.ts";
import { ServerTimeoutError } from "./errors.ts";
import {
  type RaiseForStatus,
  type RequestOptions,
  resolveRequest,
  resolveSession,
  type SessionDefaults,
  type SessionOptions,
} from "./options.ts";
import { followRedirects } from "./redirect.ts";
import { ClientResponse } from "./response.ts";
import type { SavedFile } from "./save_body.ts";
import { send } from "./send.ts";
import { Deadline } from "./timeout.ts";
import type { ClientWebSocketResponse } from "./websocket.ts";
import { connectWebSocket } from "./websocket_connect.ts";
import type { WSConnectOptions } from "./websocket_options.ts";

/**
 * Requests that share connections, cookies and defaults, aiohttp's `ClientSession`.
 *
 * @example
 * ```ts
 * import { ClientSession, web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/hello", () => web.jsonResponse({ hello: "world" }))]);
 * await using runner = new web.AppRunner(app);
 * const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 *
 * await using session = new ClientSession({ baseUrl });
 * await using response = await session.get("/hello");
 * console.assert((await response.json<{ hello: string }>()).hello === "world");
 * ```
 */
export class ClientSession {
  readonly #defaults: SessionDefaults;
  readonly #sockets = new Set<ClientWebSocketResponse>();
  #closed = false;

  /**
   * Creates one.
   *
   * @param options Defaults of the session's requests.
   */
  constructor(options: SessionOptions = {}) {
    this.#defaults = resolveSession(options);
  }

  /** Where the session's cookies are kept. */
  get cookieJar(): AbstractCookieJar {
    return this.#defaults.cookieJar;
  }

  /** Headers of every request; changes count from the next request on. */
  get headers(): Headers {
    return this.#defaults.headers;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends a request.
   *
   * @param method Method; lower case is fine.
   * @param url URL, relative to `baseUrl` or absolute.
   * @param options Query, headers, body, limits.
   * @returns The reply, once its head has come.
   * @throws {ClientError} If no reply came, see the errors' module.
   * @throws {TypeError} If an option is not valid, or the session is closed.
   */
  async request(
    method: string,
    url: string | URL,
    options: RequestOptions = {},
  ): Promise<ClientResponse> {
    if (this.#closed) throw new TypeError("Cannot send a request: the session is closed");
    const verb = method.toUpperCase();
    const resolved = resolveRequest(this.#defaults, verb, options);
    const { transport, cookieJar, timeout } = resolved;
    const first = buildRequest(verb, url, resolved);
    const deadline = new Deadline(
      timeout.total,
      resolved.signal,
      (elapsed) => new ServerTimeoutError(first.url, "total", timeout.total, elapsed),
    );
    try {
      const limit = resolved.allowRedirects ? resolved.maxRedirects : null;
      const arrival = await followRedirects(
        first,
        limit,
        (hop) =>
          send(
            hop,
            transport,
            cookieJar,
            deadline.signal,
            resolved.onUploadProgress,
            !resolved.policy.autoDecompress,
          ),
      );
      const response = new ClientResponse({
        requestInfo: arrival.request,
        history: arrival.history,
        result: arrival.result,
        onEnd: () => deadline.clear(),
        policy: resolved.policy,
        fallbackCharsetResolver: resolved.fallbackCharsetResolver,
      });
      deadline.watch((reason) => response.content.cancel(reason));
      await raise(response, resolved.raiseForStatus);
      return response;
    } catch (error) {
      deadline.clear();
      throw error;
    }
  }

  /**
   * Sends a `GET` request.
   *
   * @param url URL, relative to `baseUrl` or absolute.
   * @param options Query, headers, body, limits.
   * @returns The reply, once its head has come.
   */
  get(url: string | URL, options?: RequestOptions): Promise<ClientResponse> {
    return this.request("GET", url, options);
  }

  /**
   * Sends a `POST` request.
   *
   * @param url URL, relative to `baseUrl` or absolute.
   * @param options Query, headers, body, limits.
   * @returns The reply, once its head has come.
   */
  post(url: string | URL, options?: RequestOptions): Promise<ClientResponse> {
    return this.request("POST", url, options);
  }

  /**
   * Sends a `PUT` request.
   *
   * @param url URL, relative to `baseUrl` or absolute.
   * @param options Query, headers, body, limits.
   * @returns The reply, once its head has come.
   */
  put(url: string | URL, options?: RequestOptions): Promise<ClientResponse> {
    return this.request("PUT", url, options);
  }

  /**
   * Sends a `PATCH` request.
   *
   * @param url URL, relative to `baseUrl` or absolute.
   * @param options Query, headers, body, limits.
   * @returns The reply, once its head has come.
   */
  patch(url: string | URL, options?: RequestOptions): Promise<ClientResponse> {
    return this.request("PATCH", url, options);
  }

  /**
   * Sends a `DELETE` request.
   *
   * @param url URL, relative to `baseUrl` or absolute.
   * @param options Query, headers, body, limits.
   * @returns The reply, once its head has come.
   */
  delete(url: string | URL, options?: RequestOptions): Promise<ClientResponse> {
    return this.request("DELETE", url, options);
  }

  /**
   * Sends a `HEAD` request; redirects are not followed unless asked for.
   *
   * @param url URL, relative to `baseUrl` or absolute.
   * @param options Query, headers, body, limits.
   * @returns The reply, once its head has come.
   */
  head(url: string | URL, options?: RequestOptions): Promise<ClientResponse> {
    return this.request("HEAD", url, options);
  }

  /**
   * Sends a `OPTIONS` request.
   *
   * @param url URL, relative to `baseUrl` or absolute.
   * @param requestOptions Query, headers, body, limits.
   * @returns The reply, once its head has come.
   */
  options(url: string | URL, requestOptions?: RequestOptions): Promise<ClientResponse> {
    return this.request("OPTIONS", url, requestOptions);
  }

  /**
   * Opens a WebSocket, with the session's cookies and headers.
   *
   * @typeParam T What the socket's `receiveJson()` gives: the output of the schema.
   * @param url URL, `ws:`, `wss:`, `http:` or `https:`, or relative to `baseUrl`.
   * @param options Subprotocols, heartbeat, limits.
   * @returns The socket, open; `await using` closes it.
   * @throws {WSServerHandshakeError} If the server's reply is no upgrade.
   * @throws {ClientConnectionError} If no reply came.
   * @throws {TypeError} If an option is not valid, or the session is closed.
   */
  async wsConnect<T = unknown>(
    url: string | URL,
    options: WSConnectOptions<T> = {},
  ): Promise<ClientWebSocketResponse<T>> {
    if (this.#closed) throw new TypeError("Cannot open a WebSocket: the session is closed");
    const socket = await connectWebSocket(this.#defaults, url, options);
    this.#sockets.add(socket);
    whenClosed(socket).then(() => this.#sockets.delete(socket));
    return socket;
  }

  /**
   * Downloads a file. It grows as `<path>.part` and gets its name when it is complete; a download
   * that breaks off leaves the part, and `resume` goes on with it.
   *
   * @param url URL, relative to `baseUrl` or absolute.
   * @param path The file; the server has no say in its name.
   * @param options Whether to go on with a part, whether to replace a file, progress, and whatever a
   * request takes.
   * @returns The file and its size.
   * @throws {FileExistsError} If there is a file already and `overwrite` is not set.
   * @throws {ClientResponseError} If the status is 300 or above.
   * @throws {ClientPayloadError} If the body is cut or broken; what came is kept.
   *
   * @example
   * ```ts no-assert
   * import { ClientSession } from "@roundtrip/http";
   *
   * async function fetchImage(url: string): Promise<number> {
   *   await using session = new ClientSession({ timeout: { total: 0 } });
   *   const { size } = await session.downloadToFile(url, "image.iso", { resume: true });
   *   return size;
   * }
   * ```
   */
  downloadToFile(
    url: string | URL,
    path: string | URL,
    options: DownloadOptions = {},
  ): Promise<SavedFile> {
    const get = (headers: Headers) => this.get(url, { ...options, headers, raiseForStatus: false });
    return downloadFile(get, `${url}`, path, options);
  }

  /** Ends the session's connections; WebSockets are closed with 1001. */
  async close(): Promise<void> {
    if (!this.#closed) this.#defaults.transport.close();
    this.#closed = true;
    await Promise.all([...this.#sockets].map((socket) => socket.close(1001)));
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function raise(response: ClientResponse, policy: RaiseForStatus): Promise<void> {
  if (policy === false) return;
  if (policy !== true) return await policy(response);
  const error = await response.statusError();
  if (error !== null) throw error;
}
