import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ClientConnectorError,
  ClientSession,
  CookieJar,
  InvalidURLError,
  reconnect,
  ServerDisconnectedError,
  ServerTimeoutError,
  type SessionOptions,
  TooManyRedirectsError,
  WebSocketClosedError,
  type WebSocketConnectOptions,
  WebSocketProtocolError,
  WebSocketTimeoutError,
  WSMsgType,
  WSServerHandshakeError,
} from "@roundtrip/http";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";
import type { ErrorType } from "../../_harness.ts";
import { closePayload, frame } from "../../_frames.ts";
import { freePort, run } from "../../_process.ts";

/** The used part of a socket of `npm:ws`. */
interface Peer {
  send(data: string | Uint8Array): void;
  ping(data?: string): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  readonly bufferedAmount: number;
  on(event: string, listener: (...args: never[]) => void): void;
}

interface Served extends AsyncDisposable {
  readonly session: ClientSession;
  readonly baseUrl: string;
  readonly requests: IncomingMessage[];
}

interface Setup {
  /** Options of the `ws` server. */
  readonly ws?: Record<string, unknown>;
  /** Handles a client. */
  readonly talk?: (peer: Peer, request: IncomingMessage) => void;
  /** Raw answer to a handshake; `null` leaves it to `ws`. */
  readonly raw?: (request: IncomingMessage, socket: Socket) => boolean;
  readonly session?: SessionOptions;
}

