/**
 * Responses whose headers can be changed.
 * @module
 */

/**
 * Tells whether a response is what `fetch()` gave for another server's.
 *
 * @returns `true` if it is.
 */
export function isPassedOn(response: Response): boolean {
  return response.url !== "";
}

/** Codings that `fetch()` decodes: one of these on Deno, others too elsewhere. */
const DECODED = typeof Deno === "undefined" ? /./ : /^\s*(?:gzip|br)\s*$/i;

/**
 * Makes sure that the headers of a response can be changed: those of `Response.redirect()` and of
 * what `fetch()` gives cannot.
 *
 * @param response The response.
 * @param isDecoded Whether `fetch()` has decoded it, which it leaves only where no coding is wanted.
 * @returns The response itself, or a copy with the same body.
 */
export function mutableResponse(response: Response, isDecoded = true): Response {
  const { status } = response;
  // Other responses are left alone, since a look at the headers costs 15 % of a hello route.
  if (!isPassedOn(response) && !(status >= 301 && status <= 308)) return response;
  try {
    response.headers.delete("x-no-header");
    return response;
  } catch {
    const { body, statusText } = response;
    const headers = new Headers(response.headers);
    // They tell of the body as it came, and fetch() has decoded it.
    if (isDecoded && isPassedOn(response) && DECODED.test(headers.get("content-encoding") ?? "")) {
      headers.delete("content-encoding");
      headers.delete("content-length");
    }
    const copy = new Response(body, { status, statusText, headers });
    if (isPassedOn(response)) Object.defineProperty(copy, "url", { value: response.url });
    return copy;
  }
}
