// The application that hostile clients talk to: `server.ts ENGINE`, prints its port.
import { web, WSMsgType } from "@roundtrip/http";

const engines = {
  deno: web.denoEngine,
  sockets: web.socketEngine({
    headTimeout: 1000,
    bodyTimeout: 1000,
    writeTimeout: 1000,
    idleTimeout: 1000,
    dropTimeout: 1000,
    maxConnectionsPerAddress: 400,
  }),
};
const name = Deno.args[0] === "deno" ? "deno" : "sockets";
const app = new web.Application({ clientMaxSize: 1024 ** 2 });
app.addRoutes([
  web.get("/", () => web.textResponse("hello")),
  web.get("/slow", async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return web.textResponse("slow");
  }),
  web.get("/large", () => new Response(new Uint8Array(8 * 1024 ** 2))),
  web.post("/read", async (request) => web.textResponse(`${(await request.read()).length}`)),
  web.get(
    "/ws",
    web.webSocket(async (socket) => {
      for await (const message of socket) {
        if (message.type === WSMsgType.TEXT && message.data === "bye") break;
      }
    }, { timeout: { close: 1000 }, heartbeat: 0 }),
  ),
]);
const runner = new web.AppRunner(app, { engine: engines[name] });
const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
console.log(new URL(url).port);
