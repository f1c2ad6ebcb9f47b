/**
 * The engine over `Deno.serve`: how it listens, fails and stops, and what it does to a request and
 * its response, is known here and nowhere else (Deno 2.9.6). The frames of its WebSockets are moved
 * by `deno_socket.ts`, which only this module imports.
 * @module
 */
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { denoSocket } from "./deno_socket.ts";
import {
  AddressInUseError,
  checkListenOptions,
  type EngineHandler,
  type EnginePort,
  type EngineServer,
  type ListenOptions,
  type RawHeaders,
} from "./engine.ts";
import { EndOfConnection } from "./end_of_connection.ts";
import { trackUploads, type Uploads } from "./track_uploads.ts";
import { removeStaleSocket } from "./unix_socket.ts";

const FIRST_RETRY = 50; // ms
const LAST_RETRY = 1000;

/**
 * Serves with `Deno.serve`.
 *
 * @param options Where to listen.
 * @param handler What answers.
 * @returns The server, listening.
 * @throws {AddressInUseError} If the address is taken.
 * @throws {TypeError} If one of `cert` and `key` is missing.
 * @throws {NotSupportedError} If `reusePort` is asked for and Deno runs without `--unstable-net`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * // Counts requests in front of the application.
 * let requests = 0;
 * const counting: web.Engine = (options, handler) =>
 *   web.denoEngine(options, (request, info) => (requests++, handler(request, info)));
 * const app = new web.Application();
 * app.addRoutes([web.get("/", () => web.textResponse("hello"))]);
 * await using runner = new web.AppRunner(app, { engine: counting });
 * const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 * console.assert(await (await fetch(url)).text() === "hello" && requests === 1);
 * ```
 */
export function denoEngine(
  options: ListenOptions & { readonly path?: never },
  handler: EngineHandler,
): EngineServer;
/**
 * Serves with `Deno.serve`, on a unix socket.
 *
 * @param options Where to listen.
 * @param handler What answers.
 * @returns The server, listening; a promise of it for a unix socket.
 * @throws {AddressInUseError} If the address is taken.
 * @throws {NotSupportedError} If a unix socket is to have TLS, `backlog` or `reusePort`.
 */
export function denoEngine(
  options: ListenOptions,
  handler: EngineHandler,
): EngineServer | Promise<EngineServer>;
export function denoEngine(
  options: ListenOptions,
  handler: EngineHandler,
): EngineServer | Promise<EngineServer> {
  const where = checkListenOptions(options);
  checkSocketOptions(where);
  if (where.path === undefined) return new DenoServer(where, handler);
  return removeStaleSocket(where.path).then(() => new DenoServer(where, handler));
}

class DenoServer implements EngineServer {
  readonly url: string;
  readonly finished: Promise<void>;
  readonly #listen: () => Deno.HttpServer;
  readonly #path: string | undefined;
  readonly #controller = new AbortController();
  readonly #stop = Promise.withResolvers<void>();
  readonly #uploads: Uploads;
  #server: Deno.HttpServer;
  readonly #left = Promise.withResolvers<void>();
  #stopping = false;
  #draining = false;
  #stopped = false;

