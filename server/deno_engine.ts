/**
 * The engine over `Deno.serve`; how it listens, fails and stops is known here and nowhere else.
 * `serve_internals.ts` and `client_signal.ts` hold what a single request needs to know of it.
 * @module
 */
import { NotSupportedError } from "../http/not_supported_error.ts";
import {
  AddressInUseError,
  type EngineHandler,
  type EngineServer,
  type ListenOptions,
} from "./engine.ts";

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
 */
export function denoEngine(options: ListenOptions, handler: EngineHandler): EngineServer {
  return new DenoServer(options, handler);
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
    if (options.path !== undefined) removeStaleSocket(options.path);
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
    // and drops no connection: all that is left is to keep it from holding the process.
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
          if (this.#path !== undefined) removeStaleSocket(this.#path);
          this.#server = this.#listen();
          break;
        } catch {
          wait = Math.min(wait * 2, LAST_RETRY); // still no file to be had, or the port is not free
        }
      }
      if (!this.#stopping) continue;
      await this.#server.finished.catch(() => {});
      this.#stopped = true;
      if (this.#path !== undefined) removeStaleSocket(this.#path);
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

interface Uploads {
  readonly handler: EngineHandler;
  drained(): Promise<void>;
}

/**
 * `Deno.HttpServer.shutdown()` lets responses finish but cuts request bodies that are still coming
 * ("Cannot read request body as underlying resource unavailable"). So requests that may have a
 * body are counted, and shutdown waits for them first; what comes meanwhile is answered with 503.
 */
function trackUploads(handler: EngineHandler): Uploads {
  let count = 0;
  let onIdle: (() => void) | null = null;
  const done = (): void => {
    if (--count === 0) onIdle?.();
  };
  return {
    handler(request, info) {
      if (onIdle !== null) return unavailable();
      const response = handler(request, info);
      if (response instanceof Promise && request.method !== "GET" && request.method !== "HEAD") {
        count++;
        response.then(done, done);
      }
      return response;
    },
    drained: () =>
      new Promise((resolve) => {
        onIdle = resolve;
        if (count === 0) resolve();
      }),
  };
}

function unavailable(): Response {
  return new Response("503: Service Unavailable", {
    status: 503,
    headers: { "content-type": "text/plain; charset=utf-8", "connection": "close" },
  });
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
  const common = { signal, onListen: () => {} }; // the runner says where, once all sites listen
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

/** A program that was killed leaves its socket behind, which nobody can listen on again. */
function removeStaleSocket(path: string): void {
  try {
    if (!Deno.lstatSync(path).isSocket) return;
    if (isAlive(path)) return;
    Deno.removeSync(path);
  } catch (error) {
    // None there, which is as it should be; or no permission, which listening will tell.
    if (!(error instanceof Deno.errors.NotFound)) return;
  }
}

/** Linux lists the sockets that somebody listens on; elsewhere nobody can tell without asking. */
function isAlive(path: string): boolean {
  try {
    return Deno.readTextFileSync("/proc/net/unix").split("\n").some((line) =>
      line.endsWith(` ${path}`)
    );
  } catch {
    return true;
  }
}

function urlOf({ hostname, port, path }: ResolvedListenOptions, secure: boolean): string {
  if (path !== undefined) return `http://unix:${path}:`;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `${secure ? "https" : "http"}://${host}:${port}`;
}