/** A server of npm:ws, and a session that talks to it. */
async function serve({ ws = {}, talk, raw, session = {} }: Setup): Promise<Served> {
  const requests: IncomingMessage[] = [];
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, ...ws });
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Uint8Array) => {
    requests.push(request);
    socket.on("error", () => {});
    if (raw?.(request, socket)) return;
    sockets.handleUpgrade(request, socket, head, (peer: Peer) => {
      peer.on("error", () => {});
      if (talk !== undefined) talk(peer, request);
      else {peer.on("message", (data: Uint8Array, binary: boolean) =>
          peer.send(binary ? data : `${data}`));}
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}`;
  const own = new ClientSession({
    baseUrl,
    cookieJar: new CookieJar({ unsafe: true }),
    ...session,
  });
  return {
    baseUrl,
    requests,
    session: own,
    async [Symbol.asyncDispose]() {
      await own.close();
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const reply = (socket: Socket, head: string, body = ""): true => {
  socket.end(
    `HTTP/1.1 ${head}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return true;
};

Deno.test("wsConnect() sends the session's headers and cookies, and the caller's", async () => {
  await using served = await serve({
    session: { headers: { "x-session": "1", "x-both": "s" }, cookies: { shared: "1" } },
  });
  served.session.cookieJar.updateCookies({ own: "2" }, new URL(served.baseUrl));
  await using ws = await served.session.wsConnect("/path", {
    headers: { "x-both": "r", "Sec-WebSocket-Key": "mine", upgrade: "h2c" },
    params: { q: "a b" },
    cookies: { once: "3" },
    origin: "https://page.example",
  });
  await ws.sendStr("hi");
  assertEquals(await ws.receiveStr(), "hi");
  const [request] = served.requests;
  assert(request !== undefined);
  const { headers, url } = request;
  assertEquals(url, "/path?q=a+b");
  assertEquals([headers["x-session"], headers["x-both"], headers.origin], [
    "1",
    "r",
    "https://page.example",
  ]);
  assertEquals(String(headers.cookie).split("; ").sort(), ["once=3", "own=2", "shared=1"]);
  assertEquals([headers.upgrade, headers["sec-websocket-version"]], ["websocket", "13"]);
});

Deno.test("wsConnect() stores the cookies of the handshake", async () => {
  await using served = await serve({
    ws: {},
    raw: (request, socket) =>
      request.url === "/login" &&
      reply(socket, "302 Found\r\nLocation: /ws\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2"),
  });
  await using _ws = await served.session.wsConnect("/login");
  assertEquals(served.requests[1]?.headers.cookie, "a=1; b=2");
});

Deno.test("wsConnect() follows redirects, without secrets to another origin", async () => {
  await using other = await serve({});
  await using served = await serve({
    raw: (request, socket) => {
      const target =
        { "/1": "/2", "/2": `${other.baseUrl.replace("http", "ws")}/3` }[`${request.url}`];
      return target !== undefined && reply(socket, `307 Moved\r\nLocation: ${target}`);
    },
  });
  await using ws = await served.session.wsConnect("/1", {
    headers: { authorization: "Bearer secret", "x-api-key": "secret" },
    cookies: { once: "secret" },
  });
  assertEquals(ws.history.map(({ status }) => status), [307, 307]);
  assertEquals(ws.url.href, `${other.baseUrl}/3`);
  assertEquals(served.requests[1]?.headers["x-api-key"], "secret");
  assert(!JSON.stringify(other.requests[0]?.headers).includes("secret"));
});

Deno.test("wsConnect() stops at maxRedirects", async () => {
  await using served = await serve({
    raw: (_request, socket) => reply(socket, "302 Found\r\nLocation: /again"),
  });
  const error = await assertRejects(
    () => served.session.wsConnect("/", { maxRedirects: 3 }),
    TooManyRedirectsError,
  );
  assertEquals([error.history.length, served.requests.length], [3, 3]);
});

const GOOD = "101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade";
const HANDSHAKES: [string, string, [number, string, string | null], WebSocketConnectOptions?][] = [
  ["a status", "403 Forbidden\r\nX-Why: no", [403, "Invalid response status", "go away"]],
  ["a status without redirect target", "302 Found", [302, "Invalid response status", "go away"]],
  ["200", "200 OK", [200, "Invalid response status", "go away"]],
  ["a server error", "503 Unavailable", [503, "Invalid response status", "go away"]],
  ["a wrong key", `${GOOD}\r\nSec-WebSocket-Accept: AAAA`, [
    101,
    "Invalid challenge response",
    null,
  ]],
  ["no key", GOOD, [101, "Invalid challenge response", null]],
  ["another upgrade", GOOD.replace("websocket", "h2c"), [101, "Invalid upgrade header", null]],
];
for (const [name, head, [status, reason, body]] of HANDSHAKES) {
  Deno.test(`wsConnect() throws WSServerHandshakeError for ${name}`, async () => {
    await using served = await serve({
      raw: (_request, socket) => reply(socket, `${head}\r\nX-Seen: yes`, body ?? ""),
    });
    const error = await assertRejects(() => served.session.wsConnect("/"), WSServerHandshakeError);
    assertEquals([error.status, error.reason, error.body], [status, reason, body]);
    assertEquals(error.headers.get("x-seen"), "yes");
    assertEquals(error.requestInfo.url.href, `${served.baseUrl}/`);
    assertEquals(error.message, `${status}, message='${reason}', url='${served.baseUrl}/'`);
  });
}

Deno.test("a handshake error carries no more than 64 KiB of the body", async () => {
  await using served = await serve({
    raw: (_request, socket) => reply(socket, "400 Bad", "x".repeat(300_000)),
  });
  const error = await assertRejects(() => served.session.wsConnect("/"), WSServerHandshakeError);
  assertEquals(error.body?.length, 64 * 1024);
});

const BAD: [string, string, WebSocketConnectOptions, ErrorType, string][] = [
  ["a scheme that is not for WebSockets", "ftp://host/", {}, InvalidURLError, "ftp"],
  [
    "a subprotocol that is not a token",
    "/",
    { protocols: ["a b"] },
    TypeError,
    '"a b": it is not a token',
  ],
  [
    "a subprotocol that ends the header",
    "/",
    { protocols: ["a\r\nx: y"] },
    TypeError,
    "not a token",
  ],
  ["a subprotocol twice", "/", { protocols: ["a", "a"] }, TypeError, "given twice"],
  ["a header that ends the line", "/", { headers: { x: "a\r\ny: z" } }, TypeError, ""],
  ["an origin that ends the line", "/", { origin: "a\r\ny: z" }, TypeError, ""],
  ["a window of 8 bits", "/", { compress: 8 }, RangeError, "compress 8"],
  ["a negative heartbeat", "/", { heartbeat: -1 }, RangeError, "heartbeat -1"],
  [
    "a timeout that is not a number",
    "/",
    { timeout: { close: NaN } },
    RangeError,
    "timeout.close NaN",
  ],
];
for (const [name, url, options, type, message] of BAD) {
  Deno.test(`wsConnect() refuses ${name} and sends nothing`, async () => {
    await using served = await serve({});
    await assertRejects(() => served.session.wsConnect(url, options), type, message);
    assertEquals(served.requests, []);
  });
}

Deno.test("wsConnect() uses the session's localAddress", async () => {
  await using served = await serve({ session: { connector: { localAddress: "127.0.0.2" } } });
  await using ws = await served.session.wsConnect("/");
  await ws.sendStr("hi");
  assertEquals(await ws.receiveStr(), "hi");
  assertEquals(served.requests[0]?.socket.remoteAddress, "127.0.0.2");
});

Deno.test("no control byte of a header, an origin or a cookie reaches the wire", async () => {
  await using served = await serve({});
  for (let code = 0; code < 32; code++) {
    if (code === 9) continue; // a tab is allowed in a header
    const value = `a${String.fromCharCode(code)}b`;
    await assertRejects(() => served.session.wsConnect("/", { headers: { "x-a": value } }));
    await assertRejects(() => served.session.wsConnect("/", { origin: value }));
    await assertRejects(() => served.session.wsConnect("/", { cookies: { a: value } }));
  }
  assertEquals(served.requests, []);
});

Deno.test("wsConnect() reports why connecting failed", async () => {
  await using session = new ClientSession();
  const port = freePort();
  const refused = await assertRejects(
    () => session.wsConnect(`ws://127.0.0.1:${port}/`),
    ClientConnectorError,
  );
  assertEquals([refused.failure, refused.port], ["refused", port]);
  await using served = await serve({ raw: (_request, socket) => Boolean(socket.destroy()) });
  await assertRejects(() => served.session.wsConnect("/"), ServerDisconnectedError);
});

Deno.test("a WebSocket needs only the net permission", async () => {
  const program = `import { ClientSession } from "@roundtrip/http";
    await using session = new ClientSession();
    await using ws = await session.wsConnect(Deno.args[0]);
    await ws.sendStr("hi");
    console.log(await ws.receiveStr());`;
  await using served = await serve({});
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, program);
  const deno = [Deno.execPath(), "run", "--config", "deno.json", "--no-prompt"];
  const done = await run([...deno, "--allow-net=127.0.0.1", path, served.baseUrl]);
  assertEquals([done.stdout, done.code], ["hi\n", 0]);
  await Deno.remove(path);
});

