// One of several processes that share a Redis: `many_machines_server.ts REDIS_PORT LIBRARY LIMIT`
// prints its port.
import { web, WSMsgType } from "@roundtrip/http";
import { redisBroker, RedisCounter, redisStore } from "@roundtrip/http/redis";
import { CLIENTS } from "../server/redis/_clients.ts";

const [redis = "", library = "", limit = ""] = Deno.args;
const [, connect] = CLIENTS.find(([name]) => name === library) ?? [];
if (connect === undefined) throw new Error(`no library ${library}`);
const [client] = await connect(Number(redis));
const broker = redisBroker(client, { onError: ({ message }) => console.log(message) });
const room = new web.WebSocketGroup({ name: "chat", broker, history: 20_000, presence: true });
const news = new web.EventGroup({ name: "news", broker });

const app = new web.Application();
web.setupSessions(app, redisStore(client, { maxAge: 60_000 }));
const limits = web.rateLimit({
  limit: Number(limit),
  window: 600_000,
  key: () => "all",
  store: new RedisCounter(client),
});
app.addRoutes([
  web.get(
    "/ws",
    web.webSocket(async (socket) => {
      await room.join(socket, { as: `${Deno.pid}` });
      for await (const message of socket) {
        if (message.type === WSMsgType.TEXT) await room.send(message.data);
      }
    }, { heartbeat: 0, maxBuffered: 256 * 1024 ** 2 }), // members of one slow process, without pongs
  ),
  web.get("/present", async () => web.jsonResponse(await room.present())),
  web.get("/events", async (request) => {
    const events = await web.sseResponse(request);
    await news.join(events);
    await events.send("joined");
    await events.ended;
    return events;
  }),
  web.post("/events", async (request) => web.jsonResponse(await news.send(await request.text()))),
  web.get("/limited", () => web.textResponse("passed"), { middlewares: [limits] }),
  web.get("/session/{path}", async (request) => {
    const session = await web.getSession(request);
    if (request.matchInfo.path === "login") (await web.renewSession(request)).set("user", "ann");
    if (request.matchInfo.path === "logout") session.invalidate();
    return web.textResponse(session.get<string>("user") ?? "");
  }),
]);
const runner = new web.AppRunner(app);
console.log("port", new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 })).port);
