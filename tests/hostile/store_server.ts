// Stores files and sessions until it is killed: `store_server.ts FOLDER REDIS_PORT` prints its
// port.
import { web } from "@roundtrip/http";
import { redisStore } from "@roundtrip/http/redis";
import { Redis } from "npm:ioredis@^5";

const [folder = "", redis = ""] = Deno.args;
const app = new web.Application({ clientMaxSize: 0 });
web.setupSessions(app, redisStore(new Redis(Number(redis), "127.0.0.1")));
app.addRoutes([
  web.post("/files/{name}", async (request) => {
    const path = `${folder}/${request.matchInfo.name}`;
    await web.saveFile(request.content.iterAny(), path, { onDuplicate: "overwrite" });
    return web.textResponse("saved");
  }),
  web.get("/count", async (request) => {
    const session = await web.getSession(request);
    const count = Number(session.get("count") ?? 0) + 1;
    session.set("count", count);
    session.set("check", "x".repeat(count));
    return web.textResponse(`${count}`);
  }),
  web.get("/check", async (request) => {
    const session = await web.getSession(request);
    return web.jsonResponse([session.get("count") ?? 0, `${session.get("check") ?? ""}`.length]);
  }),
]);
await web.sweepParts(folder);
const runner = new web.AppRunner(app, { engine: web.socketEngine() });
console.log(new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 })).port);