Deno.test("timeout.total and the caller's signal abort the handshake", async () => {
  await using served = await serve({ raw: () => true, session: { timeout: { total: 100 } } });
  const late = await assertRejects(() => served.session.wsConnect("/"), ServerTimeoutError);
  assertEquals(late.limit, 100);
  const reason = new Error("changed my mind");
  const aborted = served.session.wsConnect("/", { signal: AbortSignal.abort(reason) });
  assertEquals(await aborted.catch((error) => error), reason);
  const controller = new AbortController();
  const waiting = served.session.wsConnect("/", { signal: controller.signal });
  controller.abort(reason);
  assertEquals(await waiting.catch((error) => error), reason);
});

Deno.test("subprotocols: the server's choice is used, or none", async () => {
  await using served = await serve({ ws: { handleProtocols: () => "b" } });
  await using ws = await served.session.wsConnect("/", { protocols: ["a", "b"] });
  assertEquals([ws.protocol, served.requests[0]?.headers["sec-websocket-protocol"]], ["b", "a, b"]);
  await using silent = await serve({ ws: { handleProtocols: () => false } });
  await using none = await silent.session.wsConnect("/", { protocols: ["a"] });
  await none.sendStr("works");
  assertEquals([await none.receiveStr(), none.protocol], ["works", null]);
  const protocols: unknown = new Set(["c"]); // a list for programs without types
  await using own = await served.session.wsConnect("/", { protocols: protocols as string[] })
    .catch(() => null);
  assertEquals(served.requests[1]?.headers["sec-websocket-protocol"], "c");
  await own?.close();
});

Deno.test("compress: messages are compressed if the server agrees", async () => {
  await using served = await serve({ ws: { perMessageDeflate: { threshold: 0 } } });
  for (const [compress, agreed] of [[false, false], [true, true], [9, true], [15, true]] as const) {
    await using ws = await served.session.wsConnect("/", { compress });
    const text = "abc".repeat(10_000);
    const bytes = new Uint8Array(100_000).fill(7);
    await ws.sendStr(text);
    const sending = ws.sendBytes(bytes);
    bytes.fill(8); // the message was copied
    await sending;
    assertEquals([ws.compress, await ws.receiveStr()], [agreed, text]);
    assertEquals((await ws.receiveBytes()).every((byte) => byte === 7), true);
  }
  await using plain = await serve({});
  await using ws = await plain.session.wsConnect("/", { compress: true });
  assertEquals(ws.compress, false);
});

