import { OLD_RUNTIME } from "../errors/old_runtime.ts";
import { type Application, readiness, type RunAppOptions } from "../../server/mod.ts";
import { healthRoute, listenOptions, serve } from "../listening/listen.ts";
import { openBrowser } from "../io/open_browser.ts";
import { writeErr } from "../io/output.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { ServeOption } from "../specs/serve.ts";
import { UsageError } from "../errors/usage_error.ts";
import { applicationOf } from "./application_of.ts";
import { importEntry, locate, parseEntry } from "./entry.ts";
import { useOwnModules } from "./own_modules.ts";

export async function run(
  parsed: ParsedArgs<ServeOption>,
  args: readonly string[],
): Promise<number> {
  const [word] = parsed.positionals;
  if (word === undefined) {
    throw new UsageError("the following arguments are required: MODULE[:NAME]");
  }
  const entry = parseEntry(word);
  const workers = parsed.number("workers", { min: 1, max: 1024 }) ?? 1;
  // The default engine of old runtimes hides ambiguous framing from the guard.
  const options = listenOptions(parsed, OLD_RUNTIME ? "sockets" : "deno");
  if (workers > 1 && options.path !== undefined) {
    throw new UsageError(
      `--workers ${workers} and --path: a unix socket cannot be shared by processes; ` +
        "leave --workers out, or listen on a port",
    );
  }
  const worker = parsed.value("worker");
  if (worker === undefined && (parsed.has("watch") || workers > 1)) {
    const { supervise } = await import("./supervise.ts");
    const watch = parsed.has("watch") ? locate(entry.module) : null;
    const code = await supervise({ args, options, workers, watch });
    if (code === 0) await writeErr("Stopped\n");
    return code;
  }

  useOwnModules();
  const app = await applicationOf(await importEntry(entry), parsed.rest, word);
  const health = healthRoute(parsed);
  if (health !== null) answerHealth(app, health);
  const all = { ...options, ...printing(parsed) };
  if (worker === undefined) await serve(app, all);
  else await runWorker(app, { ...options, reusePort: workers > 1 }, parsed, Number(worker));
  // Like aiohttp's last message, on standard error.
  if (worker === undefined) await writeErr("Stopped\n");
  return 0;
}

/**
 * Runs one worker of a supervisor. Ctrl-C reaches all processes of a terminal; workers ignore it
 * and wait for the supervisor's SIGTERM.
 */
async function runWorker(
  app: Application,
  options: RunAppOptions,
  parsed: ParsedArgs<ServeOption>,
  index: number,
): Promise<void> {
  const stop = new AbortController();
  const onTerm = (): void => stop.abort();
  const ignore = (): void => {};
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onTerm);
  Deno.addSignalListener("SIGINT", ignore);
  try {
    const all = {
      ...options,
      handleSignals: false,
      signal: stop.signal,
      ...(index === 0 ? printing(parsed) : { print: null }),
    };
    await serve(app, all);
  } finally {
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", onTerm);
    Deno.removeSignalListener("SIGINT", ignore);
  }
}

/** How the line with the server's address is printed. */
function printing(parsed: ParsedArgs<ServeOption>): Pick<RunAppOptions, "print"> {
  if (!parsed.has("open")) return {};
  return {
    print: (text) => {
      console.log(text);
      const [, url] = /(https?:\/\/[^\s,]+)/.exec(text) ?? [];
      if (url !== undefined && !url.startsWith("http://unix:")) void openBrowser(url);
    },
  };
}

/** Answers health checks before routing: a catch-all route or authentication would hide them. */
function answerHealth(app: Application, path: string): void {
  const answer = readiness();
  app.middlewares.unshift((request, handler) => {
    const isAsked = request.path === path && /^(?:GET|HEAD)$/.test(request.method);
    return isAsked ? answer(request) : handler(request);
  });
}
