import { assertEquals, assertRejects } from "@std/assert";
import {
  ClientSession,
  web,
  type WSMessage,
  WSMsgType,
  WSServerHandshakeError,
} from "@roundtrip/http";
import { run, start } from "../_process.ts";
import { pythonWith } from "./_python.ts";

const PEERS = ["aiohttp", "websockets"] as const;

const shown = ({ type, data }: WSMessage): unknown[] => [type, data];

/** Results expected from every client. */
const SEEN = [
  ["b", false], // no compression, although requested
  true,
  true,
  true,
  true,
  true,
  ["CLOSE", 4001, "bye", 4001],
  "CLOSED",
  ["CLOSE", 1009],
  4000,
  1011,
  "alive",
  403,
];

for (const peer of PEERS) {
  const python = await pythonWith(peer);
  const ignore = python === null;

  Deno.test({ name: `a client of Python's ${peer} talks to our server`, ignore }, async () => {
    const app = new web.Application({ logger: { error() {} } });
    const echo = web.webSocket(async (socket) => {
      for await (const message of socket) {
        if (message.type === WSMsgType.BINARY) await socket.sendBytes(message.data);
        if (message.type !== WSMsgType.TEXT) continue;
        if (message.data === "close") await socket.close(4001, "bye");
        else await socket.sendStr(message.data);
      }
    }, { protocols: ["b"], maxMsgSize: 1000, heartbeat: 1_000 });
    app.addRoutes([
      web.get("/echo", echo),
      web.get(
        "/throws",
        web.webSocket(() => {
          throw new Error("secret");
        }),
      ),
    ]);
    await using runner = new web.AppRunner(app, { shutdownTimeout: 1_000 });
    const base = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    const client = await run([python ?? "", "tests/interop/websocket_client.py", peer, base]);
    assertEquals(client.stderr, "");
    assertEquals(JSON.parse(client.stdout), SEEN);
  });

  Deno.test({ name: `our client talks to a server of Python's ${peer}`, ignore }, async () => {
    await using server = start([python ?? "", "tests/interop/websocket_server.py", peer]);
    const [, port] = await server.waitFor(/\{"port": (\d+)\}/);
    await using session = new ClientSession({ baseUrl: `http://127.0.0.1:${port}` });
    for (const compress of [false, true]) {
      const options = { protocols: ["x", "b"], compress, heartbeat: 1_000 };
      await using ws = await session.wsConnect("/echo", options);
      assertEquals([ws.protocol, ws.compress], ["b", compress]);
      for (const text of ["a", "", "ж€😀", "x".repeat(999)]) {
        await ws.sendStr(text);
        assertEquals(await ws.receiveStr(), text);
      }
      const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
      await ws.sendBytes(bytes);
      assertEquals(await ws.receiveBytes(), bytes);
      await new Promise((resolve) => setTimeout(resolve, 2_500)); // two pings
      await ws.sendStr("close");
      assertEquals(await ws.receive(), { type: WSMsgType.CLOSE, data: 4001, extra: "bye" });
      assertEquals([shown(await ws.receive()), ws.closeCode], [[WSMsgType.CLOSED, null], 4001]);
    }
    await using big = await session.wsConnect("/echo");
    await big.sendStr("x".repeat(1000));
    assertEquals(shown(await big.receive()), [WSMsgType.CLOSE, 1009]);
    await using pings = await session.wsConnect("/echo", { autoping: false });
    await pings.ping("p");
    assertEquals((await pings.receive()).type, WSMsgType.PONG);
    const closing = await session.wsConnect("/moved");
    assertEquals([closing.history.length, closing.protocol], [1, null]);
    assertEquals(await closing.close(4000), true);
    // aiohttp always answers 1000.
    assertEquals(closing.closeCode, peer === "aiohttp" ? 1000 : 4000);
    const error = await assertRejects(() => session.wsConnect("/refused"), WSServerHandshakeError);
    assertEquals([error.status, error.body, error.headers.get("x-why")], [
      403,
      "members only",
      "no",
    ]);
  });
}
