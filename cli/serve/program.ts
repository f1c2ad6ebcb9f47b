import { OLD_RUNTIME } from "../errors/old_runtime.ts";
import type { Application, RunAppOptions } from "../../server/mod.ts";
import { answerHealth, listenOptions, serve } from "../listening/listen.ts";
import { openBrowser } from "../io/open_browser.ts";
import { writeErr } from "../io/output.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { ServeOption } from "../specs/serve.ts";
import { applicationOf } from "../loading/application_of.ts";
import type { Entry } from "../loading/entry.ts";
import { READY } from "./supervise.ts";

/** Runs the application of a module until it is stopped. */
export async function runProgram(parsed: ParsedArgs<ServeOption>, entry: Entry): Promise<number> {
  // The default engine of old runtimes hides ambiguous framing from the guard.
  const options = listenOptions(parsed, OLD_RUNTIME ? "sockets" : "deno");
  const app = await applicationOf(entry, parsed);
  if (parsed.has("watch")) app.debug = true;
  answerHealth(app, parsed);
  if (parsed.has("worker")) await runWorker(app, options, parsed);
  else {
    await serve(app, { ...options, print: printer(parsed) });
    await writeErr("Stopped\n"); // like aiohttp's last message, on standard error
  }
  return 0;
}

/** Runs a worker until the supervisor's SIGTERM or end, which ends its standard input. */
async function runWorker(
  app: Application,
  options: RunAppOptions,
  parsed: ParsedArgs<ServeOption>,
): Promise<void> {
  const stop = new AbortController();
  const onTerm = (): void => stop.abort();
  const ignore = (): void => {};
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onTerm);
  Deno.addSignalListener("SIGINT", ignore);
  Deno.stdin.read(new Uint8Array(1)).then(onTerm, onTerm);
  try {
    const print = printer(parsed);
    const isFirst = parsed.value("worker") === "0";
    const isAlone = !(Number(parsed.value("workers")) > 1);
    await serve(app, {
      ...options,
      shutdownDelay: options.shutdownDelay ?? (parsed.has("watch") ? 0 : 1000),
      reusePort: options.path === undefined && Deno.build.os !== "windows",
      handleSignals: false,
      signal: stop.signal,
      print: (text) => {
        if (!READY.test(text)) return isFirst && !isAlone ? print(text) : undefined;
        return isFirst ? print(text) : console.log(text);
      },
    });
  } finally {
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", onTerm);
    Deno.removeSignalListener("SIGINT", ignore);
  }
}

/** Prints what the server says, and opens its address in a browser if asked to. */
function printer(parsed: ParsedArgs<ServeOption>): (text: string) => void {
  return (text) => {
    console.log(text);
    const [, url] = /(https?:\/\/[^\s,]+)/.exec(text) ?? [];
    const isWanted = parsed.has("open") && READY.test(text);
    if (isWanted && url !== undefined && !url.startsWith("http://unix:")) void openBrowser(url);
  };
}
