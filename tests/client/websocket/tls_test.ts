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
  const baseUrl = `https://localhost:${server.addr.port}`;
  const url = `wss://localhost:${server.addr.port}/ws`;
  await using session = new ClientSession();
  await using trusting = new ClientSession({ baseUrl, connector: { caCerts: [CA] } });
  for (const target of [url, "/ws"]) {
    await using ws = await trusting.wsConnect(target);
    await ws.sendStr("over TLS");
    assertEquals(await ws.receiveStr(), "over TLS");
  }
  const error = await assertRejects(() => session.wsConnect(url), ClientConnectorCertificateError);
  assertEquals(error.failure, "certificate");
});

Deno.test("certificates of a single WebSocket are refused, with the remedy", async () => {
  await using session = new ClientSession();
  for (const options of [{ caCerts: [CA] }, { cert: CERT }, { ssl: true }]) {
    const connecting = session.wsConnect("ws://127.0.0.1:1/", options as object);
    await assertRejects(() => connecting, TypeError, "the session");
  }
});
