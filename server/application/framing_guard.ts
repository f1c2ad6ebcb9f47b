import { codingFault } from "../../http/http1/framing.ts";
import { IncomingBody } from "../body/incoming_body.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { EndOfConnection, isServed } from "../engine/engine_of_request.ts";

/** For a body that no handler sees. */
const LIMITS = { bodyTimeout: 0, lingeringTime: 1000, lingeringSize: 1024 ** 2 };
const FLUSH = 50; // ms to send the answer before the connection is closed: Deno 2.4 would keep it

/**
 * Refuses a `Transfer-Encoding` other than plain `chunked`, else `null`. A proxy in front may end
 * the body elsewhere, and what follows be another client's request (RFC 9112 section 11.2).
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

/** Deno keeps a connection open that the response closes, unless its body fails. */
function lastWords(text: string, request: Request): ReadableStream<Uint8Array> {
  const body = new IncomingBody(request, true, LIMITS);
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
    async pull(controller) {
      await Promise.all([new Promise((resolve) => setTimeout(resolve, FLUSH)), body.drop()]);
      controller.error(new EndOfConnection());
    },
  }, { highWaterMark: 0 });
}
