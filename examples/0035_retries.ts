// deno run --allow-net=localhost examples/0035_retries.ts
// Retries of idempotent requests, with exponential backoff or after Retry-After.
// 重试幂等请求：指数退避，或按 Retry-After。
import { ClientSession, retryMiddleware, web } from "@roundtrip/http";

let calls = 0;
const busy: web.Handler = (request) =>
  ++calls % 3 === 0
    ? web.textResponse(`${request.method} worked at call ${calls}`)
    : web.textResponse("busy", { status: 503, headers: { "retry-after": "0" } });

const app = new web.Application();
app.addRoutes([web.get("/", busy), web.post("/", busy)]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });

{
  await using session = new ClientSession({ baseUrl, retry: 3 });
  await using response = await session.get("/");
  console.log(response.status, await response.text());
}

// A failed POST may have taken effect, so it is repeated only if requested.
// 失败的 POST 可能已生效，只有要求时才重试。
const retry = retryMiddleware({ retries: 3, methods: ["GET", "POST"], backoff: 100 });
await using session = new ClientSession({ baseUrl });
for (const middlewares of [[], [retry]]) {
  await using response = await session.post("/", { data: "once", middlewares });
  console.log(response.status, await response.text());
}

// Prints:
// 200 GET worked at call 3
// 503 busy
// 200 POST worked at call 6
