/**
 * Runs an application until it is told to stop.
 * @module
 */
import type { Application } from "./application.ts";
import { AppRunner, type AppRunnerOptions } from "./runner.ts";

/** What {@linkcode runApp} takes. */
export interface RunAppOptions extends AppRunnerOptions {
  /** Address to bind. @default {"0.0.0.0"} */
  readonly host?: string;
  /** TCP port; 0 for a free one. @default {8080} */
  readonly port?: number;
  /** Says where the application runs; `null` for silence. @default {console.log} */
  readonly print?: ((text: string) => void) | null;
  /** Whether SIGINT and SIGTERM stop the application. @default {true} */
  readonly handleSignals?: boolean;
  /** Stops the application when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * Starts an application, says where, and serves until SIGINT or SIGTERM; requests under way are
 * finished first. aiohttp's `web.run_app`.
 *
 * @param app The application, or a promise of one.
 * @param options Where to listen, how to stop.
 * @throws {AddressInUseError} If the address is taken.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/", () => web.textResponse("hello"))]);
 * await web.runApp(app, { host: "127.0.0.1", port: 0, signal: AbortSignal.timeout(10) });
 * ```
 */
export async function runApp(
  app: Application | Promise<Application>,
  options: RunAppOptions = {},
): Promise<void> {
  const runner = new AppRunner(await app, options);
  const stop = Promise.withResolvers<void>();
  const signals = options.handleSignals === false ? [] : stopSignals();
  for (const signal of signals) Deno.addSignalListener(signal, stop.resolve);
  options.signal?.addEventListener("abort", () => stop.resolve(), { once: true });
  if (options.signal?.aborted) stop.resolve();
  try {
    const url = await runner.listen({
      hostname: options.host ?? "0.0.0.0",
      port: options.port ?? 8080,
    });
    const print = options.print === undefined ? console.log : options.print;
    print?.(`======== Running on ${url} ========\n(Press CTRL+C to quit)`);
    await Promise.race([stop.promise, runner.finished]);
  } finally {
    await runner.cleanup();
    for (const signal of signals) Deno.removeSignalListener(signal, stop.resolve);
  }
}

// Windows knows no SIGTERM; Ctrl-C and Ctrl-Break are what there is.
function stopSignals(): readonly Deno.Signal[] {
  return Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
}
