import type { Context } from "hono";
import { addVary } from "../../http/coding/content_coding.ts";
import { hasMutableHeaders, mutableResponse } from "../request/mutable_response.ts";

/** Adds headers of middlewares to a response or its copy; its own cookies and `Vary` stay. */
export function withHeaders(response: Response, wanted: Headers): Response {
  let changed: Response | null = null;
  if (response.status === 101 && !hasMutableHeaders(response)) return response; // Deno 2.4
  for (const [name, value] of wanted) {
    if (name === "content-type") continue;
    const { headers } = changed ??= mutableResponse(response);
    if (name === "vary") value.split(",").forEach((each) => addVary(headers, each.trim()));
    else if (name !== "set-cookie") headers.set(name, value);
    else if (!headers.getSetCookie().includes(value)) headers.append(name, value);
  }
  return changed ?? response;
}

/** Sets `c.res` with the headers set so far; Hono would drop the response's cookies and `Vary`. */
export function setResponse(c: Context, response: Response, wanted: Headers): Response {
  const seen = response.status === 101 ? new Response() : mutableResponse(response);
  c.res = undefined;
  return c.res = withHeaders(seen, wanted);
}
