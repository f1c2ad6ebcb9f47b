import { load } from "../packages.mjs";
import { HELLO, hostname, mode, port, prefixes, REPLY } from "./shared.mjs";

const { fastify } = await load("fastify");
const app = fastify();

switch (mode) {
  case "hello":
    app.get("/", (_request, reply) => reply.send(HELLO));
    break;
  case "parameter":
    app.get("/users/:id", (request, reply) => reply.send(request.params.id));
    break;
  case "json":
    app.get("/json", (_request, reply) => reply.send(REPLY));
    break;
  case "routes":
    for (const prefix of prefixes) {
      app.get(`${prefix}:id`, (request, reply) => reply.send(request.params.id));
    }
}

await app.listen({ port, host: hostname });
