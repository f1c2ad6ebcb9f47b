import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ClientConnectorError,
  ClientHttpProxyError,
  ClientProxyConnectionError,
  ClientSession,
  type SessionOptions,
  UnixClientConnectorError,
  web,
} from "@roundtrip/http";
import { startProxy } from "../../_proxies.ts";
import { CA, CERT, KEY } from "../../server/_tls.ts";

function echo(): web.Application {
  const app = new web.Application();
  app.addRoutes([
    web.get("/ws", web.webSocket(async (socket) => socket.sendStr(await socket.receiveStr()))),
  ]);
  return app;
}

Deno.test("wsConnect() goes through the session's proxy, with and without TLS", async () => {
  await using plain = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, echo().fetch);
  await using secure = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: CERT,
    key: KEY,
    onListen() {},
  }, echo().fetch);
  await using http = startProxy("http");
  await using closed = startProxy("http", "ada:secret");
  await using socks = startProxy("socks5");
  const ws = `a.test:${plain.addr.port}`;
  const wss = `localhost:${secure.addr.port}`;
  const caCerts = [CA];
  const rows: [name: string, url: string, options: SessionOptions, asked: string][] = [
    [
      "ws by http",
      `ws://${ws}`,
      { proxy: `http://127.0.0.1:${http.port}` },
      `CONNECT ${ws} HTTP/1.1`,
    ],
    ["wss by http", `wss://${wss}`, {
      connector: { proxy: `http://127.0.0.1:${http.port}`, caCerts },
    }, `CONNECT ${wss} HTTP/1.1`],
    [
      "credentials",
      `ws://${ws}`,
      { proxy: `http://ada:secret@127.0.0.1:${closed.port}` },
      `CONNECT ${ws} HTTP/1.1`,
    ],
    ["ws by socks5h", `ws://${ws}`, { proxy: `socks5h://127.0.0.1:${socks.port}` }, `SOCKS ${ws}`],
    ["wss by socks5h", `wss://${wss}`, {
      connector: { proxy: `socks5h://127.0.0.1:${socks.port}`, caCerts },
    }, `SOCKS ${wss}`],
  ];
  for (const [name, url, options, asked] of rows) {
    const proxies = [http, closed, socks];
    for (const each of proxies) each.asked.length = 0;
    await using session = new ClientSession(options);
    await using socket = await session.wsConnect(`${url}/ws`);
    await socket.sendStr(name);
    assertEquals(await socket.receiveStr(), name);
    assertEquals(proxies.flatMap((each) => each.asked), [asked], name);
  }
});

Deno.test("wsConnect() connects to a Unix socket as a proxy", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/s.sock`;
  const server = Deno.serve({ transport: "unix", path, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  const session = new ClientSession({ connector: { proxy: `unix:${path}` } });
  const socket = await session.wsConnect("ws://any.test/ws");
  await socket.sendStr("hi");
  assertEquals(await socket.receiveStr(), "hi");
  await socket.close();
  await session.close();
  await server.shutdown();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("wsConnect() reports refusals of a proxy", async () => {
  await using closed = startProxy("http", "ada:secret");
  await using socks = startProxy("socks5");
  const rows: [name: string, proxy: string, message: string, failure?: string][] = [
    ["unreachable", "http://127.0.0.1:1", "the proxy 127.0.0.1:1 cannot be reached"],
    ["no server behind it", `socks5://127.0.0.1:${socks.port}`, "the connection was refused"],
    // A SOCKS length is one byte: 256 would overflow to 0.
    ["a long user", `socks5://${"u".repeat(256)}:p@127.0.0.1:${socks.port}`, "user is 256 bytes"],
    ["a long password", `socks5://u:${"é".repeat(128)}@127.0.0.1:${socks.port}`, "password is 256"],
    ["no such socket", "unix:/nowhere.sock", "the socket /nowhere.sock cannot be reached", "unix"],
  ];
  for (const [name, proxy, message, failure = "proxy"] of rows) {
    await using session = new ClientSession({ proxy });
    const error = await assertRejects(
      () => session.wsConnect("ws://127.0.0.1:1/"),
      ClientConnectorError,
    );
    const type = failure === "proxy" ? ClientProxyConnectionError : UnixClientConnectorError;
    assert(error instanceof type, name);
    assertEquals([error.failure, error.host, error.port], [failure, "127.0.0.1", 1], name);
    assertStringIncludes(error.message, message, name);
  }
  await using session = new ClientSession({ proxy: `http://127.0.0.1:${closed.port}` });
  const error = await assertRejects(
    () => session.wsConnect("ws://127.0.0.1:1/"),
    ClientHttpProxyError,
  );
  assertEquals(error.status, 407);
});

Deno.test("wsConnect() refuses a name of more than 255 bytes for a SOCKS proxy", async () => {
  await using socks = startProxy("socks5");
  await using session = new ClientSession({ proxy: `socks5h://127.0.0.1:${socks.port}` });
  const name = `${"a23456789.".repeat(30)}test`;
  const error = await assertRejects(
    () => session.wsConnect(`ws://${name}:1/`),
    ClientProxyConnectionError,
  );
  assertStringIncludes(error.message, "name of the host is 304 bytes");
});
