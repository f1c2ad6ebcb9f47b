import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ClientSession, NotSupportedError, web, WSMsgType } from "@roundtrip/http";
import { CLOSE, closePayload, frame, rawSocket, TEXT } from "../../_frames.ts";
import { exchange } from "../_raw.ts";

const ENGINE = web.socketEngine();
const HEAD = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

async function open(handler: web.Handler): Promise<web.TestServer> {
  const app = new web.Application({ logger: { error: () => {} } });
  app.addRoutes([web.route("*", "/", handler)]);
  return await web.TestServer.start(app, { engine: ENGINE });
}

/** Name, handler, request, the whole reply but for its date. */
const REPLIES: readonly (readonly [string, web.Handler, string, RegExp])[] = [
  [
    "a hint goes out before the response (RFC 8297 section 2)",
    async (request) => {
      await request.earlyHints({ link: "</a.css>; rel=preload" });
      await request.earlyHints([["link", "</b.css>; rel=preload"]]);
      return web.textResponse("x");
    },
    HEAD,
    /^HTTP\/1\.1 103 Early Hints\r\nlink: <\/a.css>; rel=preload\r\n\r\nHTTP\/1\.1 103 Early Hints\r\nlink: <\/b.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*x$/,
  ],
  [
    "a client of HTTP/1.0 gets no hint (RFC 9110 section 15.2)",
    async (request) => {
      await request.earlyHints({ link: "</a.css>; rel=preload" });
      return web.textResponse("x");
    },
    "GET / HTTP/1.0\r\n\r\n",
    /^HTTP\/1\.1 200 OK\r\n(?![^]*103)[^]*x$/,
  ],
  [
    "a hint behind the beginning of the response is an error",
    async (request) => {
      const response = new web.StreamResponse();
      await response.prepare(request);
      await response.write("a");
      await new Promise((resolve) => setTimeout(resolve));
      const error = await request.earlyHints({}).catch((error) => error);
      await response.write(error instanceof TypeError ? "b" : "c");
      return response;
    },
    HEAD,
    /\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n$/,
  ],
  [
    "a refusal comes without 100 Continue, however long the body (RFC 9110 section 10.1.1)",
    () => {
      throw new web.HTTPUnauthorized();
    },
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 20000000\r\n\r\n",
    /^HTTP\/1\.1 401 [^]*connection: close\r\n\r\n401: Unauthorized$/,
  ],
  [
    "and so does 413",
    async (request) => web.textResponse(await request.text()),
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 20000000\r\n\r\n",
    /^HTTP\/1\.1 413 [^]*connection: close\r\n\r\n/,
  ],
  [
    "204 has no length, to HEAD neither (RFC 9110 section 8.6)",
    () => new Response(null, { status: 204, headers: { "content-length": "7" } }),
    HEAD.replace("GET", "HEAD"),
    /^HTTP\/1\.1 204 (?![^]*content-length)/,
  ],
  [
    "trailers follow a body in chunks (RFC 9110 section 6.5)",
    async (request) => {
      const response = new web.StreamResponse();
      await response.prepare(request);
      await response.write("abc");
      request.setTrailers({ "x-sum": "3" });
      return response;
    },
    HEAD,
    /\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 3\r\n\r\n$/,
  ],
  [
    "no trailers behind a body with a length",
    (request) => {
      request.setTrailers({ "x-sum": "3" });
      return web.textResponse("abc");
    },
    HEAD,
    /\r\n\r\nabc$/,
  ],
  [
    "no trailers to HTTP/1.0",
    async (request) => {
      const response = new web.StreamResponse();
      request.setTrailers({ "x-sum": "3" });
      await response.prepare(request);
      await response.write("abc");
      return response;
    },
    "GET / HTTP/1.0\r\n\r\n",
    /\r\n\r\nabc$/,
  ],
  [
    "what may not be among trailers is an error (RFC 9110 section 6.5.1)",
    (request) => {
      const errors = [{ "content-length": "1" }, { "set-cookie": "a=b" }, { "x-a": "\x01" }]
        .map((each) => {
          try {
            request.setTrailers(each as unknown as Record<string, string>);
            return "none";
          } catch (error) {
            return error instanceof TypeError ? "TypeError" : "other";
          }
        });
      return web.textResponse(errors.join());
    },
    HEAD,
    /\r\n\r\nTypeError,TypeError,TypeError$/,
  ],
  [
    "trailers of a request are there once its body was read",
    async (request) => {
      const before = [...request.trailers].length;
      const text = await request.text();
      return web.textResponse(`${before} ${text} ${request.trailers.get("X-Sum")}`);
    },
    "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" +
    "3\r\nabc\r\n0\r\nx-sum: 3\r\n\r\n",
    /\r\n\r\n0 abc 3$/,
  ],
  [
    "a response has its own reason phrase (RFC 9112 section 4)",
    () => new Response("x", { status: 404, statusText: "Gone Fishing" }),
    HEAD,
    /^HTTP\/1\.1 404 Gone Fishing\r\n/,
  ],
  [
    "an empty reason phrase leaves the blank (RFC 9112 section 4)",
    () => new Response("x", { status: 299 }),
    HEAD,
    /^HTTP\/1\.1 299 \r\n/,
  ],
];

