import { described } from "../../http/options.ts";
import { HTTPGatewayTimeout } from "../exceptions/replies.ts";
import type { HandlerResult, Middleware } from "../request/middleware.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";
import { deferred } from "../../http/since_node_20.ts";

/**
 * Limits the time until a handler has answered, in ms: then `request.signal` aborts with a
 * `TimeoutError` and the client gets `504`. What the handler returns later is dropped, an error is
 * logged. A stream or a WebSocket has answered when it is prepared, and may last longer.
 * @throws {RangeError} If the limit is not a time.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application({ middlewares: [web.timeout(10)] });
 * app.addRoutes([web.get("/", () => new Promise<never>(() => {}))]);
 * console.assert((await app.request("/")).status === 504);
 * ```
 */
export function timeout(ms: number): Middleware {
  if (typeof ms !== "number" || !(ms > 0 && ms < 2 ** 31)) {
    throw new RangeError(`web.timeout() takes a time in ms, got ${described(ms)}`);
  }
  return async (request, handler) => {
    const late = deferred<never>();
    const running = (async () => await handler(request))();
    const timer = setTimeout(() => {
      if (requestInternals.earlyOf(request) !== null) return;
      const reason = new DOMException(`The handler took more than ${ms} ms`, "TimeoutError");
      drop(running, request, reason);
      late.reject(new HTTPGatewayTimeout({ cause: reason }));
      requestInternals.leave(request, reason);
    }, ms);
    try {
      return await Promise.race([late.promise, running]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Ends a result that comes too late; an error other than that of the timeout is logged. */
function drop(running: Promise<HandlerResult>, request: ServerRequest, reason: unknown): void {
  running.then((result) => {
    if (result instanceof Response) return result.body?.cancel();
  }).catch((error) => {
    if (error === reason || error?.cause === reason) return;
    request.app.logger.error(`Error in a handler after web.timeout(), ${request.rawPath}`, error);
  }).catch(() => {}); // the logger has failed
}
