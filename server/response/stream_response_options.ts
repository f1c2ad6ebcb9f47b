/**
 * Options of a stream response.
 * @module
 */
import { OptionTable } from "../../http/options.ts";

/**
 * What {@linkcode StreamResponse} takes.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const options: web.StreamResponseOptions = { headers: { "content-type": "text/csv" } };
 * const app = new web.Application();
 * app.addRoutes([web.get("/", async (request) => {
 *   const response = new web.StreamResponse(options);
 *   await response.prepare(request);
 *   for (let row = 0; row < 3; row++) await response.write(`${row},${row * row}\n`);
 *   return response;
 * })]);
 * console.assert(await (await app.request("/")).text() === "0,0\n1,1\n2,4\n");
 * ```
 */
export interface StreamResponseOptions {
  /** Status code. @default {200} */
  readonly status?: number;
  /** Headers of the response; `application/octet-stream` is its type unless they say another. */
  readonly headers?: HeadersInit;
}

/** Names and types of {@linkcode StreamResponseOptions}. */
export const STREAM_RESPONSE_OPTIONS = new OptionTable<StreamResponseOptions>({
  status: "a number",
  headers: "a map or a list of pairs",
}, { contenttype: 'Write it into "headers"' });
