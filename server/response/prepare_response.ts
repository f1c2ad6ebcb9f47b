/**
 * Last changes to a response, and the ones that no handler made.
 * @module
 */
import { mutableResponse } from "../request/mutable_response.ts";
import type { ServerRequest } from "../request/request.ts";

/** Callbacks that see every response before it leaves, aiohttp's `on_response_prepare`. */
export type PrepareSignal =
  ((request: ServerRequest, response: Response) => void | Promise<void>)[];

/**
 * Sends signals about a response.
 *
 * @param signals The signals of the applications, from the outermost in.
 * @param request The request.
 * @param response Its response.
 * @returns The response; a copy where the headers of the first could not be changed.
 */
export async function prepareResponse(
  signals: readonly PrepareSignal[],
  request: ServerRequest,
  response: Response,
): Promise<Response> {
  const prepared = mutableResponse(response);
  for (const signal of signals) {
    for (const callback of signal) await callback(request, prepared);
  }
  return prepared;
}

/** Tells the client that its connection will be closed, so that it sends no other request on it. */
export function announceClose(response: Response): Response {
  if (response.status === 101) return response;
  const changed = mutableResponse(response);
  changed.headers.set("connection", "close");
  return changed;
}

/** The page for an error that nobody caught; it tells nothing of the error. */
export function serverErrorResponse(): Response {
  return new Response("500 Internal Server Error\n\nServer got itself in trouble", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
