import { localStateWarning } from "../../http/local_state.ts";
import { OptionTable } from "../../http/options.ts";
import type { Application } from "../application/application.ts";
import type { ListenOptions } from "../engine/engine.ts";
import { LISTEN_OPTIONS } from "../engine/listen_options.ts";
import { APP_RUNNER_OPTIONS, AppRunner, type AppRunnerOptions, checkRuntime } from "./runner.ts";

/** Options of {@linkcode runApp}. */
export interface RunAppOptions
  extends AppRunnerOptions, Omit<ListenOptions, "host" | "hostname" | "path"> {
  /** Address to bind, or several. @default {"0.0.0.0", none if `path` is given} */
  readonly host?: string | readonly string[];
  /** Alias of `host`. */
  readonly hostname?: string | readonly string[];
  /** Path of a unix socket, or several; with `host`, both are bound. */
  readonly path?: string | readonly string[];
  /**
   * Prints the URLs, and with `reusePort` what the processes do not share; `null` for no output.
   * @default {console.log}
   */
  readonly print?: ((text: string) => void) | null;
  /** Whether SIGINT and SIGTERM stop the application. @default {true} */
  readonly handleSignals?: boolean;
  /** After an unhandled rejection: `log` it and go on, or `stop` and throw it. @default {"log"} */
  readonly onUnhandled?: "log" | "stop";
  /** Stops the application when it aborts. */
  readonly signal?: AbortSignal;
}

const RUN_APP_OPTIONS = new OptionTable<RunAppOptions>({
  ...APP_RUNNER_OPTIONS.kinds,
  ...LISTEN_OPTIONS.kinds,
  host: "a string or a list",
  hostname: "a string or a list",
  path: "a string or a list",
  print: "a function or null",
  handleSignals: "true or false",
  onUnhandled: "a string",
  signal: "an AbortSignal",
});

/**
 * Starts an application, prints its URLs, and serves until SIGINT or SIGTERM; pending requests are
 * finished first. aiohttp's `web.run_app`. A second signal ends the process at once, with the usual
 * exit code (128 and the signal's number). If handlers are still running `shutdownTimeout` after
 * the first one, the exit code is 1.
 * @throws {AddressInUseError} If the address is in use.
 * @throws {DOMException} A `TimeoutError` if `signal` stopped it and handlers were abandoned.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const signal = AbortSignal.timeout(10); // else until SIGTERM
 * await web.runApp(new web.Application(), { host: "127.0.0.1", port: 0, signal });
 * ```
 */
export async function runApp(
  app: Application | Promise<Application>,
  options: RunAppOptions = {},
): Promise<void> {
  checkRuntime();
  RUN_APP_OPTIONS.check("web.runApp()", options);
  if (!["log", "stop", undefined].includes(options.onUnhandled)) {
    throw new TypeError(
      `web.runApp(): "onUnhandled" is "log" or "stop", got "${options.onUnhandled}"`,
    );
  }
  const sites = sitesOf(options);
  const application = await app;
  const runner = new AppRunner(application, APP_RUNNER_OPTIONS.pick(options));
  const stop = Promise.withResolvers<void>();
  const onAbort = () => stop.resolve();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.signal?.aborted) stop.resolve();
  const unhandled: unknown[] = [];
  const forget = onUnhandled((error, what) => {
    application.logger.error(what, error);
    if (options.onUnhandled !== "stop") return;
    unhandled.push(error);
    stop.resolve();
  });
  let signalled = false;
  const release = options.handleSignals === false ? () => {} : onStopSignal((exitCode) => {
    if (signalled) Deno.exit(exitCode);
    signalled = true;
    stop.resolve();
  });
  try {
    const urls: string[] = [];
    for (const site of sites) urls.push(await runner.listen(site));
    const print = options.print === undefined ? console.log : options.print;
    const warning = options.reusePort === true ? localStateWarning() : null;
    if (warning !== null) print?.(warning);
    print?.(`======== Running on ${urls.join(", ")} ========\n(Press CTRL+C to quit)`);
    await Promise.race([stop.promise, runner.finished]);
  } finally {
    try {
      await runner.cleanup();
    } finally {
      release();
      forget();
      options.signal?.removeEventListener("abort", onAbort);
    }
  }
  if (unhandled.length > 0) throw unhandled[0];
  if (!runner.timedOut) return;
  const late = "Cannot stop in time: handlers were still running after shutdownTimeout " +
    `(${options.shutdownTimeout ?? 60_000} ms). Let them watch request.signal or onShutdown, or ` +
    "raise the limit";
  if (!signalled) throw new DOMException(late, "TimeoutError");
  // Abandoned handlers would keep the process alive indefinitely.
  console.error(late);
  Deno.exit(1);
}

function sitesOf(options: RunAppOptions): readonly ListenOptions[] {
  const { path = [], hostname: alias, host = alias, ...others } = options;
  const tcp = LISTEN_OPTIONS.pick(others);
  const paths = [path].flat();
  const byDefault = paths.length > 0 && tcp.port === undefined ? [] : ["0.0.0.0"];
  if (alias !== undefined && `${host}` !== `${alias}`) {
    throw new TypeError(
      `Cannot listen: host "${host}" and hostname "${alias}" are two names of one option`,
    );
  }
  return [
    ...[host ?? byDefault].flat().map((hostname) => ({ ...tcp, hostname })),
    ...paths.map((path) => ({ ...tcp, path })), // the engine refuses options that sockets lack
  ];
}

/** Listens for errors that would end the process; returns what stops it. */
function onUnhandled(listener: (error: unknown, what: string) => void): () => void {
  const onEvent = (event: PromiseRejectionEvent | ErrorEvent): void => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if ("error" in event) listener(event.error, "Uncaught error");
    else listener(event.reason, "Unhandled rejection of a promise without await");
  };
  globalThis.addEventListener("unhandledrejection", onEvent);
  globalThis.addEventListener("error", onEvent);
  return () => {
    globalThis.removeEventListener("unhandledrejection", onEvent);
    globalThis.removeEventListener("error", onEvent);
  };
}

/** Listens for the signals that stop a program; returns a function that stops it. */
function onStopSignal(listener: (exitCode: number) => void): () => void {
  // Windows has no SIGTERM, only Ctrl-C and Ctrl-Break.
  const signals: readonly [Deno.Signal, number][] = Deno.build.os === "windows"
    ? [["SIGINT", 130], ["SIGBREAK", 149]]
    : [["SIGINT", 130], ["SIGTERM", 143]];
  const listeners = signals.map(([signal, code]) => [signal, () => listener(code)] as const);
  for (const [signal, each] of listeners) Deno.addSignalListener(signal, each);
  return () => {
    for (const [signal, each] of listeners) Deno.removeSignalListener(signal, each);
  };
}