  constructor(options: ListenOptions, handler: EngineHandler) {
    const secure = options.cert !== undefined || options.key !== undefined;
    if (secure && (options.cert === undefined || options.key === undefined)) {
      throw new TypeError("Cannot listen with TLS: expected both cert and key");
    }
    // Deno ends the process where the flag is missing; what else it brings tells of it.
    if (options.reusePort === true && !("listenDatagram" in Deno)) {
      throw new NotSupportedError("reusePort", "start Deno with --unstable-net");
    }
    const resolved = {
      ...options,
      hostname: options.hostname ?? "0.0.0.0",
      port: options.port ?? (secure ? 8443 : 8080),
    };
    this.#path = options.path;
    const { signal } = this.#controller;
    this.#uploads = trackUploads(handler);
    this.#server = listen(resolved, this.#uploads.handler, signal);
    const { addr } = this.#server;
    // By its port: with TLS, Deno before 2.5 leaves the transport out.
    const port = "port" in addr ? addr.port : resolved.port;
    this.#listen = () => listen({ ...resolved, port }, this.#uploads.handler, signal);
    this.url = urlOf({ ...resolved, port }, secure);
    this.finished = Promise.race([this.#supervise(), this.#left.promise]);
  }

  async shutdown(): Promise<void> {
    this.#stopping = true;
    this.#stop.resolve();
    await this.#uploads.drained();
    if (this.#controller.signal.aborted) return await this.finished;
    this.#draining = true;
    await this.#server.shutdown();
    await this.finished;
  }

  abort(): void {
    this.#stopping = true;
    this.#stop.resolve();
    if (this.#stopped) return;
    // Aborting a server that has begun to stop throws "Bad resource ID" where nobody can catch it,
    // and drops no connection: all that is left is to keep it from holding the process. So would an
    // upgrade that was answered by something else, which no response of ours does.
    if (!this.#draining) return this.#controller.abort();
    this.#server.unref();
    this.#left.resolve();
  }

  /**
   * Listens again when the accept loop of Deno.serve has ended by itself: one EMFILE ("too many
   * open files") closes the listener for good. Waits longer each time, up to a second.
   */
  async #supervise(): Promise<void> {
    for (let wait = FIRST_RETRY;; wait = Math.min(wait * 2, LAST_RETRY)) {
      const started = performance.now();
      await this.#server.finished.catch(() => {});
      if (performance.now() - started > 10 * LAST_RETRY) wait = FIRST_RETRY;
      while (!this.#stopping) {
        await this.#pause(wait);
        if (this.#stopping) break;
        try {
          if (this.#path !== undefined) await removeStaleSocket(this.#path);
          this.#server = this.#listen();
          break;
        } catch {
          wait = Math.min(wait * 2, LAST_RETRY); // still no file to be had, or the port is not free
        }
      }
      if (!this.#stopping) continue;
      await this.#server.finished.catch(() => {});
      this.#stopped = true;
      if (this.#path !== undefined) await removeStaleSocket(this.#path);
      return;
    }
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    await Promise.race([promise, this.#stop.promise]);
    clearTimeout(timer);
  }
}

/** Deno.serve would take the rest without a word, and serve without TLS. */
function checkSocketOptions(options: ListenOptions): void {
  if (options.path === undefined) return;
  const reason = "a unix socket has none in Deno, listen on a host for it";
  for (const name of ["cert", "key", "backlog"] as const) {
    if (options[name] !== undefined) throw new NotSupportedError(name, reason);
  }
  if (options.reusePort === true) throw new NotSupportedError("reusePort", reason);
}

interface ResolvedListenOptions extends ListenOptions {
  readonly hostname: string;
  readonly port: number;
}

function listen(
  options: ResolvedListenOptions,
  handler: EngineHandler,
  signal: AbortSignal,
): Deno.HttpServer {
  const { hostname, port, path, cert, key, reusePort = false, backlog } = options;
  const common = {
    signal,
    onListen: () => {}, // the runner says where, once all sites listen
    onError(error: unknown) { // of a response on its way, too, when there is nothing left to answer
      if (!(error instanceof EndOfConnection)) console.error(error);
      return new Response(null, { status: 500 });
    },
  };
  const tcp = {
    ...common,
    hostname,
    port,
    reusePort,
    ...(backlog === undefined ? {} : { tcpBacklog: backlog }),
  };
  try {
    // Deno.serve is typed by its address; a unix peer has no hostname, which ServeInfo allows.
    if (path !== undefined) {
      return Deno.serve({ ...common, path }, withHttpUrl(handler) as Deno.ServeHandler);
    }
    if (cert !== undefined && key !== undefined) return Deno.serve({ ...tcp, cert, key }, handler);
    return Deno.serve(tcp, handler);
  } catch (cause) {
    if (cause instanceof Deno.errors.AddrInUse) throw new AddressInUseError(options, cause);
    throw cause;
  }
}

/**
 * Over a unix socket Deno says "http+unix://host/path", in which the path is looked for in the wrong
 * place and Host and URL seem to differ. The request stays the platform's own: only that one can be
 * upgraded to a WebSocket.
 */
function withHttpUrl(handler: EngineHandler): EngineHandler {
  return (request, info) => {
    const { url } = request;
    if (url.startsWith("http+unix:")) {
      Object.defineProperty(request, "url", { value: `http:${url.slice("http+unix:".length)}` });
    }
    return handler(request, info);
  };
}

function urlOf({ hostname, port, path }: ResolvedListenOptions, secure: boolean): string {
  if (path !== undefined) return `http://unix:${path}:`;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `${secure ? "https" : "http"}://${host}:${port}`;
}

const requestSymbol = symbolOf(new Request("http://localhost/"), "request");
const responseSymbol = findResponseSymbol();
let proofsLeft = 32; // how many requests are read both ways before the short one is trusted
let proven = requestSymbol !== undefined;

/**
 * Deno's answers about a request and its response. Each short way into Deno's own objects is used
 * only while it proves to say the same as the public one, so that any other platform is served too.
 */
export const denoPort: EnginePort = {
  // Reading `request.headers` makes Deno build all of them and answer by a longer path, which costs
  // 12 % of a hello route.
  hostOf(request) {
    if (!proven || requestSymbol === undefined) return request.headers.get("host");
    const inner: unknown = Reflect.get(request, requestSymbol);
    if (!isServed(inner)) return request.headers.get("host");
    const host = inner.header("host");
    if (proofsLeft > 0) {
      proofsLeft--;
      const same = request.headers.get("host");
      if (host !== same) proven = false;
      return same;
    }
    return host;
  },
  // Touching `response.headers` ends the short path of Deno.serve, 15 % of a hello route.
  headersOf(response) {
    const list = responseSymbol === undefined ? undefined : headerList(response, responseSymbol);
    return list ?? [...response.headers];
  },
  // `response.bodyUsed` costs as much as the headers.
  isBodyUsed(response) {
    if (responseSymbol === undefined) return isTaken(response);
    const body = innerOf(response, responseSymbol)?.body;
    // Text that nobody looked at has no record of a body yet.
    return body === null || body?.streamOrStatic?.consumed === false ? false : isTaken(response);
  },
  bodySizeOf(response) {
    if (responseSymbol === undefined) return null;
    // Looking at the headers makes Deno write the record of a body that is plain text.
    if (innerOf(response, responseSymbol)?.body === null) response.headers;
    const body = innerOf(response, responseSymbol)?.body;
    if (body === null) return 0;
    const source = body?.streamOrStatic?.body;
    if (typeof source === "string") return new TextEncoder().encode(source).length;
    return source instanceof Uint8Array ? source.length : null;
  },
  // Without `--unstable-no-legacy-abort`, Deno aborts the request's own signal after every response,
  // also one that was sent whole; such an abort is left out. Where `completed` is missing, nobody
  // tells of the end, and the signal is believed.
  watchClient({ signal }, info) {
    const controller = new AbortController();
    const leave = () => controller.abort(new DOMException("The client has left", "AbortError"));
    const completed = info?.completed;
    if (completed === undefined) {
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
      return controller;
    }
    let sent = false;
    completed.then(() => sent = true, () => {});
    signal.addEventListener("abort", () => {
      // Deno settles `completed` just before it aborts, so what stands above has run by then.
      queueMicrotask(() => {
        if (!sent) leave();
      });
    }, { once: true });
    return controller;
  },
  isReset: (error) =>
    error instanceof Error && error.name === "BadResource" &&
    error.message.endsWith("body as underlying resource unavailable"),
  // Deno leaves the length out, also one that the response says, and closes nothing.
  sendsReset: false,
  upgrade(request, events, { headers, protocol, heartbeat }) {
    if (typeof Deno === "undefined") {
      throw new NotSupportedError(
        "WebSocketResponse",
        "only Deno can upgrade a request of its own",
      );
    }
    const idleTimeout = heartbeat * 1.5 / 1000;
    // The option `protocol` knows nothing in "a,b", which lacks the space; headers are immutable in
    // Deno 2.4, the runtime of some executables.
    const offered = request.headers.get("sec-websocket-protocol")?.split(", ") ?? [];
    const known = protocol !== null && offered.includes(protocol);
    const { socket, response } = Deno.upgradeWebSocket(
      request,
      known ? { idleTimeout, protocol } : { idleTimeout },
    );
    for (const [name, value] of headers) response.headers.append(name, value);
    if (protocol !== null && !known) response.headers.set("sec-websocket-protocol", protocol);
    return { socket: denoSocket(socket, events, heartbeat), response };
  },
};

/** As much of Deno's own record of a response as is read here. */
interface InnerResponse {
  readonly headerList?: unknown;
  readonly body?: {
    readonly streamOrStatic?: { readonly consumed?: unknown; readonly body?: unknown } | null;
  } | null;
}

function isTaken({ bodyUsed, body }: Response): boolean {
  return bodyUsed || body?.locked === true;
}

function innerOf(response: Response, symbol: symbol): InnerResponse | undefined {
  const inner: unknown = Reflect.get(response, symbol);
  return typeof inner === "object" && inner !== null ? inner : undefined;
}

function headerList(response: Response, symbol: symbol): RawHeaders | undefined {
  const list = innerOf(response, symbol)?.headerList;
  return Array.isArray(list) ? list : undefined;
}

function isServed(inner: unknown): inner is { header(name: string): string | null } {
  return typeof inner === "object" && inner !== null && "header" in inner &&
    typeof inner.header === "function";
}

function symbolOf(object: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find((each) => each.description === description);
}

/** The record is used only if it proves, on responses made here, to hold what is sent. */
function findResponseSymbol(): symbol | undefined {
  const symbol = symbolOf(new Response(), "response");
  if (symbol === undefined) return undefined;
  const later = new Response("x", { headers: { "content-type": "text/plain" } });
  later.headers.append("x-late", "late");
  later.headers.set("content-type", "text/late");
  const text = new Response("x"); // has only a header of the platform's own, kept elsewhere
  text.headers.append("x-late", "late");
  const proofs: [Response, string[]][] = [
    [new Response("x"), []],
    [text, ["late"]],
    [new Response("x", { headers: { "content-type": "text/only" } }), ["text/only"]],
    [new Response("x", { headers: { "x-a": "a", "x-b": "b" } }), ["a", "b"]],
    [new Response("x", { headers: new Headers([["x-a", "a"]]) }), ["a"]],
    [Response.json({}, { headers: { "x-a": "a" } }), ["a"]],
    [Response.json({}, { headers: { "content-type": "text/only" } }), ["text/only"]],
    [Response.redirect("http://localhost/a"), ["http://localhost/a"]],
    [later, ["late", "text/late"]],
  ];
  const holds = proofs.every(([response, values]) => {
    const sent = headerList(response, symbol)?.map((header) => header[1]);
    return sent !== undefined && values.every((value) => sent.includes(value));
  });
  return holds ? symbol : undefined;
}