Deno.test("a compressed message beyond maxMsgSize is refused while it is decompressed", async () => {
  await using served = await serve({
    ws: { perMessageDeflate: { threshold: 0 } },
    talk: (peer) => peer.send(new Uint8Array(64 * 1024 ** 2)),
  });
  const before = Deno.memoryUsage().rss;
  await using ws = await served.session.wsConnect("/", { compress: true });
  const { type } = await ws.receive();
  assertEquals([type, ws.closeCode], [WSMsgType.ERROR, 1009]);
  assert(Deno.memoryUsage().rss - before < 200 * 1024 ** 2); // client and server are in this process
});

Deno.test("the client answers pings automatically, or delivers them unanswered", async () => {
  const pongs: string[] = [];
  const ponged = Promise.withResolvers<void>();
  await using served = await serve({
    talk: (peer) => {
      peer.on("pong", (data: Uint8Array) => {
        pongs.push(`${data}`);
        ponged.resolve();
      });
      peer.ping("p");
    },
  });
  await using ws = await served.session.wsConnect("/");
  await ponged.promise;
  await using own = await served.session.wsConnect("/", { autoping: false });
  const { type, data } = await own.receive();
  assertEquals([type, new TextDecoder().decode(data as Uint8Array)], [WSMsgType.PING, "p"]);
  assertEquals(pongs, ["p"]);
  await own.pong("mine");
  while (pongs.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(pongs, ["p", "mine"]);
  await assertRejects(() => ws.ping("x".repeat(126)), RangeError, "125 is the most");
});

Deno.test("a server that does not answer pings is an ERROR within 1.5 times the heartbeat", async () => {
  await using served = await serve({ ws: { autoPong: false }, talk: () => {} });
  await using ws = await served.session.wsConnect("/", { heartbeat: 200 });
  const start = performance.now();
  const message = await ws.receive();
  const took = performance.now() - start;
  assertEquals(message.type, WSMsgType.ERROR);
  assertInstanceOf(message.data, WebSocketTimeoutError);
  assertEquals([message.data.message, ws.closeCode], ["No PONG received after 100 ms", 1006]);
  assert(took > 200 && took < 1_200, `noticed after ${took} ms`);
  assertEquals((await ws.receive()).type, WSMsgType.CLOSED);
  await assertRejects(() => ws.sendStr("x"), WebSocketClosedError);
});

Deno.test("a server that answers or sends stays connected", async () => {
  let pings = 0;
  await using served = await serve({
    talk: (peer) => peer.on("ping", () => ++pings === 4 && peer.send("alive")),
  });
  await using ws = await served.session.wsConnect("/", { heartbeat: 300 });
  assertEquals(await ws.receiveStr(), "alive");
});

Deno.test("a full queue makes the server wait, without loss", async () => {
  const peers: Peer[] = [];
  const count = 400;
  await using served = await serve({
    talk: (peer) => {
      peers.push(peer);
      for (let n = 0; n < count; n++) peer.send(`${n}:${"x".repeat(64 * 1024)}`);
    },
  });
  await using ws = await served.session.wsConnect("/", { maxQueue: 8, heartbeat: 100 });
  await new Promise((resolve) => setTimeout(resolve, 300)); // longer than the heartbeat allows
  assert((peers[0]?.bufferedAmount ?? 0) > 1024 ** 2, "the server was not made to wait");
  for (let n = 0; n < count; n++) assertEquals(parseInt(await ws.receiveStr()), n);
});

Deno.test("a server that does not read makes sends wait", async () => {
  const received: number[] = [];
  const peers: Peer[] = [];
  await using served = await serve({
    talk: (peer) => {
      peers.push(peer);
      peer.pause();
      peer.on("message", (data: Uint8Array) => received.push(data.length));
    },
  });
  await using ws = await served.session.wsConnect("/");
  const chunk = new Uint8Array(256 * 1024);
  let waited = false;
  for (let n = 0; n < 100; n++) {
    const sending = ws.sendBytes(chunk);
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), 100);
    if (await Promise.race([sending, late.promise]) === "late") {
      waited = true;
      peers[0]?.resume();
      await sending;
    }
    clearTimeout(timer);
    if (waited) break;
  }
  assert(waited, "no send had to wait");
});

