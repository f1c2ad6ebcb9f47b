import { hasControl } from "../../http/headers/header_text.ts";
import type { Logger } from "../request/app_context.ts";
import type { EnginePort, RawHeaders } from "../engine/engine.ts";
import { announceClose, serverErrorResponse } from "../response/prepare_response.ts";

/** The first header with a control byte, for which Deno would abort the process, or `null`. */
export function brokenHeader(headers: RawHeaders): string | null {
  return headers.find(([, value]) => hasControl(value))?.[0] ?? null;
}

/** Replaces a response that would crash the process; adds `Connection: close` while stopping. */
export function checkResponse(
  response: Response,
  engine: EnginePort,
  draining: boolean,
  logger: Logger,
): Response {
  const broken = brokenHeader(engine.headersOf(response));
  if (broken === null) return draining ? announceClose(response) : response;
  logger.error(
    "Error answering a request",
    new TypeError(`Cannot send the response: header "${broken}" holds a control character`),
  );
  if (response.status !== 101) {
    response.body?.cancel().catch(() => {});
    return serverErrorResponse();
  }
  // An upgrade cannot be replaced: neither side of the socket would notice.
  for (const [name, value] of [...response.headers]) {
    if (hasControl(value)) response.headers.delete(name);
  }
  return response;
}
