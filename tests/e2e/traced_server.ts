// The program of telemetry_test.ts: a server under OTEL_DENO, and a client that asks it.
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/users/{id}", (request) => {
    console.log("a user");
    return web.textResponse(request.matchInfo.id);
  }),
  web.get("/moved", () => {
    throw new web.HTTPFound("/users/8");
  }),
  web.get("/broken", () => {
    throw new Error("out of order");
  }),
  web.get("/later", (request) => {
    request.after(function sendMail() {
      console.log("a mail");
    });
    return web.textResponse("");
  }),
  web.get(
    "/socket",
    web.webSocket(async (socket) => {
      for await (const _ of socket) await socket.sendStr("echo");
    }),
  ),
]);
const log = { format: "json", write: (line: string) => console.log(`LOG ${line}`) };
const engine = Deno.args[0] === "sockets" ? web.socketEngine() : web.denoEngine;
await using runner = new web.AppRunner(app, { engine, accessLog: log });
const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
await using session = new ClientSession({ baseUrl });
for (const path of ["/users/7", "/moved", "/broken", "/nothing", "/later"]) {
  await using response = await session.get(path);
  await response.read();
}
await using socket = await session.wsConnect("/socket");
await socket.sendStr("hello");
await socket.receiveStr();
await socket.close();
