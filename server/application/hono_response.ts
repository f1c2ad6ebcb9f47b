/**
 * A response on its way through Hono's middlewares.
 * @module
 */
import type { Context } from "hono";
import { addVary } from "../../http/coding/content_coding.ts";
import { mutableResponse } from "../request/mutable_response.ts";

/**
 * Adds the headers that middlewares wanted for whatever response follows. Cookies and `Vary` come
 * besides the response's own; doing it twice changes nothing.
 *
 * @returns The response; a copy where its headers could not be changed.
 */
export function withHeaders(response: Response, wanted: Headers): Response {
  let changed: Response | null = null;
  for (const [name, value] of wanted) {
    if (name === "content-type") continue;
    const { headers } = changed ??= mutableResponse(response);
    if (name === "vary") value.split(",").forEach((each) => addVary(headers, each.trim()));
    else if (name !== "set-cookie") headers.set(name, value);
    else if (!headers.getSetCookie().includes(value)) headers.append(name, value);
  }
  return changed ?? response;
}

/**
 * Makes a response the one of the context, with the headers that were set on the context so far.
 * Hono itself would drop the response's own cookies and `Vary`, and fail for an upgrade.
 *
 * @returns What the middlewares see; for an upgrade, which must not be copied, a response that
 * collects headers for it.
 */
export function setResponse(c: Context, response: Response, wanted: Headers): Response {
  const seen = response.status === 101 ? new Response() : mutableResponse(response);
  c.res = undefined;
  return c.res = withHeaders(seen, wanted);
}
