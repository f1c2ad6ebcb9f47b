import { assert, assertEquals, assertLess, assertStringIncludes, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { type ErrorType, serve } from "../../_harness.ts";
import { rawSocket } from "../../_frames.ts";
import { foreignEngine, SOCKET_ENGINES } from "../_engines.ts";
import { ownWork } from "../../_memory.ts";

const HANDSHAKE = {
  "upgrade": "websocket",
  "connection": "Upgrade",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** Sends a handshake that is not right, in process: it is refused before anything is upgraded. */
async function refusal(
  change: Record<string, string | null>,
  options: web.WebSocketResponseOptions = {},
  method = "GET",
): Promise<Response> {
  const app = new web.Application({ logger: { error() {} } });
  app.addRoutes([web.route("*", "/ws", web.webSocket(() => {}, options))]);
  const headers = new Headers({ host: "example.com", ...HANDSHAKE });
  for (const [name, value] of Object.entries(change)) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  return await app.fetch(new Request("http://example.com/ws", { method, headers }));
}

const REFUSED: [string, Record<string, string | null>, string, string?][] = [
  [
    "no Upgrade header",
    { upgrade: null },
    'No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".',
  ],
  ["another protocol", { upgrade: "h2c" }, "No WebSocket UPGRADE hdr: h2c\n"],
  ["no Connection header", { connection: null }, "No CONNECTION upgrade hdr: None"],
  ["Connection without upgrade", { connection: "keep-alive" }, "keep-alive"],
  ["version 12", { "sec-websocket-version": "12" }, "Unsupported version: 12"],
  ["no version", { "sec-websocket-version": null }, "Unsupported version: None"],
  ["no key", { "sec-websocket-key": null }, "Handshake error: None is no"],
  ["a short key", { "sec-websocket-key": "c2hvcnQ=" }, "Handshake error: c2hvcnQ= is no"],
  ["two keys", { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==, x" }, "is no"],
  ["CSWSH: POST", {}, "Handshake error: the method is POST, not GET", "POST"],
  ["CVE-2026-69243: a body by length", { "content-length": "5" }, "the request has a body"],
  ["CVE-2026-69243: a chunked body", { "transfer-encoding": "chunked" }, "the request has a body"],
  ["a key of 60 KB", { "sec-websocket-key": "x".repeat(60_000) }, "is not a Sec-WebSocket-Key"],
];
for (const [name, change, text, method] of REFUSED) {
  Deno.test(`a handshake is refused with 400: ${name}`, async () => {
    const response = await refusal(change, {}, method);
    assertEquals(response.status, 400);
    const body = await response.text();
    assertStringIncludes(body, text);
    assertLess(body.length, 200, "what the client sent comes back at length");
    const version = "sec-websocket-version" in change ? "13" : null;
    assertEquals(response.headers.get("sec-websocket-version"), version);
  });
}

/** Each row on each engine that has WebSockets. */
function onEngines<Row extends readonly unknown[]>(
  rows: readonly Row[],
): [...Row, ...typeof SOCKET_ENGINES[number]][] {
  return SOCKET_ENGINES.flatMap((engine) =>
    rows.map((row): [...Row, ...typeof engine] => [...row, ...engine])
  );
}

Deno.test("an engine without WebSockets: prepare() says so, and the client gets 500", async () => {
  const thrown = Promise.withResolvers<unknown>();
  await using served = await serve(
    [web.get("/ws", async (request) => {
      const socket = new web.WebSocketResponse();
      await socket.prepare(request).catch((error) => {
        thrown.resolve(error);
        throw error;
      });
      return socket;
    })],
    {},
    foreignEngine,
  );
  const refused = await rawSocket(`${served.baseUrl}/ws`).catch((error: Error) => error.message);
  assertStringIncludes(String(refused), "HTTP/1.1 500 ");
  assertStringIncludes(String(await thrown.promise), "NotSupportedError");
});

type Origins = [origin: string | null, checkOrigin: web.CheckOrigin | undefined, allowed: boolean];
const ORIGINS: Origins[] = [
  [null, undefined, true],
  ["http://HOST", undefined, true],
  ["https://HOST", undefined, true], // a proxy that ends TLS
  ["http://evil.example", undefined, false],
  ["http://HOST.evil.example", undefined, false],
  ["http://evil.example/HOST", undefined, false],
  ["http://127.0.0.1", undefined, false], // another port is another origin
  ["null", undefined, false],
  ["", undefined, false],
  ["file://", undefined, false],
  ["http://a.example", ["http://a.example", "https://b.example"], true],
  ["https://a.example", ["http://a.example", "https://b.example"], false],
  ["http://HOST", ["http://a.example"], false],
  [null, ["http://a.example"], true],
  ["http://a.example", (origin) => origin.endsWith(".example"), true],
  ["http://a.test", (origin) => origin.endsWith(".example"), false],
  ["http://a.test", (_, request) => request.path === "/ws", true],
];
for (const [origin, checkOrigin, allowed, engineName, engine] of onEngines(ORIGINS)) {
  const by = Array.isArray(checkOrigin) ? "a list" : checkOrigin ? "a function" : "default";
  const verb = allowed ? "is let through" : "gets 403";
  Deno.test(`an origin of ${JSON.stringify(origin)} ${verb} by ${by} (${engineName})`, async () => {
    let reached = false;
    await using served = await serve(
      [web.get(
        "/ws",
        web.webSocket(() => {
          reached = true;
        }, checkOrigin === undefined ? {} : { checkOrigin }),
      )],
      {},
      engine,
    );
    const { host } = new URL(served.baseUrl);
    const header = origin === null ? "" : `Origin: ${origin.replace("HOST", host)}\r\n`;
    const result = await rawSocket(`${served.baseUrl}/ws`, header).then(
      async (socket) => {
        await socket.read();
        socket[Symbol.dispose]();
        return "101";
      },
      (error: Error) => /HTTP\/1.1 (\d+)/.exec(error.message)?.[1],
    );
    assertEquals([result, reached], allowed ? ["101", true] : ["403", false]);
  });
}

const PROTOCOLS: [string | null, string[], string | null][] = [
  [null, ["a"], null],
  ["a", [], null],
  ["a, b", ["b", "a"], "a"], // the first of the client's
  ["x, b, a", ["a", "b"], "b"],
  ["x,b,a", ["a", "b"], "b"], // no space: the platform's own option would throw
  ["x", ["a"], null],
  ["A", ["a"], null],
];
for (const [offered, known, chosen, engineName, engine] of onEngines(PROTOCOLS)) {
  Deno.test(`of subprotocols ${offered} a server of [${known}] chooses ${chosen} (${engineName})`, async () => {
    const server = Promise.withResolvers<[web.WebSocketReady, string | null]>();
    await using served = await serve(
      [web.get("/ws", async (request) => {
        const socket = new web.WebSocketResponse({ protocols: known });
        const ready = socket.canPrepare(request);
        await socket.prepare(request);
        server.resolve([ready, socket.protocol]);
        return socket;
      })],
      {},
      engine,
    );
    const header = offered === null ? "" : `Sec-WebSocket-Protocol: ${offered}\r\n`;
    using socket = await rawSocket(`${served.baseUrl}/ws`, header);
    assertEquals(await server.promise, [{ ok: true, protocol: chosen }, chosen]);
    assertEquals(
      /^sec-websocket-protocol: (.*)$/im.exec(socket.head)?.[1] ?? null,
      chosen,
    );
  });
}

Deno.test("canPrepare() rejects a request that is not a handshake", async () => {
  const app = new web.Application();
  app.addRoutes([
    web.get("/", (request) => web.jsonResponse(new web.WebSocketResponse().canPrepare(request))),
  ]);
  const response = await app.fetch(new Request("http://localhost/"));
  assertEquals(await response.json(), { ok: false, protocol: null });
});

for (const [name, engine] of SOCKET_ENGINES) {
  Deno.test(`the request of a handshake is whole for its handler (${name})`, async () => {
    await using served = await serve(
      [web.get(
        "/ws",
        web.webSocket(async (socket, request) => {
          const { headers, cookies, relUrl } = request;
          await socket.sendJson([headers.get("x-a"), cookies.get("b"), relUrl]);
        }),
      )],
      {},
      engine,
    );
    const headers = { "x-a": "1", cookie: "b=2" };
    await using socket = await served.session.wsConnect("/ws?c=3", { headers });
    assertEquals(await socket.receiveJson(), ["1", "2", "/ws?c=3"]);
  });
}

for (const [name, engine] of SOCKET_ENGINES) {
  Deno.test(`the handshake's response carries the headers and cookies it was given (${name})`, async () => {
    const headers: [string, string][] = [["x-a", "1"], ["set-cookie", "a=1"], [
      "Set-Cookie",
      "b=2",
    ]];
    const routes = [web.get("/ws", web.webSocket(() => {}, { headers }))];
    await using served = await serve(routes, {}, engine);
    using socket = await rawSocket(`${served.baseUrl}/ws`);
    for (const line of ["x-a: 1", "set-cookie: a=1", "set-cookie: b=2"]) {
      assertStringIncludes(socket.head.toLowerCase(), `\r\n${line}\r\n`);
    }
  });
}

for (const [name, engine] of SOCKET_ENGINES) {
  Deno.test(`a long first message arrives after the client was watched (${name})`, async () => {
    const route = web.get("/ws", async (request) => {
      request.signal; // from then on the engine reads, to see a disconnect
      await Promise.resolve();
      const socket = new web.WebSocketResponse();
      await socket.prepare(request);
      for (let i = 0; i < 2; i++) await socket.sendStr(await socket.receiveStr());
      return socket;
    });
    await using served = await serve([route], {}, engine);
    await using socket = await served.session.wsConnect("/ws");
    for (const text of ["a".repeat(5000), "b"]) {
      await socket.sendStr(text);
      assertEquals(await socket.receiveStr(), text);
    }
  });
}

Deno.test("long headers of a handshake take no time (CVE-2021-32640)", async () => {
  await using served = await serve([web.get("/ws", web.webSocket(() => {}, { protocols: ["a"] }))]);
  const attacks = [
    `Sec-WebSocket-Protocol: ${"b, ".repeat(14_000)}a\r\n`,
    `Sec-WebSocket-Protocol: ${" ".repeat(50_000)}a\r\n`,
    `Origin: http://${"a.".repeat(25_000)}\r\n`,
  ];
  for (const attack of attacks) {
    const start = ownWork();
    await rawSocket(`${served.baseUrl}/ws`, attack).then(
      (socket) => socket[Symbol.dispose](),
      () => {},
    );
    assertLess(ownWork() - start, 500);
  }
});

const OPTIONS: [web.WebSocketResponseOptions, ErrorType, string][] = [
  [{ compress: 8 }, RangeError, "compress 8"],
  [{ maxMsgSize: -1 }, RangeError, "maxMsgSize -1"],
  [{ heartbeat: NaN }, RangeError, "heartbeat NaN"],
  [{ heartbeat: 2 ** 31 }, RangeError, "heartbeat 2147483648"],
  [{ timeout: { close: Infinity } }, RangeError, "timeout.close Infinity"],
];
for (const [options, type, message] of OPTIONS) {
  Deno.test(`WebSocketResponse refuses ${Deno.inspect(options)} where the route is made`, () => {
    assertThrows(() => new web.WebSocketResponse(options), type, message);
    assertThrows(() => web.webSocket(() => {}, options), type, message);
  });
}

const ONLY_SOCKETS: [web.WebSocketResponseOptions, string][] = [
  [{ autoclose: false }, "autoclose: false is not supported"],
  [{ autoping: false }, "autoping: false is not supported"],
  [{ compress: true }, "compress is not supported"],
];
for (const [options, message] of ONLY_SOCKETS) {
  Deno.test(`${Deno.inspect(options)}: Deno.serve refuses it and names the other engine`, async () => {
    const errors: string[] = [];
    const logger = { ...console, error: (...all: unknown[]) => void errors.push(all.join(" ")) };
    for (const [engine, wanted] of [[web.denoEngine, 500], [web.socketEngine(), 101]] as const) {
      const app = new web.Application({ logger });
      app.addRoutes([web.get("/ws", web.webSocket((socket) => socket.sendStr("x"), options))]);
      await using server = await web.TestServer.start(app, { engine });
      const got = await rawSocket(`http://127.0.0.1:${server.port}/ws`).then(
        (socket) => (socket[Symbol.dispose](), 101),
        () => 500,
      );
      assertEquals(got, wanted);
    }
    assert(errors.some((each) => each.includes(message) && each.includes("socketEngine")));
  });
}
