import * as web from "@roundtrip/http/server";
import { port } from "./shared.mjs";

const app = new web.Application();
app.addRoutes([
  web.get("/", () => web.textResponse("hello, world")),
  web.get("/users/{id:\\d+}", (request) => web.jsonResponse({ id: request.matchInfo.id })),
]);
await web.runApp(app, { host: "localhost", port });
