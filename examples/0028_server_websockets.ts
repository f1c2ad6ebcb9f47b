// deno run --allow-net=localhost examples/0028_server_websockets.ts
// A WebSocket on the server: answers each message, and closes on request.
// 服务端 WebSocket：逐条回答，按要求关闭。
import { web, WSMsgType } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/ws", async (request) => {
    const socket = new web.WebSocketResponse({ maxMsgSize: 8 });
    await socket.prepare(request);
    for await (const message of socket) {
      if (message.type === WSMsgType.TEXT) {
        if (message.data === "close") await socket.close();
        else await socket.sendStr(`${message.data}/answer`);
      } else if (message.type === WSMsgType.BINARY) {
        await socket.sendBytes(message.data.toReversed());
      } else if (message.type === WSMsgType.ERROR) {
        console.log("server:", socket.exception()?.message);
      }
    }
    return socket;
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });

// The platform's WebSocket; 0010_client_websockets.ts shows the session's.
// 这里用平台的 WebSocket；会话的见 0010_client_websockets.ts。
const client = new WebSocket(`${baseUrl.replace("http", "ws")}/ws`);
client.binaryType = "arraybuffer";
const answers: (string | Uint8Array)[] = ["hello", new Uint8Array([1, 2, 3]), "close"];
const next = () => client.send(answers.shift() as string);
client.onopen = next;
client.onmessage = ({ data }) => {
  console.log("client:", typeof data === "string" ? data : new Uint8Array(data));
  next();
};
const { code } = await new Promise<CloseEvent>((resolve) => client.onclose = resolve);
console.log("client: closed with", code);

// A message above the limit ends the connection, with an ERROR for the handler.
// 超过上限的消息结束连接，处理器收到 ERROR。
const loud = new WebSocket(client.url);
loud.onopen = () => loud.send("much too long");
const end = await new Promise<CloseEvent>((resolve) => loud.onclose = resolve);
console.log("client: closed with", end.code);

// Prints:
// client: hello/answer
// client: Uint8Array(3) [ 3, 2, 1 ]
// client: closed with 1000
// server: Message size 13 exceeds limit 8
// client: closed with 1009
