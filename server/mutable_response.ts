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
  try {
    response.headers.delete("x-no-header");
    return response;
  } catch {
    return new Response(response.body, response);
  }
}
