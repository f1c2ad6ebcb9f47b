import type { EngineHandler } from "./engine.ts";

export interface Uploads {
  readonly handler: EngineHandler;
  drained(): Promise<void>; // resolves when no upload is pending
}

/**
 * Counts requests with a possible body, for which shutdown waits: when Deno's server stops,
 * responses can finish but request bodies are cut. New requests are answered with 503 then.
 */
export function trackUploads(handler: EngineHandler): Uploads {
  let count = 0;
  let onIdle: (() => void) | null = null;
  const done = (): void => {
    if (--count === 0) onIdle?.();
  };
  return {
    handler(request, info) {
      if (onIdle !== null) {
        const headers = { "content-type": "text/plain; charset=utf-8", "connection": "close" };
        return new Response("503: Service Unavailable", { status: 503, headers });
      }
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
