import { described } from "../../http/options.ts";
import type { AppContext } from "./app_context.ts";

export type AfterWork = (signal: AbortSignal) => unknown;

export function checkAfter(work: AfterWork): AfterWork {
  if (typeof work === "function") return work;
  throw new TypeError(`request.after() takes a function, got ${described(work)}`);
}

/** Starts the work; resolves when all of it has ended, or failed. */
export function runAfter(
  app: AppContext,
  request: { readonly method: string; readonly rawPath: string },
  works: readonly AfterWork[],
): Promise<unknown> {
  const about = `Error after ${request.method} ${JSON.stringify(request.rawPath)}`;
  return Promise.all(works.map((work) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const later = async (signal: AbortSignal) => {
      try {
        await new Promise((next) => setTimeout(next)); // the answer goes first
        await work(signal);
      } finally {
        resolve();
      }
    };
    // the name of its span
    app.spawn(Object.defineProperty(later, "name", { value: work.name }), about);
    return promise;
  }));
}
