/**
 * The engine over `Deno.serve`; its ways are known here and nowhere else.
 * @module
 */
import {
  AddressInUseError,
  type EngineHandler,
  type EngineServer,
  type ListenOptions,
} from "./engine.ts";

/**
 * Serves with `Deno.serve`.
 *
 * @param options Where to listen.
 * @param handler What answers.
 * @returns The server, listening.
 * @throws {AddressInUseError} If the address is taken.
 */
export function denoEngine(options: ListenOptions, handler: EngineHandler): EngineServer {
  const controller = new AbortController();
  const uploads = trackUploads(handler);
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({
      hostname: options.hostname,
      port: options.port,
      signal: controller.signal,
      onListen: () => {}, // the runner says where, once all sites listen
    }, uploads.handler);
  } catch (cause) {
    if (cause instanceof Deno.errors.AddrInUse) throw new AddressInUseError(options, cause);
    throw cause;
  }
  // Aborting a server that has stopped throws "Bad resource ID" where nobody can catch it.
  let stopped = false;
  server.finished.finally(() => stopped = true);
  return {
    hostname: options.hostname,
    port: server.addr.port,
    finished: server.finished,
    shutdown: async () => {
      await uploads.drained();
      await server.shutdown();
    },
    abort: () => {
      if (!stopped) controller.abort();
    },
  };
}

/**
 * `Deno.HttpServer.shutdown()` lets responses finish but cuts request bodies that are still coming
 * ("Cannot read request body as underlying resource unavailable"). So requests that may have a
 * body are counted, and shutdown waits for them first; what comes meanwhile is answered with 503.
 */
function trackUploads(
  handler: EngineHandler,
): { readonly handler: EngineHandler; drained(): Promise<void> } {
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
