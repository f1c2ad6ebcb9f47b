import { load } from "../packages.mjs";
import { HELLO, hostname, mode, port, REPLY, tenants } from "./shared.mjs";

const { Elysia } = await load("elysia");
const app = new Elysia();
if (mode === "middlewares") { for (let i = 0; i < 20; i++) app.onBeforeHandle(async () => {}); }

// Handlers are functions everywhere: Bun would answer a constant without running code.
app.get("/", () => HELLO);
app.get("/async", async () => await Promise.resolve(HELLO));
app.get("/users/:id", ({ params }) => params.id);
app.get("/async/:id", async ({ params }) => await Promise.resolve(params.id));
app.post("/json", ({ body }) => body);
app.post("/form", ({ body }) => body.name);
app.get("/json", () => REPLY);
app.get("/created", ({ set }) => {
  set.status = 201;
  return REPLY;
});
app.get("/header", ({ set }) => {
  set.headers["x-request-id"] = "7";
  return HELLO;
});
app.get("/query", ({ query }) => query.q);
app.get("/cookie", ({ cookie }) => cookie.seen.value);
if (mode === "tenants") {
  for (const path of tenants) {
    app.get(path.replaceAll(/\{(\w+)\}/g, ":$1"), ({ params }) => params.id);
  }
}

app.listen({ port, hostname });
