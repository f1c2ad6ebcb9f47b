/**
 * Uploads that a server which stops has to wait for.
 * @module
 */
import type { EngineHandler } from "./engine.ts";

/** A handler whose uploads are counted. */
export interface Uploads {
  /** The handler. */
  readonly handler: EngineHandler;
  /** Resolves when no upload is under way; from the call on, requests are answered with 503. */
  drained(): Promise<void>;
}

/**
 * Deno's server lets responses finish when it stops, but cuts request bodies that are still coming
 * ("Cannot read request body as underlying resource unavailable"). So requests that may have a
 * body are counted, and shutdown waits for them first; what comes meanwhile is answered with 503.
 */
export function trackUploads(handler: EngineHandler): Uploads {
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
