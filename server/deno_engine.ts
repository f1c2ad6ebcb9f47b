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
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({
      hostname: options.hostname,
      port: options.port,
      signal: controller.signal,
      onListen: () => {}, // the runner says where, once all sites listen
    }, handler);
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
    shutdown: () => server.shutdown(),
    abort: () => {
      if (!stopped) controller.abort();
    },
  };
}
