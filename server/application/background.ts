import { tracing } from "../../http/open_telemetry.ts";
import { described, OptionTable } from "../../http/options.ts";
import type { AppContext, BackgroundWork, Logger } from "../request/app_context.ts";
import type { CleanupContext } from "./lifecycle.ts";

/** The pending background work of an application; failures are logged. */
export class Background {
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  /** Runs some work; a function is called at once. A failure is logged as `about`. */
  add(work: BackgroundWork, about: string, logger: Logger): void {
    const { signal } = this.#stop;
    const done = (async () => {
      try {
        await (typeof work === "function" ? inSpan(about, () => work(signal), work.name) : work);
      } catch (error) {
        // an aborted task has not failed
        if (signal.aborted && error === signal.reason) return;
        logger.error(about, error);
      }
    })().catch(() => {}); // the logger has failed: nowhere left to report
    this.#running.add(done);
    done.then(() => this.#running.delete(done));
  }

  /** Resolves when no work is pending, including work started meanwhile. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  abort(): void {
    this.#stop.abort(new DOMException("The application stops", "AbortError"));
  }
}

/** Calls some work in a span, named after the function or the beginning of its description. */
function inSpan(about: string, work: () => unknown, called: string): unknown {
  const name = called === "" ? about.replace(/^Error (?:in )?|".*/gs, "").trim() : called;
  const spans = tracing();
  return spans === null ? work() : spans.run({ name }, work);
}

/** Options of {@linkcode Application.every}. */
export interface EveryOptions {
  /** Largest random shift of a run, in ms. @default a tenth of the time between runs */
  readonly jitter?: number;
  /** Description for the log. @default {"Error in work of app.every()"} */
  readonly about?: string;
}

const EVERY_OPTIONS = new OptionTable<EveryOptions>({ jitter: "a number", about: "a string" });

/** Runs some work from start-up until the application begins to stop. */
export function repeat<App extends AppContext>(
  contexts: CleanupContext<App>[],
  ms: number,
  work: (signal: AbortSignal) => unknown,
  options: EveryOptions = {},
): void {
  EVERY_OPTIONS.check("app.every()", options);
  const { jitter = ms / 10, about = "Error in work of app.every()" } = options;
  if (!(ms >= 1 && ms + jitter < 2 ** 31 && jitter >= 0 && jitter <= ms)) {
    throw new RangeError(
      `app.every() takes a time from 1 ms to 24 days, and a jitter up to it, got ${ms} and ${jitter}`,
    );
  }
  if (typeof work !== "function") {
    throw new TypeError(`app.every() takes a time and a function, got ${described(work)}`);
  }
  if (Object.isFrozen(contexts)) throw new TypeError("Cannot repeat work: app has started");
  contexts.push(async function* every(app) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isStopped = false;
    const wait = (since: number): void => {
      const due = since + ms + (2 * Math.random() - 1) * jitter;
      if (isStopped) return;
      const spans = tracing(); // each run is a trace of its own
      const start = () => timer = setTimeout(run, Math.max(0, due - performance.now()));
      if (spans === null) start();
      else spans.within(spans.root, start);
    };
    const run = (): void => {
      const start = performance.now();
      if (!app.ready) return wait(start); // starts, or begins to stop
      app.spawn(async (signal) => {
        try {
          await work(signal);
        } finally {
          wait(start);
        }
      }, about);
    };
    wait(performance.now());
    try {
      yield;
    } finally {
      isStopped = true;
      clearTimeout(timer);
    }
  });
}
