import { SPAN_KIND, tracing } from "../../http/open_telemetry.ts";
import { headerOf } from "./header_list.ts";
import type { HopRequest, Transport } from "./transport.ts";

/** Gives each request a span, and its headers the trace, with OpenTelemetry, as `fetch` does. */
export function withSpans(transport: Transport): Transport {
  const spans = tracing();
  if (spans === null) return transport;
  const send = transport.send.bind(transport);
  transport.send = (request) => {
    const { method, url, headers } = request;
    const { hostname, port, protocol } = new URL(url);
    const attributes = {
      "http.request.method": method,
      "url.full": url,
      "server.address": hostname,
      "server.port": Number(port) || (protocol === "https:" ? 443 : 80),
    };
    return spans.run({ name: method, kind: SPAN_KIND.client, attributes }, async (span) => {
      const carried = spans.headersOf(span);
      // Its other fields stay live: the session changes them for a second try.
      const traced: HopRequest = Object.create(request, {
        headers: {
          value: [...headers, ...carried.filter(([name]) => headerOf(headers, name) === null)],
        },
      });
      const result = await send(traced);
      span.setAttribute("http.response.status_code", result.status);
      if (result.status >= 400) {
        span.setAttribute("error.type", `${result.status}`);
        span.setStatus({ code: 2 });
      }
      return result;
    });
  };
  return transport;
}
