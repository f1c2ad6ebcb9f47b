import { formatLastChunk } from "../../http/http1/format_head.ts";
import type { RawHeaders } from "../engine/engine.ts";
import { reusePiece } from "../engine/spare_pieces.ts";
import type { SocketExchange } from "./socket_exchange.ts";
import type { SocketOutput } from "./socket_output.ts";
import {
  planResponse,
  type ResponsePlan,
  type ResponseRules,
  type StreamStart,
} from "./socket_response.ts";

/** Sends a response, reports to the exchange, and returns the state of the connection. */
export async function sendResponse(
  response: Response,
  rules: ResponseRules,
  output: SocketOutput,
  exchange: SocketExchange,
): Promise<"open" | "last" | "broken"> {
  let plan: ResponsePlan | null = null;
  try {
    const planned = planResponse(response, rules);
    plan = planned instanceof Promise ? await planned : planned;
    await output.add(plan.head);
    const { body, file, stream, length } = plan;
    if (body !== null) await output.add(body);
    const isWhole = file === null
      ? stream === null || await sendStream(plan, stream, output, rules.trailers)
      : await output.sendFile(file, length ?? 0);
    await output.flush();
    if (!isWhole) throw new TypeError("The body was shorter than its Content-Length");
  } catch (error) {
    plan?.stream?.reader.cancel(error).catch(() => {});
    exchange.fail(error);
    await output.flush().catch(() => {}); // a partial response tells the client more than none
    return "broken";
  }
  exchange.complete();
  return plan.persists ? "open" : "last";
}

async function sendStream(
  plan: ResponsePlan,
  { reader, pieces, isCopied }: StreamStart,
  output: SocketOutput,
  trailers: () => RawHeaders,
): Promise<boolean> {
  let sent = 0;
  for (;;) {
    const piece = pieces.shift() ?? reader.read();
    // The head does not wait for a late first piece; after a failure the next write fails too.
    if (piece instanceof Promise && output.size > 0) output.flush().catch(() => {});
    const { done, value } = piece instanceof Promise
      ? await piece
      : { done: false as const, value: piece };
    if (done) break;
    if (!(value instanceof Uint8Array)) {
      throw new TypeError("Cannot send the response: its stream gives something that is not bytes");
    }
    if (value.length === 0) continue;
    sent += value.length;
    if (plan.length !== null && sent > plan.length) {
      throw new TypeError(
        `Cannot send the response: its body is longer than its Content-Length, ${plan.length}`,
      );
    }
    await (plan.chunked ? output.sendChunk(value, isCopied) : output.send(value));
    if (isCopied) reusePiece(value);
  }
  if (plan.chunked) await output.send(formatLastChunk(trailers()));
  return plan.length === null || sent === plan.length;
}
