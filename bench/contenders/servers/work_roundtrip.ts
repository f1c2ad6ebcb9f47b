// The work of users, written as README writes it.
import { web } from "../../../mod.ts";
import { HELLO, hostname, mode, port, REPLY, tenants } from "./shared.mjs";

const app = new web.Application();
if (mode === "middlewares") {
  for (let i = 0; i < 20; i++) {
    app.middlewares.push(async (request, handler) => await handler(request));
  }
}
if (mode === "metrics") web.metrics(app);
if (mode === "session") web.setupSessions(app, new web.EncryptedCookieStorage(new Uint8Array(32)));

const streams = new Set<web.SSEResponse>();
const group = new web.WebSocketGroup();
const EVENT = "x".repeat(64);

app.addRoutes([
  web.get("/", () => web.textResponse(HELLO)),
  web.get("/async", async () => await Promise.resolve(web.textResponse(HELLO))),
  web.get("/users/{id}", (request) => web.textResponse(request.matchInfo.id)),
  web.get("/async/{id}", async ({ matchInfo }) => {
    return await Promise.resolve(web.textResponse(matchInfo.id));
  }),
  web.post("/json", async (request) => web.jsonResponse(await request.json())),
  web.post("/form", async (request) => {
    const data = await request.post();
    return web.textResponse(String(data.get("name")));
  }),
  web.get("/json", () => web.jsonResponse(REPLY)),
  web.get("/created", () => web.jsonResponse(REPLY, { status: 201 })),
  web.get("/header", () => web.textResponse(HELLO, { headers: { "x-request-id": "7" } })),
  web.get("/query", (request) => web.textResponse(request.query.get("q") ?? "")),
  web.get("/cookie", (request) => web.textResponse(request.cookies.get("seen") ?? "")),
  web.get("/session", async (request) => {
    const session = await web.getSession(request);
    session.set("count", Number(session.get("count") ?? 0) + 1);
    return web.textResponse(HELLO);
  }),
  web.get("/user", async (request) => {
    const session = await web.getSession(request);
    return web.textResponse(session.isNew ? (session.set("user", HELLO), HELLO) : HELLO);
  }),
  web.get("/events", async (request) => {
    await using events = await web.sseResponse(request);
    streams.add(events);
    await new Promise((resolve) => events.signal.addEventListener("abort", resolve));
    streams.delete(events);
    return events;
  }),
  web.get("/send-events", () => {
    for (const events of streams) events.send(EVENT);
    return web.textResponse(HELLO);
  }),
  web.get(
    "/group",
    web.webSocket(async (socket) => {
      await group.join(socket);
      for await (const _ of socket);
    }),
  ),
  web.get("/send-group", async () => {
    await group.send(EVENT);
    return web.textResponse(HELLO);
  }),
]);
if (mode === "tenants") {
  app.addRoutes(
    tenants.map((path) => web.get(path, (request) => web.textResponse(request.matchInfo.id ?? ""))),
  );
}

if (mode === "log") {
  await new web.AppRunner(app, { accessLog: {} }).listen({ hostname, port });
} else Deno.serve({ port, hostname, onListen() {} }, app.fetch);
