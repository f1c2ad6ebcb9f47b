/**
 * Ends the exchange of a request whose body was not read to its end.
 * @module
 */
import { EndOfConnection } from "../engine/end_of_connection.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { isServed, portOf } from "../engine/engine_of_request.ts";
import type { IncomingBody } from "./incoming_body.ts";

/**
 * More than a socket takes at once, in bytes. Deno 2.9.6 drops what a client has left unread of its
 * body in one go, for minutes where it is many small pieces, unless the answer cannot be sent; and
 * of those that have left none takes this.
 */
const TOO_MUCH = 16 * 1024 * 1024;

/**
 * Answers a request of whose body some is still to come. A client may write all of it before it
 * reads a word, so the rest is read and dropped while the answer goes out, within limits; then the
 * connection ends. To end it at once would take the answer away from such a client, and to leave it
 * to Deno reads for ever, or never.
 *
 * @returns The response, its own stream or one around it; a promise for one without a body, which
 * cannot wait otherwise.
 */
export function endBody(
  body: IncomingBody,
  info: ServeInfo | undefined,
  response: Response,
): Response | Promise<Response> {
  if (!body.isLeft) return response;
  const engine = portOf(info);
  if (!isServed(info)) {
    // There is nobody to wait for; but a stream may be made of the very body.
    if (engine.bodySizeOf(response) !== null) body.abandon();
    return response;
  }
  if (body.isTorn) return new Response(new Uint8Array(TOO_MUCH), { status: 400 });
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  const size = engine.bodySizeOf(response);
  if (response.body === null) {
    headers.set("connection", "close");
    return body.drop().then(() => new Response(null, { status, statusText, headers }));
  }
  // A stream may be made of the very body, and has to come to its end first.
  if (size !== null) {
    headers.set("connection", "close");
    body.drop();
  }
  // With a length, Deno takes the exchange for over before the rest is read, and hangs at times.
  headers.delete("content-length");
  const reader = response.body.getReader();
  let isOver = false;
  const end = async (): Promise<boolean> => {
    const isWhole = !body.isLeft || await body.drop();
    if (!isWhole) {
      // Not before the answer is over: Deno would drop the rest itself then.
      const abandon = () => body.abandon();
      if (info?.completed === undefined) abandon();
      else info.completed.then(abandon, abandon);
    }
    return isWhole;
  };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      const isWhole = await end();
      if (isOver) return;
      if (isWhole) controller.close();
      else controller.error(new EndOfConnection());
    },
    async cancel(reason) {
      isOver = true;
      await Promise.all([reader.cancel(reason), end()]);
    },
  }, { highWaterMark: 0 });
  return new Response(stream, { status, statusText, headers });
}
