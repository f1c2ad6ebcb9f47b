/**
 * Refuses requests whose end is not where others on the way see it.
 * @module
 */
import { codingFault } from "../../http/http1/framing.ts";
import { IncomingBody } from "../body/incoming_body.ts";
import { EndOfConnection } from "../engine/end_of_connection.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { isServed } from "../engine/engine_of_request.ts";

/** For a body that no handler will see. */
const LIMITS = { bodyTimeout: 0, lingeringTime: 1000, lingeringSize: 1024 ** 2 };
/** Time for the answer to leave before the connection ends, in ms: Deno 2.4 would keep it. */
const FLUSH = 50;

/**
 * Answers a request with a `Transfer-Encoding` that is not `chunked` alone. Engines accept some of
 * them, and a proxy in front may end the body elsewhere: what follows would be another's request
 * (RFC 9112 section 11.2), so that the connection ends with the answer.
 *
 * @returns The answer, `null` where nothing is wrong.
 */
export function refuseFraming(request: Request, info: ServeInfo | undefined): Response | null {
  const { headers } = request;
  const codings = headers.get("transfer-encoding") ?? "chunked";
  const fault = codingFault(codings, headers.has("content-length"), 501);
  if (fault === null) return null;
  const text = `${fault.status}: ${fault.message}`;
  return new Response(isServed(info) ? lastWords(text, request) : text, {
    status: fault.status,
    headers: { connection: "close", "content-type": "text/plain;charset=UTF-8" },
  });
}

/** Deno keeps a connection that the response closes, unless its body fails. */
function lastWords(text: string, request: Request): ReadableStream<Uint8Array> {
  const body = new IncomingBody(request, true, LIMITS);
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
    async pull(controller) {
      const flushed = new Promise((resolve) => setTimeout(resolve, FLUSH));
      await Promise.all([flushed, body.drop()]);
      controller.error(new EndOfConnection());
    },
  }, { highWaterMark: 0 });
}
