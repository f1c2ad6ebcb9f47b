// Final changes to responses, and the default error responses.
import { mutableResponse } from "../request/mutable_response.ts";
import type { ServerRequest } from "../request/request.ts";

/** Callbacks that see every response before it is sent, aiohttp's `on_response_prepare`. */
export type PrepareSignal =
  ((request: ServerRequest, response: Response) => void | Promise<void>)[];

/** Announces the close of the connection, so that the client sends no other request on it. */
export function announceClose(response: Response): Response {
  if (response.status === 101) return response;
  const changed = mutableResponse(response);
  changed.headers.set("connection", "close");
  return changed;
}

/** The page for an uncaught error; it reveals nothing about it. */
export function serverErrorResponse(): Response {
  return new Response("500 Internal Server Error\n\nServer got itself in trouble", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
