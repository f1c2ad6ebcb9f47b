import { web } from "../../../mod.ts";
import { serve } from "./serve.ts";
import { HELLO, mode, prefixes, REPLY } from "./shared.mjs";

const app = new web.Application();

switch (mode) {
  case "bodies":
    app.addRoutes([
      web.get("/", () => web.textResponse(HELLO)),
      web.post("/json", async (request) => web.jsonResponse(await request.json())),
      web.post("/size", async (request) => {
        let size = 0;
        let buffer = new Uint8Array(256 * 1024);
        for (;;) {
          const piece = await request.content.readInto(buffer);
          if (piece.length === 0) return web.textResponse(String(size));
          size += piece.length;
          buffer = new Uint8Array(piece.buffer);
        }
      }),
    ]);
    break;
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

await serve(app);
