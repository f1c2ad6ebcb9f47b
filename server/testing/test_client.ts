import { OptionTable } from "../../http/options.ts";
import { parseSetCookies } from "../../http/headers/set_cookie.ts";
import { FormBody, type FormFields } from "../../http/multipart/form_body.ts";
import { encodeQuery, type QueryInit, withQuery } from "../../http/query.ts";
import type { Application } from "../application/application.ts";
import type { AppRunnerOptions } from "../run/runner.ts";
import { TestServer } from "./test_server.ts";

/** Options of `fetch` for {@linkcode TestClient}, and a query, a form or JSON as in aiohttp. */
export interface TestRequestInit
  extends Pick<RequestInit, "body" | "headers" | "redirect" | "signal"> {
  /** Query, added to that of the path. */
  readonly params?: QueryInit;
  /** Form to send: multipart if a value is a file. For any other body, use `body`. */
  readonly data?: FormFields;
  /** JSON value to send, with its content type. */
  readonly json?: unknown;
}

const TEST_REQUEST_INIT = new OptionTable<TestRequestInit>({
  params: "a string, an object or a list",
  data: "a map or a list of pairs",
  json: "anything",
  body: "anything",
  headers: "a map or a list of pairs",
  redirect: "a string",
  signal: "an object or null",
}, { query: 'Write "params"', form: 'Write "data"' });

/**
 * Starts an application and sends requests by `fetch`, aiohttp's `TestClient`: paths are relative,
 * cookies are stored (all of them, for every path), unread bodies are cancelled at the end.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * await using client = await web.TestClient.start(new web.Application());
 * console.assert((await client.post("/", { json: { a: 1 } })).status === 404);
 * ```
 */
export class TestClient {
  /** The server. */
  readonly server: TestServer;
  /** Cookie values by name, sent with requests. Responses change them, tests may too. */
  readonly cookies: Map<string, string> = new Map();
  readonly #responses = new Set<Response>();
  readonly #sockets = new Set<WebSocket>();

  /** Creates one; the server is closed with it. */
  constructor(server: TestServer) {
    this.server = server;
  }

  /** Starts an application on a free port, and a client for it. */
  static async start(app: Application, options: AppRunnerOptions = {}): Promise<TestClient> {
    return new TestClient(await TestServer.start(app, options));
  }

  /** The application. */
  get app(): Application {
    return this.server.app;
  }

  /**
   * Sends a request; the path may come from `urlFor()`.
   * @throws {TypeError} If more than one of `body`, `data` and `json` is given.
   */
  async request(
    method: string,
    path: string | { toString(): string },
    init: TestRequestInit = {},
  ): Promise<Response> {
    TEST_REQUEST_INIT.check("client.request()", init);
    const { json, data, params, ...rest } = init;
    if ([init.body ?? undefined, data, json].filter((each) => each !== undefined).length > 1) {
      throw new TypeError("Cannot send the request: give one of body, data and json");
    }
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0 && !headers.has("cookie")) {
      headers.set("cookie", [...this.cookies].map((pair) => pair.join("=")).join("; "));
    }
    const form = data === undefined ? null : new FormBody(data).encode();
    const type = form?.contentType ?? (json === undefined ? null : "application/json");
    if (type !== null && !headers.has("content-type")) headers.set("content-type", type);
    const query = params === undefined ? "" : encodeQuery(params);
    const response = await fetch(withQuery(this.server.makeUrl(path), query), {
      ...rest,
      method,
      headers,
      ...(form === null ? {} : { body: form.bytes ?? form.stream() }),
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    this.#responses.add(response);
    for (const [name, cookie] of parseSetCookies(response.headers.getSetCookie())) {
      const gone = cookie.maxAge !== undefined
        ? cookie.maxAge <= 0
        : cookie.expires !== undefined && cookie.expires.getTime() <= Date.now();
      if (gone) this.cookies.delete(name);
      else this.cookies.set(name, cookie.value);
    }
    return response;
  }

  /** Sends `GET`. */
  get(path: string | { toString(): string }, init?: TestRequestInit): Promise<Response> {
    return this.request("GET", path, init);
  }

  /** Sends `POST`. */
  post(path: string | { toString(): string }, init?: TestRequestInit): Promise<Response> {
    return this.request("POST", path, init);
  }

  /** Sends `PUT`. */
  put(path: string | { toString(): string }, init?: TestRequestInit): Promise<Response> {
    return this.request("PUT", path, init);
  }

  /** Sends `PATCH`. */
  patch(path: string | { toString(): string }, init?: TestRequestInit): Promise<Response> {
    return this.request("PATCH", path, init);
  }

  /** Sends `DELETE`. */
  delete(path: string | { toString(): string }, init?: TestRequestInit): Promise<Response> {
    return this.request("DELETE", path, init);
  }

  /** Sends `HEAD`. */
  head(path: string | { toString(): string }, init?: TestRequestInit): Promise<Response> {
    return this.request("HEAD", path, init);
  }

  /** Sends `OPTIONS`. */
  options(path: string | { toString(): string }, init?: TestRequestInit): Promise<Response> {
    return this.request("OPTIONS", path, init);
  }

  /** Opens a WebSocket. @throws {Error} If the server refuses it. */
  async wsConnect(
    path: string | { toString(): string },
    protocols: readonly string[] = [],
  ): Promise<WebSocket> {
    const url = this.server.makeUrl(path).replace(/^http/, "ws");
    const socket = new WebSocket(url, [...protocols]);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`Cannot open a WebSocket at ${url}: it was refused`));
    });
    socket.onopen = socket.onerror = null;
    this.#sockets.add(socket);
    return socket;
  }

  /** Cancels unread bodies, closes the WebSockets and stops the server. */
  async close(): Promise<void> {
    for (const response of this.#responses) if (!response.bodyUsed) await response.body?.cancel();
    this.#responses.clear();
    const closed = [...this.#sockets].filter((socket) => socket.readyState !== WebSocket.CLOSED)
      .map((socket) =>
        new Promise((resolve) => {
          socket.addEventListener("close", resolve, { once: true });
          socket.close();
        })
      );
    this.#sockets.clear();
    await Promise.all(closed);
    await this.server.close();
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
