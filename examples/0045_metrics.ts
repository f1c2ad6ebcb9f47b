// deno run examples/0045_metrics.ts
// Counters for Prometheus: requests by route, method and status, durations, bytes, open sockets.
// Traces need no code: run a server with OTEL_DENO=true, see docs/howto/telemetry.md.
// Prometheus 计数：按路由、方法、状态的请求数、时长、字节、打开的套接字。
import { web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/users/{id}", ({ matchInfo }) => web.textResponse(matchInfo.id)),
  web.post("/users", () => {
    throw new web.HTTPConflict();
  }),
  web.get("/metrics", web.metrics(app)), // Prometheus asks it every few seconds Prometheus 每隔几秒读取
]);

for (const path of ["/users/7", "/users/8", "/unknown"]) await app.request(path);
await app.request("/users", { method: "POST" });

const text = await (await app.request("/metrics")).text();
const isShown = (line: string) => /requests_total\{|_active|_count.*GET/.test(line);
console.log(text.split("\n").filter(isShown).join("\n"));

// Prints:
// http_requests_total{route="/users/{id}",method="GET",status="200"} 2
// http_requests_total{route="",method="GET",status="404"} 1
// http_requests_total{route="/users",method="POST",status="409"} 1
// http_request_duration_seconds_count{route="/users/{id}",method="GET"} 2
// http_request_duration_seconds_count{route="",method="GET"} 1
// # HELP http_requests_active Requests without a reply yet
// # TYPE http_requests_active gauge
// http_requests_active 1