const FAULTS: [string, Uint8Array, string, number][] = [
  [
    "text that is not UTF-8",
    frame({ payload: [0xff], mask: false }),
    "WebSocketProtocolError",
    1007,
  ],
  ["a reserved bit", frame({ rsv: 4, mask: false }), "WebSocketProtocolError", 1002],
  ["an invalid opcode", frame({ opcode: 3, mask: false }), "WebSocketProtocolError", 1002],
  ["a mask", frame({ payload: "x" }), "WebSocketProtocolError", 1002],
  [
    "a ping of 126 bytes",
    frame({ opcode: 9, payload: "x".repeat(126), mask: false }),
    "WebSocketProtocolError",
    1002,
  ],
  [
    "a continuation without a start",
    frame({ opcode: 0, mask: false }),
    "WebSocketProtocolError",
    1002,
  ],
  [
    "an invalid close code",
    frame({ opcode: 8, payload: closePayload(1005), mask: false }),
    "WebSocketProtocolError",
    1002,
  ],
  [
    "a length that is too big",
    frame({ announce: 5 * 1024 ** 2, mask: false }),
    "WebSocketLimitError",
    1009,
  ],
];
for (const [name, bytes, type, code] of FAULTS) {
  Deno.test(`a server's fault is an ERROR: ${name}`, async () => {
    await using served = await serve({
      talk: (_peer, request) => void request.socket.write(bytes),
    });
    await using ws = await served.session.wsConnect("/");
    const { type: kind, data } = await ws.receive();
    assertEquals([kind, (data as Error).name, ws.closeCode], [WSMsgType.ERROR, type, code]);
    if (type === "WebSocketProtocolError") assertInstanceOf(data, WebSocketProtocolError);
    assertEquals((await ws.receive()).type, WSMsgType.CLOSED);
  });
}

Deno.test("a connection that breaks is CLOSED with 1006", async () => {
  await using served = await serve({ talk: (peer) => peer.terminate() });
  await using ws = await served.session.wsConnect("/");
  assertEquals([(await ws.receive()).type, ws.closeCode], [WSMsgType.CLOSED, 1006]);
  assert(ws.exception()?.message.startsWith("WebSocket connection lost"));
});

Deno.test("close() of a server that does not answer ends after timeout.close", async () => {
  await using served = await serve({ talk: (peer) => peer.pause() });
  await using ws = await served.session.wsConnect("/", { timeout: { close: 80 } });
  const start = performance.now();
  assertEquals([await ws.close(), ws.closeCode], [true, 1006]);
  assert(performance.now() - start < 1_000);
});

Deno.test("reconnect() reconnects after a close, a failure and a temporary refusal", async () => {
  let connections = 0;
  await using served = await serve({
    raw: (_request, socket) => {
      connections++;
      if (connections === 2) return reply(socket, "503 Unavailable");
      // Twice: a request whose connection closes before a response is resent once.
      if (connections === 3 || connections === 4) return Boolean(socket.destroy());
      return false;
    },
    talk: (peer) => {
      peer.send(`${connections}`);
      peer.close();
    },
  });
  const told: (string | undefined)[] = [];
  const seen: string[] = [];
  const options = { minDelay: 1, onRetry: (error: Error | null) => told.push(error?.name) };
  for await (const ws of reconnect(() => served.session.wsConnect("/"), options)) {
    for await (const { data } of ws) seen.push(`${data}`);
    if (seen.length === 3) break;
  }
  assertEquals(seen, ["1", "5", "6"]);
  assertEquals(told, [undefined, "WSServerHandshakeError", "ServerDisconnectedError", undefined]);
});

Deno.test("reconnect() backs off, throws permanent errors, and ends", async () => {
  await using served = await serve({
    raw: (request, socket) =>
      reply(socket, request.url === "/secret" ? "401 Unauthorized" : "503 Unavailable"),
  });
  const delays: number[] = [];
  const loop = async (path: string, options: Parameters<typeof reconnect>[1]) => {
    for await (const _ of reconnect(() => served.session.wsConnect(path), options));
  };
  await assertRejects(() => loop("/secret", {}), WSServerHandshakeError, "401");
  const failed = {
    retries: 3,
    minDelay: 8,
    maxDelay: 16,
    onRetry: (_: unknown, ms: number) => void delays.push(ms),
  };
  await assertRejects(() => loop("/", failed), WSServerHandshakeError, "503");
  assertEquals(delays.map((ms, at) => ms >= [4, 8, 8][at]! && ms <= [8, 16, 16][at]!), [
    true,
    true,
    true,
  ]);
  const controller = new AbortController();
  await loop("/", { signal: controller.signal, onRetry: () => controller.abort() });
  assertEquals(served.requests.length, 6);
});
