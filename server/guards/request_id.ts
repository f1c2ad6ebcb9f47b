// A middleware that gives each request an id.
import { OptionTable } from "../../http/options.ts";
import type { Middleware } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";
import { withAnswerHeaders } from "./answer_headers.ts";

/** Options of {@linkcode requestId}. */
export interface RequestIdOptions {
  /** Header of the id, in requests and replies. @default {"x-request-id"} */
  readonly header?: string;
  /** Makes an id. @default {crypto.randomUUID} */
  readonly generate?: (request: ServerRequest) => string;
  /**
   * Whether the id of a request's own header counts, up to 128 letters, digits and `-_.:+/=`.
   * Without a proxy of yours in front, clients choose it.
   * @default {true}
   */
  readonly accept?: boolean;
}

const REQUEST_ID_OPTIONS = new OptionTable<RequestIdOptions>({
  header: "a string",
  generate: "a function",
  accept: "true or false",
}, { generator: 'Write "generate"', headername: 'Write "header"' });

const ACCEPTED = /^[\w.:+/=-]{1,128}$/;

/**
 * Gives each request an id: that of its header, or a new one. It is in the reply's header, in
 * errors that the application logs, in `requestIdOf()`, and in Hono's `c.get("requestId")`.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application({ middlewares: [web.requestId()] });
 * app.addRoutes([web.get("/", (request) => web.textResponse(`${web.requestIdOf(request)}`))]);
 * const response = await app.request("/", { headers: { "x-request-id": "a1" } });
 * console.assert(await response.text() === "a1" && response.headers.get("x-request-id") === "a1");
 * ```
 */
export function requestId(options: RequestIdOptions = {}): Middleware {
  REQUEST_ID_OPTIONS.check("web.requestId()", options);
  const { header = "x-request-id", generate = () => crypto.randomUUID(), accept = true } = options;
  new Headers().set(header, ""); // throws for a name that no header has
  return (request, handler) => {
    const given = accept ? request.headers.get(header) : null;
    const id = given !== null && ACCEPTED.test(given) ? given : generate(request);
    request.hono.set("requestId", id);
    return withAnswerHeaders(request, handler, (headers) => headers.set(header, id));
  };
}
