/**
 * Responses whose headers can be changed.
 * @module
 */

/**
 * Makes sure that the headers of a response can be changed: those of `Response.redirect()` and of
 * what `fetch()` gives cannot.
 *
 * @param response The response.
 * @returns The response itself, or a copy with the same body.
 */
export function mutableResponse(response: Response): Response {
  if (response.status === 101) return response; // the platform knows an upgrade by its identity
  try {
    response.headers.delete("x-no-header");
    return response;
  } catch {
    const { body, status, statusText, headers } = response;
    return new Response(body, { status, statusText, headers });
  }
}