for (const [name, handler, request, wanted] of REPLIES) {
  Deno.test(`sockets: ${name}`, async () => {
    await using server = await open(handler);
    assertMatch(await exchange(server.port, request), wanted);
  });
}

Deno.test("sockets: the rest of a short body that nothing reads is awaited for dropTimeout, without a second answer", async () => {
  const app = new web.Application();
  app.addRoutes([web.post("/", () => web.textResponse("x"))]);
  const engine = web.socketEngine({ dropTimeout: 100, bodyTimeout: 60_000 });
  await using server = await web.TestServer.start(app, { engine });
  const begun = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc";
  assertMatch(await exchange(server.port, begun), /^HTTP\/1\.1 200 [^]*\r\n\r\nx$/);
});

Deno.test("sockets: the client sees trailers and skips early hints", async () => {
  await using server = await open(async (request) => {
    await request.earlyHints({ link: "</a.css>; rel=preload" });
    const response = new web.StreamResponse();
    await response.prepare(request);
    await response.write("abc");
    request.setTrailers({ "x-sum": "3" });
    return response;
  });
  await using session = new ClientSession();
  await using response = await session.get(`http://127.0.0.1:${server.port}/`);
  assertEquals([response.status, await response.text(), response.trailers.get("x-sum")], [
    200,
    "abc",
    "3",
  ]);
});

Deno.test("features that Deno.serve lacks are refused with an explanation", async () => {
  const app = new web.Application();
  app.addRoutes([web.get("/", async (request) => {
    await assertRejects(() => request.earlyHints({}), NotSupportedError, "web.socketEngine()");
    try {
      request.setTrailers({ "x-a": "b" });
    } catch (error) {
      return web.textResponse(`${error instanceof NotSupportedError}`);
    }
    return web.textResponse("none");
  })]);
  assertEquals(await (await app.request("/")).text(), "true");
  await using server = await web.TestServer.start(app);
  assertEquals(await (await fetch(`http://127.0.0.1:${server.port}/`)).text(), "true");
});

for (const [name, engine] of [["deno", web.denoEngine], ["sockets", ENGINE]] as const) {
  Deno.test(`onMessage() is called for each message in order (${name})`, async () => {
    const seen: string[] = [];
    const app = new web.Application();
    app.addRoutes([web.get(
      "/",
      web.webSocket((socket) =>
        socket.onMessage(async (message) => {
          if (message.type !== WSMsgType.TEXT) return;
          await new Promise((resolve) => setTimeout(resolve, 5));
          seen.push(message.data);
          await socket.sendStr(message.data);
        })
      ),
    )]);
    await using server = await web.TestServer.start(app, { engine });
    await using session = new ClientSession();
    const ws = await session.wsConnect(`ws://127.0.0.1:${server.port}/`);
    for (const text of ["a", "b", "c"]) ws.sendStr(text);
    assertEquals([await ws.receiveStr(), await ws.receiveStr(), await ws.receiveStr()], [
      "a",
      "b",
      "c",
    ]);
    await ws.close();
    assertEquals(seen, ["a", "b", "c"]);
  });

  Deno.test(`an error of the onMessage() callback ends the handler (${name})`, async () => {
    const app = new web.Application({ logger: { error: () => {} } });
    app.addRoutes([web.get(
      "/",
      web.webSocket((socket) =>
        socket.onMessage(() => {
          throw new Error("no");
        })
      ),
    )]);
    await using server = await web.TestServer.start(app, { engine });
    await using session = new ClientSession();
    const ws = await session.wsConnect(`ws://127.0.0.1:${server.port}/`);
    await ws.sendStr("a");
    assertEquals((await ws.receive()).type, WSMsgType.CLOSE);
    assertEquals(ws.closeCode, 1011);
  });
}

