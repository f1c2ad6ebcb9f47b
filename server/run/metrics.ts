import { type Application, openAnswersOf } from "../application/application.ts";
import type { Exchange } from "../application/hono_router.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { portOf } from "../engine/engine_of_request.ts";
import { requestInternals } from "../request/request.ts";
import type { Handler } from "../request/middleware.ts";

/** Upper bounds of the buckets in ms, those of OpenTelemetry. */
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
 * Counts the requests of an application from now on, and creates the handler that tells Prometheus:
 * requests by route, method and status, durations until the head of the reply, bytes of bodies in
 * memory or of an announced length, open requests and WebSockets; connections with
 * `web.socketEngine()`. A route is its template, `/users/{id}`, empty for paths without one; those
 * of `app.hono` are not counted.
 * @throws {TypeError} If the application, the outermost one, has started.
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
export function metrics(app: Application): Handler {
  if (app.router.frozen) throw new TypeError("web.metrics(): the application has started");
  const routes = new Map<unknown, Map<string, Series>>();
  let active = 0;

  const seriesOf = ({ found: { route } }: Exchange, method: string): Series => {
    const methods = routes.get(route) ?? new Map<string, Series>();
    routes.set(route, methods);
    const labels = `route="${escaped(route?.resource.canonical ?? "")}",method="${method}"`;
    const none = BUCKETS.map(() => 0);
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
    const bucket = BUCKETS.findIndex((bound) => took <= bound);
    if (bucket >= 0) series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
    series.sent += sizeSent(response, info);
    if (method !== "GET" && method !== "HEAD") {
      series.received += Number(portOf(info).headerOf(exchange.raw, "content-length")) || 0;
    }
    return response;
  };

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
    const durations = all.flatMap(histogramOf);
    const sent = all.map(({ labels, sent }) => `{${labels}} ${sent}`);
    const received = all.map(({ labels, received }) => `{${labels}} ${received}`);
    const text = [
      family("http_requests_total", "counter", "Requests answered", all.flatMap(countsOf)),
      family("http_request_duration_seconds", "histogram", "Time to a reply's head", durations),
      family("http_response_body_bytes_total", "counter", "Bytes of replies", sent),
      family("http_request_body_bytes_total", "counter", "Bytes of requests", received),
      family("http_requests_active", "gauge", "Requests without a reply yet", [` ${active}`]),
      family("websockets_open", "gauge", "Open WebSockets", [` ${sockets}`]),
      connections === undefined
        ? ""
        : family("http_connections_open", "gauge", "Open connections", [` ${connections}`]),
    ].join("");
    return new Response(text, {
      headers: {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
        "cache-control": "no-store",
      },
    });
  };
}

/** The lines of one metric; a sample is what follows its name. */
function family(name: string, type: string, help: string, samples: readonly string[]): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  return [...lines, ...samples.map((each) => name + each)].map((line) => `${line}\n`).join("");
}

function countsOf({ labels, statuses }: Series): string[] {
  return Object.entries(statuses).map(([status, n]) => `{${labels},status="${status}"} ${n}`);
}

function histogramOf({ labels, statuses, buckets, sum }: Series): string[] {
  let below = 0;
  const count = Object.values(statuses).reduce((all, each) => all + each, 0);
  return [
    ...BUCKETS.map((bound, at) =>
      `_bucket{${labels},le="${bound / 1000}"} ${below += buckets[at] ?? 0}`
    ),
    `_bucket{${labels},le="+Inf"} ${count}`,
    `_sum{${labels}} ${sum / 1000}`,
    `_count{${labels}} ${count}`,
  ];
}

function sizeSent(response: Response, info: ServeInfo | undefined): number {
  const port = portOf(info);
  const size = port.bodySizeOf(response);
  if (size !== null) return size;
  return Number(port.headersOf(response).find(([name]) => name === "content-length")?.[1]) || 0;
}

function escaped(label: string): string {
  return label.replace(/[\\"\n]/g, (each) => each === "\n" ? "\\n" : `\\${each}`);
}
