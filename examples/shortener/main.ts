// roundtrip serve ./examples/shortener/main.ts
/**
 * A service of the usual parts: log-in, links in SQLite, uploads, notices by WebSocket and
 * server-sent events, work beside requests, CSRF, limits, health, metrics.
 * @module
 */
import { web } from "@roundtrip/http";
import { fromHono } from "@roundtrip/http/hono";
import { csrf } from "hono/csrf";
import { DatabaseSync } from "node:sqlite";
import { z } from "npm:zod@^4";

const Link = z.object({ url: z.url({ protocol: /^https?$/ }) });
const Login = z.object({ name: z.string(), password: z.string() });
const users = new Map([["ann", "secret"], ["bob", "secret"]]); // in earnest: hashes, in a database
const db = new DatabaseSync(":memory:"); // or the path of a file
db.exec("CREATE TABLE links (slug TEXT PRIMARY KEY, url, owner, hits DEFAULT 0)");

const [sockets, events] = [new web.WebSocketGroup(), new web.EventGroup({ history: 100 })];
const auth = web.auth({ identity: "session", user: (name) => users.has(name) ? name : null });
const guards = [web.requestId(), web.problemDetails(), web.timeout(5_000), fromHono(csrf())];
const app = new web.Application({ middlewares: guards });
web.setupSessions(app, new web.MemoryStorage());
app.every(3_600_000, () => db.exec("PRAGMA optimize"));
app.onCleanup.push(() => db.close());

const own = new web.RouteTable({ middlewares: [auth.required()] });
own.post("/links", { json: Link }, async (request, { json: { url } }) => {
  const slug = crypto.randomUUID().slice(0, 8);
  db.prepare("INSERT INTO links VALUES (?, ?, ?, 0)").run(slug, url, await auth.user(request));
  request.after(() => Promise.all([sockets.send(slug), events.send(slug)]));
  return web.jsonResponse({ slug }, { status: 201 });
});
own.addRoutes([web.get("/socket", sockets.handler()), web.get("/events", events.handler())]);
own.addRoutes(web.tusUploads("/uploads", { folder: Deno.makeTempDirSync() }));

const open = new web.RouteTable({ middlewares: [web.rateLimit({ limit: 60, window: 60_000 })] });
open.post("/login", { form: Login }, async (request, { form: { name, password } }) => {
  if (users.get(name) !== password) throw new web.HTTPForbidden();
  await auth.remember(request, name);
  return web.textResponse(`welcome, ${name}`);
});
open.get("/{slug:[\\da-f]{8}}", ({ matchInfo }) => {
  const sql = "UPDATE links SET hits = hits + 1 WHERE slug = ? RETURNING url";
  const { url } = db.prepare(sql).get(matchInfo.slug) ?? {};
  throw url === undefined ? new web.HTTPNotFound() : new web.HTTPFound(`${url}`);
});
app.addRoutes([...own, ...open]);
app.addRoutes([web.get("/health", web.readiness()), web.get("/metrics", web.metrics(app))]);
export default app;
