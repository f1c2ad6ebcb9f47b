import { assertEquals, assertRejects } from "@std/assert";
import { ClientConnectorCertificateError, ClientSession, web } from "@roundtrip/http";
import { CA, CERT, KEY } from "../../server/_tls.ts";

Deno.test("wsConnect() uses TLS with the given certificates", async () => {
  const app = new web.Application();
  app.addRoutes([
    web.get("/ws", web.webSocket(async (socket) => socket.sendStr(await socket.receiveStr()))),
  ]);
  await using server = Deno.serve({
    hostname: "localhost",
    port: 0,
    cert: CERT,
    key: KEY,
    onListen() {},
  }, app.fetch);
  await using session = new ClientSession({ baseUrl: `https://localhost:${server.addr.port}` });
  const url = `wss://localhost:${server.addr.port}/ws`;
  for (const target of [url, "/ws"]) {
    await using ws = await session.wsConnect(target, { caCerts: [CA] });
    await ws.sendStr("over TLS");
    assertEquals(await ws.receiveStr(), "over TLS");
  }
  await using trusting = new ClientSession({ connector: { caCerts: [CA] } });
  await using ws = await trusting.wsConnect(url);
  await ws.sendStr("by the connector's certificates");
  assertEquals(await ws.receiveStr(), "by the connector's certificates");
  const error = await assertRejects(() => session.wsConnect(url), ClientConnectorCertificateError);
  assertEquals(error.failure, "certificate");
});

Deno.test("cert and key are required together", async () => {
  await using session = new ClientSession();
  const connecting = session.wsConnect("ws://127.0.0.1:1/", { cert: "" });
  await assertRejects(() => connecting, TypeError, "key go together");
});
