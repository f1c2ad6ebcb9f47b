// deno run --allow-net=localhost examples/0014_simple_server.ts 8080
// A server that runs until Ctrl-C and finishes open requests first. Port 0 picks a free one. Try
// it with `curl localhost:8080/ann`.
// 一直运行到 Ctrl-C 的服务端，先完成进行中的请求；端口 0 表示任选空闲端口。
import { web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/", () => web.textResponse("hello, world")),
  web.get("/{name}", (request) => web.textResponse(`hello, ${request.matchInfo.name}`)),
]);
await web.runApp(app, { host: "localhost", port: Number(Deno.args[0] ?? 8080) });
