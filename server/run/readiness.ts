import type { Handler } from "../request/middleware.ts";

/**
 * Creates a handler for readiness checks: `200 ready`, then `503 stopping` while the application
 * stops; with `shutdownDelay`, load balancers can send requests elsewhere before the port closes.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/ready", web.readiness())]);
 * console.assert((await app.request("/ready")).status === 200);
 * ```
 */
export function readiness(): Handler {
  return (request) => {
    const { ready } = request.app;
    return new Response(ready ? "ready" : "stopping", {
      status: ready ? 200 : 503,
      headers: { "cache-control": "no-store" },
    });
  };
}
