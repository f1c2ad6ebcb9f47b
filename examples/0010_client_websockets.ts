// deno run --allow-net=localhost examples/0010_client_websockets.ts
// A WebSocket of the session: text, bytes, JSON, a heartbeat, and closing.
import { ClientSession, web, WSMsgType } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get(
    "/echo",
    web.webSocket(async (socket) => {
      for await (const message of socket) {
        if (message.type === WSMsgType.TEXT && message.data === "close") break;
        if (message.type === WSMsgType.TEXT) await socket.sendStr(`${message.data}/answer`);
        if (message.type === WSMsgType.BINARY) await socket.sendBytes(message.data);
      }
    }),
  ),
  web.get(
    "/json",
    web.webSocket(async (socket) => {
      const { name } = await socket.receiveJson() as { name: string };
      await socket.sendJson({ hello: name });
    }),
  ),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

await using ws = await session.wsConnect("/echo", { heartbeat: 20_000 });
await ws.sendStr("hello");
console.log(await ws.receiveStr());
await ws.sendBytes(new Uint8Array([1, 2, 3]));
console.log(await ws.receiveBytes());

// Messages until the server closes.
for (const text of ["one", "two", "close"]) await ws.sendStr(text);
for await (const message of ws) {
  if (message.type === WSMsgType.TEXT) console.log(message.data);
}
console.log("closed with", ws.closeCode);

await using json = await session.wsConnect("/json");
await json.sendJson({ name: "ann" });
console.log(await json.receiveJson());

// Prints:
// hello/answer
// Uint8Array(3) [ 1, 2, 3 ]
// one/answer
// two/answer
// closed with 1000
// { hello: "ann" }
