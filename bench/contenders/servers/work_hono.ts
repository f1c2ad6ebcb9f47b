import { type Context, Hono } from "hono";
import { getCookie } from "hono/cookie";
import { upgradeWebSocket } from "hono/deno";
import { logger } from "hono/logger";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { HELLO, hostname, mode, port, REPLY, tenants } from "./shared.mjs";

const app = new Hono();
if (mode === "log") app.use(logger());
if (mode === "middlewares") {
  for (let i = 0; i < 20; i++) {
    app.use(async (_, next) => await next());
  }
}

const streams = new Set<SSEStreamingApi>();
const group = new Set<WebSocket>();
const EVENT = "x".repeat(64);

app.get("/", (c) => c.text(HELLO));
app.get("/async", async (c) => await Promise.resolve(c.text(HELLO)));
app.get("/users/:id", (c) => c.text(c.req.param("id")));
app.get("/async/:id", async (c) => await Promise.resolve(c.text(c.req.param("id"))));
app.post("/json", async (c) => c.json(await c.req.json()));
app.post("/form", async (c) => c.text(String((await c.req.parseBody()).name)));
app.get("/json", (c) => c.json(REPLY));
app.get("/created", (c) => c.json(REPLY, 201));
app.get("/header", (c) => c.text(HELLO, 200, { "x-request-id": "7" }));
app.get("/query", (c) => c.text(c.req.query("q") ?? ""));
app.get("/cookie", (c) => c.text(getCookie(c, "seen") ?? ""));
app.get("/events", (c) =>
  streamSSE(c, async (stream) => {
    streams.add(stream);
    await new Promise<void>((resolve) => stream.onAbort(resolve));
    streams.delete(stream);
  }));
app.get("/send-events", (c) => {
  for (const stream of streams) stream.writeSSE({ data: EVENT });
  return c.text(HELLO);
});
app.get(
  "/group",
  upgradeWebSocket(() => ({
    onOpen: (_, { raw }) => {
      if (raw) group.add(raw);
    },
    onClose: (_, { raw }) => {
      if (raw) group.delete(raw);
    },
  })),
);
app.get("/send-group", (c) => {
  for (const socket of group) socket.send(EVENT);
  return c.text(HELLO);
});
if (mode === "tenants") {
  for (const path of tenants) {
    app.get(
      path.replaceAll(/\{(\w+)\}/g, ":$1"),
      (c: Context) => c.text(String(c.req.param("id"))),
    );
  }
}

Deno.serve({ port, hostname, onListen() {} }, app.fetch);
