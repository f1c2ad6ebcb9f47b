// A group of WebSockets, and a rate-limited hello by either limiter, with or without Redis.
import { web } from "../../../mod.ts";
import { redisBroker, RedisCounter } from "../../../server/redis.ts";
import { load } from "../packages.mjs";
import { serve } from "./serve.ts";
import { HELLO, mode, redis } from "./shared.mjs";

const client = redis === 0 ? null : new (await load("ioredis")).Redis(redis, "127.0.0.1");
const shared = client === null ? {} : { broker: redisBroker(client) };
const room = new web.WebSocketGroup({ name: "bench", ...shared });
const hello = () => web.textResponse(HELLO);

async function limiterOf(): Promise<web.Middleware | null> {
  if (mode === "limited") {
    return web.rateLimit({ limit: 1e9, window: 60_000, store: new RedisCounter(client ?? {}) });
  }
  if (mode !== "flexible") return null;
  const { RateLimiterRedis } = await load("rate-limiter-flexible");
  const limiter = new RateLimiterRedis({ storeClient: client, points: 1e9, duration: 60 });
  return async (request, handler) => {
    const { remainingPoints, msBeforeNext } = await limiter.consume(request.remote ?? "");
    const response = await handler(request) as Response;
    // The fields that ours sends.
    const reset = Math.ceil(msBeforeNext / 1000);
    response.headers.set("ratelimit-policy", '"default";q=1000000000;w=60');
    response.headers.set("ratelimit", `"default";r=${remainingPoints};t=${reset}`);
    return response;
  };
}

const app = new web.Application();
const limiter = await limiterOf();
app.addRoutes([
  web.get("/", hello),
  web.get("/limited", hello, limiter === null ? {} : { middlewares: [limiter] }),
  web.get(
    "/ws",
    web.webSocket(async (socket) => {
      await room.join(socket);
      for await (const _ of socket);
    }),
  ),
  web.get("/send", async () => {
    await room.send("x".repeat(64));
    return web.textResponse("");
  }),
]);
await serve(app);
