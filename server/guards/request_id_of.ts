import type { ServerRequest } from "../request/request.ts";

/**
 * The id that `web.requestId()`, or Hono's `requestId()`, gave a request, or `null`.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/", (request) => web.jsonResponse(web.requestIdOf(request)))]);
 * console.assert(await (await app.request("/")).json() === null); // without the middleware
 * ```
 */
export function requestIdOf<Params>(request: ServerRequest<Params>): string | null {
  const id: unknown = request.hono.get("requestId");
  return typeof id === "string" ? id : null;
}
