import { described } from "../../http/options.ts";
import type { AppContext } from "./app_context.ts";

/** Function that runs when the handler is done. */
export type AfterWork = (signal: AbortSignal) => unknown;

/** Checks the argument of `request.after()`. */
export function checkAfter(work: AfterWork): AfterWork {
  if (typeof work === "function") return work;
  throw new TypeError(`request.after() takes a function, got ${described(work)}`);
}

export function runAfter(
  app: AppContext,
  request: { readonly method: string; readonly rawPath: string },
  works: readonly AfterWork[],
): void {
  const about = `Error after ${request.method} ${JSON.stringify(request.rawPath)}`;
  for (const work of works) {
    const later = async (signal: AbortSignal) => {
      await new Promise((resolve) => setTimeout(resolve)); // the answer goes first
      await work(signal);
    };
    // the name of its span
    app.spawn(Object.defineProperty(later, "name", { value: work.name }), about);
  }
}
