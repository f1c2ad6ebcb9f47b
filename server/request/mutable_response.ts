/** Whether a response is a foreign one, from `fetch()`. */
export function isPassedOn(response: Response): boolean {
  return response.url !== "";
}

/** Codings that `fetch()` decodes: this one on Deno, others too elsewhere. */
const DECODED = typeof Deno === "undefined" ? /./ : /^\s*(?:gzip|br)\s*$/i;

/** A response with mutable headers: those of `Response.redirect()` and `fetch()` are not. */
export function mutableResponse(response: Response, isDecoded = true): Response {
  const { status } = response;
  // Other responses are left alone: reading headers costs 15 % of a hello route.
  if (!isPassedOn(response) && !(status >= 301 && status <= 308)) return response;
  if (hasMutableHeaders(response)) return response;
  const { body, statusText } = response;
  const headers = new Headers(response.headers);
  // They describe the encoded body, which fetch() has decoded.
  if (isDecoded && isPassedOn(response) && DECODED.test(headers.get("content-encoding") ?? "")) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  const copy = new Response(body, { status, statusText, headers });
  if (isPassedOn(response)) Object.defineProperty(copy, "url", { value: response.url });
  return copy;
}

export function hasMutableHeaders({ headers }: Response): boolean {
  try {
    headers.delete("x-no-header");
    return true;
  } catch {
    return false;
  }
}
