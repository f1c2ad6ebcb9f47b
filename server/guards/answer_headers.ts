import { HTTPException, ownException } from "../exceptions/http_exception.ts";
import type { Handler, HandlerResult } from "../request/middleware.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";

/** Calls a handler and adds headers to its response, exception, stream or WebSocket. */
export async function withAnswerHeaders(
  request: ServerRequest,
  handler: Handler,
  add: (headers: Headers) => void,
): Promise<HandlerResult> {
  const slot = requestInternals.slotOf(request);
  const leave = slot.delay((response) => {
    add(response.headers);
    slot.pass(response);
  });
  try {
    const result = await handler(request);
    if (result instanceof Response) add(result.headers);
    return result;
  } catch (error) {
    if (!(error instanceof HTTPException)) throw error;
    const own = ownException(error, request.raw);
    add(own.headers);
    throw own;
  } finally {
    leave();
  }
}
