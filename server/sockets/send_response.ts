import type { SocketExchange } from "./socket_exchange.ts";
import type { SocketOutput } from "./socket_output.ts";
import {
  planResponse,
  type ResponsePlan,
  type ResponseRules,
  sendStream,
} from "./socket_response.ts";

/** State of the connection after a response. */
export type AfterResponse = "open" | "last" | "broken";

/** Sends a response and reports the outcome to the exchange. */
export async function sendResponse(
  response: Response,
  rules: ResponseRules,
  output: SocketOutput,
  exchange: SocketExchange,
): Promise<AfterResponse> {
  let plan: ResponsePlan | null = null;
  try {
    const planned = planResponse(response, rules);
    plan = planned instanceof Promise ? await planned : planned;
    await output.add(plan.head);
    const isWhole = await sendBody(plan, output, rules);
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

async function sendBody(
  plan: ResponsePlan,
  output: SocketOutput,
  rules: ResponseRules,
): Promise<boolean> {
  const { body, file, stream, length } = plan;
  if (body !== null) await output.add(body);
  if (file !== null) return await output.sendFile(file, length ?? 0);
  return stream === null || await sendStream(plan, stream, output, rules.trailers);
}
