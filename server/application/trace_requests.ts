// Spans of requests, WebSockets and errors, where OpenTelemetry is on.
import { fault, type Span, SPAN_KIND, type Tracing, tracing } from "../../http/open_telemetry.ts";
import { isServed, portOf } from "../engine/engine_of_request.ts";
import { rawPathOf } from "../request/base_request.ts";
import type { RunningAnswer } from "../request/answer_slot.ts";
import type { ServerRequest } from "../request/request.ts";
import type { Dispatch } from "./hono_router.ts";

/** Gives the span of each request its route; where the engine opens none, opens it. */
export function traced(tracing: Tracing, dispatch: Dispatch): Dispatch {
  return (exchange) => {
    const { info, method, found, raw } = exchange;
    const route = found.route?.resource.canonical;
    const name = route === undefined ? method : `${method} ${route}`;
    const attributes: Record<string, string> = route === undefined ? {} : { "http.route": route };
    const port = portOf(info);
    const { span } = tracing;
    if (isServed(info) && port.opensSpans === true && span !== null) {
      span.updateName(name);
      if (route !== undefined) span.setAttribute("http.route", route);
      return dispatch(exchange);
    }
    attributes["http.request.method"] = method;
    attributes["url.path"] = rawPathOf(raw.url);
    attributes["url.scheme"] = raw.url.startsWith("https:") ? "https" : "http";
    const parent = tracing.contextFrom((header) => port.headerOf(raw, header));
    return tracing.run({ name, kind: SPAN_KIND.server, attributes, parent }, (span) => {
      const done = (response: Response): Response => {
        span.setAttribute("http.response.status_code", response.status);
        if (response.status >= 500) span.setStatus({ code: 2 });
        return response;
      };
      const response = dispatch(exchange);
      return response instanceof Promise ? response.then(done) : done(response);
    });
  };
}

const sockets = new WeakMap<RunningAnswer, Span>();

/** Opens the span of a WebSocket, which lives longer than that of its request. */
export function openSocketSpan(answer: RunningAnswer, request: ServerRequest): void {
  const spans = answer.response.status === 101 ? tracing() : null;
  if (spans === null) return;
  const route = request.resource?.canonical ?? "";
  const attributes = { "http.route": route };
  sockets.set(
    answer,
    spans.start({ name: `WebSocket ${route}`, kind: SPAN_KIND.server, attributes }),
  );
}

export function endSocketSpan(answer: RunningAnswer, error: unknown): void {
  const span = sockets.get(answer);
  if (span === undefined) return;
  if (error !== undefined) fault(span, error);
  span.end();
}
