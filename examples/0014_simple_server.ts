// deno run --allow-net=localhost examples/0014_simple_server.ts 8080
// A server that runs until Ctrl-C; requests under way are finished first. Port 0 takes a free one.
// Ask it with: curl http://localhost:8080/ann
import { web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/", () => web.textResponse("hello, world")),
  web.get("/{name}", (request) => web.textResponse(`hello, ${request.matchInfo.name}`)),
]);
await web.runApp(app, { host: "localhost", port: Number(Deno.args[0] ?? 8080) });
