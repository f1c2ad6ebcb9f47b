import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  ClientSession,
  fetchTransport,
  type SessionOptions,
  socketTransport,
  type TraceConfig,
  type WebSocketConnectOptions,
  WSMsgType,
  WSServerHandshakeError,
} from "@roundtrip/http";

interface Served extends AsyncDisposable {
  readonly url: string;
  /** Headers of each request. */
  readonly seen: Headers[];
}

/** Echoes; `/busy` is refused at first, `/` sends a greeting. */
function serve(): Served {
  const seen: Headers[] = [];
  let busy = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    seen.push(new Headers(request.headers)); // Deno drops them with the connection
    const { pathname } = new URL(request.url);
    if (pathname === "/busy" && busy++ === 0) return new Response("later", { status: 503 });
    if (pathname === "/refused") return new Response("no", { status: 403 });
    if (pathname === "/") return new Response("x".repeat(100_000));
    const protocol = request.headers.get("sec-websocket-protocol");
    const options = protocol === null ? {} : { protocol: protocol.split(", ")[0] ?? "" };
    const { socket, response } = Deno.upgradeWebSocket(request, options);
    socket.onmessage = ({ data }) => data === "bye" ? socket.close(4001, "end") : socket.send(data);
    return response;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function echoes(session: ClientSession, options: WebSocketConnectOptions = {}) {
  await using ws = await session.wsConnect("/echo", options);
  await ws.sendStr("hi");
  assertEquals(await ws.receiveStr(), "hi");
}

const WAYS: Record<string, () => SessionOptions> = {
  sockets: () => ({}),
  "transport: fetch": () => ({ connector: { transport: "fetch" } }),
  "http2: true": () => ({ connector: { http2: true } }),
  forceClose: () => ({ connector: { forceClose: true } }),
  "a transport of sockets": () => ({ transport: socketTransport() }),
};
for (const [name, options] of Object.entries(WAYS)) {
  Deno.test(`a WebSocket is opened by a session with ${name}`, async () => {
    await using served = serve();
    await using session = new ClientSession({ baseUrl: served.url, ...options() });
    await echoes(session, { heartbeat: 1000, compress: true });
    assertEquals(served.seen[0]?.get("connection"), "Upgrade");
  });
}

Deno.test("traces and middlewares see the handshake, and retry applies to it", async () => {
  await using served = serve();
  const told: string[] = [];
  const on = (name: string) => () => void told.push(name);
  const traceConfigs: TraceConfig[] = [{
    onRequestStart: on("start"),
    onRequestHeadersSent: on("sent"),
    onRequestEnd: on("end"),
    onRequestException: on("exception"),
  }];
  await using session = new ClientSession({
    baseUrl: served.url.replace("//", "//ada:secret@"),
    traceConfigs,
    retry: 1,
    middlewares: [(request, handler) => {
      request.headers.set("x-middleware", "yes");
      return handler(request);
    }],
  });
  await using ws = await session.wsConnect("/busy");
  await ws.sendStr("hi");
  assertEquals(await ws.receiveStr(), "hi");
  assertEquals(told, ["start", "sent", "sent", "end"]);
  assertEquals(served.seen.map((headers) => headers.get("x-middleware")), ["yes", "yes"]);
  assertEquals(served.seen[1]?.get("authorization"), `Basic ${btoa("ada:secret")}`);
  const keys = served.seen.map((headers) => headers.get("sec-websocket-key"));
  assertEquals(new Set(keys).size, 2); // RFC 6455 section 4.1: a new one for each connection
});

Deno.test("a handshake counts towards connector.limit, an open socket does not", async () => {
  await using served = serve();
  await using session = new ClientSession({ baseUrl: served.url, connector: { limit: 1 } });
  await using first = await session.wsConnect("/echo");
  await using second = await session.wsConnect("/echo");
  const response = await session.get("/");
  let isOpen = false;
  const third = session.wsConnect("/echo").then((ws) => {
    isOpen = true;
    return ws;
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  assertEquals(isOpen, false);
  assertEquals((await response.text()).length, 100_000);
  await using last = await third;
  for (const ws of [first, second, last]) {
    await ws.sendStr("hi");
    assertEquals(await ws.receiveStr(), "hi");
  }
});

Deno.test("over fetch, the socket of a session goes over sockets", async () => {
  await using served = serve();
  const options = { headers: { "x-own": "1" }, cookies: { a: "2" }, transport: fetchTransport() };
  await using session = new ClientSession({ baseUrl: served.url, ...options });
  await using ws = await session.wsConnect("/echo", { protocols: ["one", "two"] });
  assertEquals([ws.protocol, ws.compress, ws.url.pathname], ["one", false, "/echo"]);
  await ws.sendStr("hi");
  await ws.sendBytes(Uint8Array.of(1, 2));
  assertEquals([await ws.receiveStr(), await ws.receiveBytes()], ["hi", Uint8Array.of(1, 2)]);
  await ws.ping();
  await ws.sendStr("bye");
  assertEquals(await ws.receive(), { type: WSMsgType.CLOSE, data: 4001, extra: "end" });
  assertEquals(ws.closeCode, 4001);
  const [headers] = served.seen;
  assertEquals([headers?.get("x-own"), headers?.get("cookie")], ["1", "a=2"]);
  const limited = await session.wsConnect("/echo", { maxMsgSize: 3 });
  await limited.sendStr("four");
  assertEquals([(await limited.receive()).type, limited.closeCode], [WSMsgType.ERROR, 1009]);
  const refused = await session.wsConnect("/refused").catch((error) => error);
  assertInstanceOf(refused, WSServerHandshakeError);
  assertEquals(refused.status, 403);
  const reason = new Error("changed my mind");
  const aborted = session.wsConnect("/echo", { signal: AbortSignal.abort(reason) });
  assertEquals(await aborted.catch((error) => error), reason);
});
