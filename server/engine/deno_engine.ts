// The engine over `Deno.serve` (Deno 2.9.6), with `deno_port.ts` and `deno_socket.ts`.
import { NotSupportedError } from "../../http/not_supported_error.ts";
import {
  AddressInUseError,
  type EngineHandler,
  type EngineServer,
  type ListenOptions,
} from "./engine.ts";
import { EndOfConnection } from "./engine_of_request.ts";
import {
  checkListenOptions,
  checkReusePort,
  removeStaleSocket,
  type Site,
  urlOf,
} from "./listen_options.ts";
import { trackUploads, type Uploads } from "./track_uploads.ts";

const FIRST_RETRY = 50; // ms
const LAST_RETRY = 1000;

/**
 * Serves with `Deno.serve`.
 * @throws {AddressInUseError} If the address is in use.
 * @throws {TypeError} If one of `cert` and `key` is missing.
 * @throws {NotSupportedError} If `reusePort` is set and Deno runs without `--unstable-net`, or if
 * TLS, `backlog` or `reusePort` is set for a unix socket.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * let requests = 0; // counted in front of the application
 * const counting: web.Engine = (options, handler) =>
 *   web.denoEngine(options, (request, info) => (requests++, handler(request, info)));
 * await using server = await web.TestServer.start(new web.Application(), { engine: counting });
 * console.assert((await fetch(server.url)).status === 404 && requests === 1);
 * ```
 */
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

  constructor(options: Site, handler: EngineHandler) {
    checkReusePort(options);
    this.#path = options.path;
    const { signal } = this.#controller;
    this.#uploads = trackUploads(handler);
    this.#server = listen(options, this.#uploads.handler, signal);
    const { addr } = this.#server;
    // By its port: with TLS, Deno before 2.5 omits the transport.
    const bound = "port" in addr ? { ...options, port: addr.port } : options;
    this.#listen = () => listen(bound, this.#uploads.handler, signal);
    this.url = urlOf(bound);
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
    // Aborting a server that is stopping throws an uncatchable "Bad resource ID" and drops no
    // connection, so only unref it.
    if (!this.#draining) return this.#controller.abort();
    this.#server.unref();
    this.#left.resolve();
  }

  /** Listens again after EMFILE ("too many open files") has closed the listener for good. */
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
          wait = Math.min(wait * 2, LAST_RETRY); // still out of files, or the port is in use
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
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([new Promise((done) => timer = setTimeout(done, ms)), this.#stop.promise]);
    clearTimeout(timer);
  }
}

/** Deno.serve would ignore the options silently, and serve without TLS. */
function checkSocketOptions(options: ListenOptions): void {
  if (options.path === undefined) return;
  for (const name of ["cert", "key", "backlog", "reusePort"] as const) {
    if (options[name] === undefined || options[name] === false) continue;
    throw new NotSupportedError(name, "a unix socket has none in Deno, listen on a host for it");
  }
}

function listen(options: Site, handler: EngineHandler, signal: AbortSignal): Deno.HttpServer {
  const { hostname, port, path, cert, key, reusePort = false, backlog } = options;
  const common = {
    signal,
    onListen: () => {}, // the runner prints the URLs, once all sites listen
    onError(error: unknown) { // also of a response in progress, when it cannot be replaced
      if (!(error instanceof EndOfConnection)) console.error(error);
      return new Response(null, { status: 500 });
    },
  };
  const limit = backlog === undefined ? {} : { tcpBacklog: backlog };
  const tcp = { ...common, hostname, port, reusePort, ...limit };
  try {
    // Deno.serve is typed by its address; a unix peer has no hostname, which ServeInfo allows.
    if (path !== undefined) {
      return Deno.serve({ ...common, path }, withHttpUrl(handler) as Deno.ServeHandler);
    }
    if (cert !== undefined && key !== undefined) return Deno.serve({ ...tcp, cert, key }, handler);
    return Deno.serve(tcp, handler);
  } catch (cause) {
    throw cause instanceof Deno.errors.AddrInUse ? new AddressInUseError(options, cause) : cause;
  }
}

/**
 * Over a unix socket Deno's URL is "http+unix://host/path", whose path is not found and whose host
 * differs from `Host`. The platform's request is kept: only that can be upgraded to a WebSocket.
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
