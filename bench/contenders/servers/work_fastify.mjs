import { load } from "../packages.mjs";
import { HELLO, hostname, mode, port, REPLY, tenants } from "./shared.mjs";

const { fastify } = await load("fastify");
const app = fastify({ logger: mode === "log" });
if (mode === "middlewares") {
  for (let i = 0; i < 20; i++) {
    app.addHook("onRequest", async () => {});
  }
}

// A schema for JSON, as its docs advise.
const reply = {
  type: "object",
  properties: {
    id: { type: "integer" },
    name: { type: "string" },
    active: { type: "boolean" },
    tags: { type: "array", items: { type: "string" } },
    score: { type: "number" },
  },
};
const schema = { response: { "2xx": reply } };

app.get("/", (_, reply) => reply.send(HELLO));
app.get("/async", async () => await Promise.resolve(HELLO));
app.get("/users/:id", ({ params }, reply) => reply.send(params.id));
app.get("/async/:id", async ({ params }) => await Promise.resolve(params.id));
app.post("/json", { schema: { body: reply, ...schema } }, ({ body }, reply) => reply.send(body));
app.get("/json", { schema }, (_, reply) => reply.send(REPLY));
app.get("/created", { schema }, (_, reply) => reply.code(201).send(REPLY));
app.get("/header", (_, reply) => reply.header("x-request-id", "7").send(HELLO));
app.get("/query", ({ query }, reply) => reply.send(query.q));
if (mode === "tenants") {
  for (const path of tenants) {
    app.get(path.replaceAll(/\{(\w+)\}/g, ":$1"), ({ params }, reply) => reply.send(params.id));
  }
}

await app.listen({ port, host: hostname });
