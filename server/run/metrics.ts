// Counters of requests as Prometheus reads them.
import { OptionTable } from "../../http/options.ts";
import { type Application, openAnswersOf } from "../application/application.ts";
import type { Exchange } from "../application/hono_router.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { portOf } from "../engine/engine_of_request.ts";
import { recordOf, sizeOf } from "../engine/response_record.ts";
import { requestInternals } from "../request/request.ts";
import type { Handler } from "../request/middleware.ts";

/** Options of {@linkcode metrics}. */
export interface MetricsOptions {
  /**
   * Upper bounds of the histogram's buckets, in ms, ascending.
   * @default {[5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]}
   */
  readonly buckets?: readonly number[];
}

const METRICS_OPTIONS = new OptionTable<MetricsOptions>({ buckets: "a list" });

// Of OpenTelemetry's semantic conventions, in ms.
const BUCKETS = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];

/** Methods of series: a client can send any other. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"]);

interface Series {
  readonly labels: string;
  readonly statuses: number[];
  readonly buckets: number[];
  sum: number; // ms
  sent: number; // bytes
  received: number;
}

/**
 * Counts the requests of an application from now on, and creates the handler that tells: text for
 * Prometheus. Requests by route, method and status, durations until the head of the reply as a
 * histogram, bytes of bodies, requests and WebSockets that are open; connections with
 * `web.socketEngine()`. A route is its template, `/users/{id}`, empty for paths without one.
 *
 * Bytes are those of bodies in memory or of an announced length. Routes of `app.hono` are not
 * counted.
 * @param app The outermost application; it must not have started.
 * @throws {TypeError} If the application has started.
 * @throws {RangeError} If buckets are not ascending.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/metrics", web.metrics(app))]);
 * await app.request("/other");
 * const text = await (await app.request("/metrics")).text();
 * console.assert(text.includes('http_requests_total{route="",method="GET",status="404"} 1'));
 * ```
 */
export function metrics(app: Application, options: MetricsOptions = {}): Handler {
  METRICS_OPTIONS.check("web.metrics()", options);
  const { buckets = BUCKETS } = options;
  if (buckets.some((each, at) => !(each > (buckets[at - 1] ?? 0)))) {
    throw new RangeError(`web.metrics(): buckets are ascending times in ms, got ${buckets}`);
  }
  const routes = new Map<unknown, Map<string, Series>>();
  let active = 0;

  const seriesOf = ({ found: { route } }: Exchange, method: string): Series => {
    const methods = routes.get(route) ?? new Map<string, Series>();
    routes.set(route, methods);
    const labels = `route="${escaped(route?.resource.canonical ?? "")}",method="${method}"`;
    const none = buckets.map(() => 0);
    const series = { labels, statuses: [], buckets: none, sum: 0, sent: 0, received: 0 };
    methods.set(method, series);
    return series;
  };

  const count = (exchange: Exchange, response: Response, start: number): Response => {
    active--;
    const { method, found, info } = exchange;
    const name = METHODS.has(method) ? method : "other";
    const series = routes.get(found.route)?.get(name) ?? seriesOf(exchange, name);
    const { status } = response;
    series.statuses[status] = (series.statuses[status] ?? 0) + 1;
    const took = Math.max(0, Date.now() - start);
    series.sum += took;
    for (let at = 0; at < buckets.length; at++) {
      if (took > (buckets[at] ?? 0)) continue;
      series.buckets[at] = (series.buckets[at] ?? 0) + 1;
      break;
    }
    series.sent += sizeSent(response, info);
    if (method !== "GET" && method !== "HEAD") {
      series.received += Number(portOf(info).headerOf(exchange.raw, "content-length")) || 0;
    }
    return response;
  };

  if (app.router.frozen) throw new TypeError("web.metrics(): the application has started");
  const open = openAnswersOf(app);
  open.observers.push((dispatch) => (exchange) => {
    active++;
    const start = Date.now(); // half of the cost of performance.now(), which buckets of 5 ms do not need
    const response = dispatch(exchange);
    return response instanceof Promise
      ? response.then((each) => count(exchange, each, start))
      : count(exchange, response, start);
  });

  return (request) => {
    const all = [...routes.values()].flatMap((each) => [...each.values()]);
    const sockets = [...open.running].filter(({ response }) => response.status === 101).length;
    const connections = portOf(requestInternals.infoOf(request)).connections?.();
    const gauges: [string, string, number | undefined][] = [
      ["http_requests_active", "Requests without a reply yet", active],
      ["websockets_open", "Open WebSockets", sockets],
      ["http_connections_open", "Open connections", connections],
    ];
    const lines = [
      ...family(
        "http_requests_total",
        "counter",
        "Requests answered",
        all,
        (each) =>
          Object.entries(each.statuses).map(([status, n]) =>
            `{${each.labels},status="${status}"} ${n}`
          ),
      ),
      ...family(
        "http_request_duration_seconds",
        "histogram",
        "Time to the head of the reply",
        all,
        (each) => histogram(each, buckets),
      ),
      ...family("http_response_body_bytes_total", "counter", "Bytes of replies", all, (each) => [
        `{${each.labels}} ${each.sent}`,
      ]),
      ...family("http_request_body_bytes_total", "counter", "Bytes of requests", all, (each) => [
        `{${each.labels}} ${each.received}`,
      ]),
    ];
    for (const [name, help, value] of gauges) {
      if (value !== undefined) {
        lines.push(...family(name, "gauge", help, [value], (n) => [` ${n}`]));
      }
    }
    return new Response(`${lines.join("\n")}\n`, {
      headers: {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
        "cache-control": "no-store",
      },
    });
  };
}

function family<T>(
  name: string,
  type: string,
  help: string,
  all: readonly T[],
  samples: (each: T) => string[],
): string[] {
  const head = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  return [...head, ...all.flatMap(samples).map((each) => name + each)];
}

function histogram(
  { labels, statuses, buckets, sum }: Series,
  bounds: readonly number[],
): string[] {
  let below = 0;
  const count = Object.values(statuses).reduce((all, each) => all + each, 0);
  return [
    ...bounds.map((bound, at) =>
      `_bucket{${labels},le="${bound / 1000}"} ${below += buckets[at] ?? 0}`
    ),
    `_bucket{${labels},le="+Inf"} ${count}`,
    `_sum{${labels}} ${sum / 1000}`,
    `_count{${labels}} ${count}`,
  ];
}

function sizeSent(response: Response, info: ServeInfo | undefined): number {
  const record = recordOf(response);
  if (record !== null) return sizeOf(record.body);
  const port = portOf(info);
  const size = port.bodySizeOf(response);
  if (size !== null) return size;
  const length = port.headersOf(response).find(([name]) => name === "content-length")?.[1];
  return Number(length) || 0;
}

function escaped(label: string): string {
  return label.replace(/[\\"\n]/g, (each) => each === "\n" ? "\\n" : `\\${each}`);
}
