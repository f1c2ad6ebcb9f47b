/**
 * Options of an application.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import type { Logger } from "../request/app_context.ts";
import type { Middleware } from "../request/middleware.ts";

/**
 * What {@linkcode Application} takes.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const options: web.ApplicationOptions = {
 *   clientMaxSize: 1024,
 *   middlewares: [(request, handler) => handler(request)],
 * };
 * const app = new web.Application(options);
 * app.addRoutes([web.post("/", async (request) => web.textResponse(await request.text()))]);
 * const response = await app.request("/", { method: "POST", body: "x".repeat(2000) });
 * console.assert(response.status === 413);
 * ```
 */
export interface ApplicationOptions {
  /** Middlewares for every request, `404` and `405` included; the first is the outermost. */
  readonly middlewares?: readonly Middleware[];
  /**
   * Largest body that `read()`, `text()`, `json()` and `post()` accept, in bytes; 0 for no limit.
   * A sub-application has the limit of the application it was added to.
   * @default {1048576}
   */
  readonly clientMaxSize?: number;
  /** Where errors that no handler caught are reported. @default {console} */
  readonly logger?: Logger;
}

/** Names and types of {@linkcode ApplicationOptions}. */
export const APPLICATION_OPTIONS = new OptionTable<ApplicationOptions>({
  middlewares: "a list",
  clientMaxSize: "a number",
  logger: "an object",
});
