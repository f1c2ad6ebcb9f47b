import { load } from "../packages.mjs";
import { HELLO, hostname, mode, port, prefixes, REPLY } from "./shared.mjs";

const { Elysia } = await load("elysia");
const app = new Elysia();

// Handlers are functions everywhere: Bun would answer a constant without running code.
switch (mode) {
  case "hello":
    app.get("/", () => HELLO);
    break;
  case "parameter":
    app.get("/users/:id", ({ params }) => params.id);
    break;
  case "json":
    app.get("/json", () => REPLY);
    break;
  case "routes":
    for (const prefix of prefixes) app.get(`${prefix}:id`, ({ params }) => params.id);
}

app.listen({ port, hostname });
