import type { ServerRequest } from "../request/request.ts";

/** Callbacks that see every response before it is sent, aiohttp's `on_response_prepare`. */
export type PrepareSignal =
  ((request: ServerRequest, response: Response) => void | Promise<void>)[];

/** The page for an uncaught error; it reveals nothing about it. */
export function serverErrorResponse(): Response {
  return new Response("500 Internal Server Error\n\nServer got itself in trouble", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