Deno.test("sockets: a message with the close frame behind it is answered, 20 of 20", async () => {
  const app = new web.Application();
  app.addRoutes([
    web.get(
      "/iterated",
      web.webSocket(async (socket) => {
        for await (const message of socket) {
          if (message.type !== WSMsgType.TEXT) continue;
          await new Promise((resolve) => setTimeout(resolve, 5));
          await socket.sendStr(`${message.data}/answer`);
        }
      }),
    ),
    web.get(
      "/called",
      web.webSocket((socket) =>
        socket.onMessage(async (message) => {
          if (message.type === WSMsgType.TEXT) await socket.sendStr(`${message.data}/answer`);
        })
      ),
    ),
  ]);
  await using server = await web.TestServer.start(app, { engine: ENGINE });
  for (let at = 0; at < 20; at++) {
    const path = at % 2 === 0 ? "iterated" : "called";
    using socket = await rawSocket(`http://127.0.0.1:${server.port}/${path}`);
    const message = frame({ payload: `m${at}` });
    const close = frame({ opcode: CLOSE, payload: closePayload(1000) });
    await socket.send(Uint8Array.from([...message, ...close]));
    const [answer, closed] = await socket.rest();
    assertEquals([answer?.opcode, closed?.opcode], [TEXT, CLOSE]);
    assertEquals(new TextDecoder().decode(answer?.payload), `m${at}/answer`);
    assert(closed !== undefined);
  }
});

Deno.test("sockets: a handler that has asked for the signal loses no frame", async () => {
  const app = new web.Application();
  app.addRoutes([web.get("/", async (request) => {
    request.signal.addEventListener("abort", () => {});
    await new Promise((resolve) => setTimeout(resolve, 20));
    const socket = new web.WebSocketResponse();
    await socket.prepare(request);
    await socket.onMessage(async ({ data }) => {
      await socket.sendStr(`${data}/answer`);
    });
    return socket;
  })]);
  await using server = await web.TestServer.start(app, { engine: ENGINE });
  using socket = await rawSocket(`http://127.0.0.1:${server.port}/`);
  await socket.send(frame({ payload: "a" }));
  assertEquals(new TextDecoder().decode((await socket.read())?.payload), "a/answer");
});

for (const framing of ["chunked", "length"]) {
  Deno.test(`sockets: pieces of any size arrive as they were written (${framing})`, async () => {
    const sizes = [1, 4096, 4097, 8192, 20_000, 32_769, 65_536, 65_537, 200_000, 8193, 65_536];
    const length = sizes.reduce((sum, size) => sum + size, 0);
    await using server = await open(async (request) => {
      const response = new web.StreamResponse();
      if (framing === "length") response.contentLength = length;
      await response.prepare(request);
      const piece = new Uint8Array(200_000);
      for (const [at, size] of sizes.entries()) {
        await response.write(piece.fill(at + Number(request.query.get("salt"))).subarray(0, size));
      }
      return response;
    });
    await using session = new ClientSession();
    await Promise.all(Array.from({ length: 8 }, async (_, salt) => {
      await using response = await session.get(`${server.makeUrl("/")}?salt=${salt * 16}`);
      const bytes = await response.read();
      let at = 0;
      const wanted = new Uint8Array(length);
      for (const [value, size] of sizes.entries()) {
        wanted.fill(value + salt * 16, at, at += size);
      }
      assertEquals(bytes, wanted);
    }));
  });
}

Deno.test("sockets: texts of any script and length arrive whole", async () => {
  for (const unit of ["a", "é", "語", "😀", "\ud800", "aé", "a語"]) {
    for (const count of [1, 10, 39, 41, 300, 600, 683, 2000, 5000]) {
      const text = unit.repeat(count);
      await using server = await open(() => web.textResponse(text));
      await using session = new ClientSession();
      await using response = await session.get(server.makeUrl("/"));
      assertEquals(await response.text(), text.toWellFormed(), `${count} times ${unit}`);
    }
  }
});
