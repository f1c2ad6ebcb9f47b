import { web } from "../../../mod.ts";
import { HELLO, hostname, mode, port, prefixes, REPLY } from "./shared.mjs";

const app = new web.Application();

switch (mode) {
  case "hello":
    app.addRoutes([web.get("/", () => web.textResponse(HELLO))]);
    break;
  case "parameter":
    app.addRoutes([
      web.get("/users/{id}", (request) => web.textResponse(request.matchInfo.id)),
    ]);
    break;
  case "json":
    app.addRoutes([web.get("/json", () => web.jsonResponse(REPLY))]);
    break;
  case "routes":
    for (const prefix of prefixes) {
      app.addRoutes([
        web.get(`${prefix}{id}`, (request) => web.textResponse(request.matchInfo.id ?? "")),
      ]);
    }
}

Deno.serve({ port, hostname, onListen() {} }, app.fetch);
