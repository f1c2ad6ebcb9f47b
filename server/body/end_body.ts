import { pulledStream } from "../../http/bytes/pulled_stream.ts";
import { denoPort } from "../engine/deno_port.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { EndOfConnection, isServed, portOf } from "../engine/engine_of_request.ts";
import type { IncomingBody } from "./incoming_body.ts";

/**
 * More bytes than a socket takes at once. Deno 2.9.6 drops the unread rest of a body in one go,
 * minutes for many small pieces, unless the answer cannot be sent, as this one to a client that left.
 */
const TOO_MUCH = 16 * 1024 * 1024;

/** Answers while the rest of the body is dropped, within limits: some clients write all first. */
export function endBody(
  body: IncomingBody,
  info: ServeInfo | undefined,
  response: Response,
): Response | Promise<Response> {
  if (!body.isLeft) return response;
  const engine = portOf(info);
  if (!isServed(info)) {
    // Nothing to wait for; but the stream may be made of the request's body.
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
  // The stream may be made of the request's body, and has to end first.
  if (size !== null) {
    headers.set("connection", "close");
    body.drop();
  }
  // With a length, Deno ends the exchange before the rest is read, and sometimes hangs.
  headers.delete("content-length");
  const reader = response.body.getReader();
  let isOver = false;
  const end = async (): Promise<boolean> => {
    if (!body.isLeft || await body.drop()) return true;
    // Not before the answer has ended: Deno would then drop the rest itself.
    const abandon = () => body.abandon();
    if (info?.completed === undefined) abandon();
    else info.completed.then(abandon, abandon);
    return false;
  };
  const stream = pulledStream(async () => {
    const { done, value } = await reader.read();
    if (!done) return value;
    // Others may have sent nothing yet, as Hono's for Node, which would then answer 500.
    if (!await end() && !isOver && engine === denoPort) throw new EndOfConnection();
    return null;
  }, async (reason) => {
    isOver = true;
    await Promise.all([reader.cancel(reason), end()]);
  });
  return new Response(stream, { status, statusText, headers });
}
