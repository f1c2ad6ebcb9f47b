/**
 * Work that begins once the answer is on its way.
 * @module
 */
import { described } from "../../http/options.ts";
import type { AppContext } from "./app_context.ts";

/** What runs when the handler is done. */
export type AfterWork = (signal: AbortSignal) => unknown;

/**
 * Checks what `request.after()` was given.
 *
 * @throws {TypeError} If it is no function.
 */
export function checkAfter(work: AfterWork): AfterWork {
  if (typeof work === "function") return work;
  throw new TypeError(`request.after() takes a function, got ${described(work)}`);
}

/** Begins the work. */
export function runAfter(
  app: AppContext,
  request: { readonly method: string; readonly rawPath: string },
  works: readonly AfterWork[],
): void {
  const about = `Error after ${request.method} ${JSON.stringify(request.rawPath)}`;
  for (const work of works) {
    app.spawn(async (signal) => {
      await new Promise((resolve) => setTimeout(resolve)); // the answer goes first
      await work(signal);
    }, about);
  }
}
