/** Ends of requests and sessions. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ClientConnectionError,
  type ClientMiddleware,
  ClientSession,
  fetchTransport,
  retryMiddleware,
  ServerDisconnectedError,
  ServerTimeoutError,
  type Transport,
} from "@roundtrip/http";
import { overEachApp } from "./_transports.ts";
import { until } from "../_until.ts";
import { rawServer, reply } from "./_raw_server.ts";

function serve(handle: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handle);
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

overEachApp("a request's signal is its own for ever", async (serve) => {
  const kept: AbortSignal[] = [];
  const { promise: never, resolve } = Promise.withResolvers<Response>();
  await using served = serve((request) => {
    kept.push(request.signal);
    return request.url.endsWith("/slow") ? never : new Response("ok");
  });
  const keep: ClientMiddleware = (request, handler) => {
    if (kept.length === 0) kept.push(request.signal);
    return handler(request);
  };
  await using session = new ClientSession({ ...served.options, middlewares: [keep] });
  for (let n = 0; n < 3; n++) await (await session.get("/")).text();
  const ended = [...kept];
  const slow = session.get("/slow", { timeout: { total: 50 } });
  await assertRejects(() => slow, ServerTimeoutError);
  // Over a connection the application's signals belong to the server.
  const own = "app" in served.options ? ended : ended.slice(0, 1);
  assertEquals(own.map((each) => each.aborted), own.map(() => false));
  resolve(new Response());
});

Deno.test("a custom transport gets signals", async () => {
  const inner = fetchTransport();
  const kept: AbortSignal[] = [];
  const transport: Transport = {
    send: (request) => (kept.push(request.signal), inner.send(request)),
    close: () => inner.close(),
  };
  const { promise: never, resolve } = Promise.withResolvers<Response>();
  await using server = serve((request) =>
    request.url.endsWith("/slow") ? never : new Response("ok")
  );
  await using session = new ClientSession({ transport, baseUrl: server.url });
  await (await session.get("")).text();
  await assertRejects(() => session.get("slow", { timeout: { total: 50 } }), ServerTimeoutError);
  assertEquals(kept.map((each) => each.aborted), [false, true]);
  resolve(new Response());
});

async function fileOf(text: string): Promise<{ file: Deno.FsFile; path: string }> {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, text);
  return { file: await Deno.open(path), path };
}

overEachApp("a file that its owner closes meanwhile does no harm", async (serve) => {
  const { promise: never, resolve } = Promise.withResolvers<Response>();
  const { promise: sent, resolve: isSent } = Promise.withResolvers<void>();
  await using served = serve(async (request) => {
    const body = await request.text();
    if (request.url.endsWith("/slow")) isSent();
    return request.url.endsWith("/slow") ? never : new Response(body);
  });
  await using session = new ClientSession(served.options);
  const { file, path } = await fileOf("x");
  const response = await session.put("/", { data: file });
  file.close();
  assertEquals(await response.text(), "x");

  const second = await Deno.open(path);
  const slow = session.put("/slow", { data: second, timeout: { total: 200 } });
  const failed = assertRejects(() => slow, ServerTimeoutError);
  await sent;
  second.close();
  await failed;
  await Deno.remove(path);
  resolve(new Response());
});

Deno.test("a closed session sends no waiting requests, and follows no redirects", async () => {
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const seen: string[] = [];
  await using server = serve(async (request) => {
    const { pathname } = new URL(request.url);
    seen.push(pathname);
    await held;
    return new Response(null, { status: 302, headers: { location: "/next" } });
  });
  const session = new ClientSession({ baseUrl: server.url, connector: { limit: 1 } });
  const sent = [session.get("redirect"), session.get("queued")].map((each) =>
    assertRejects(() => each, ClientConnectionError, "the session was closed")
  );
  await until(() => seen.length === 1);
  await session.close();
  await Promise.all(sent);
  letGo();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(seen, ["/redirect"]);
});

overEachApp("a session that is closed ends the bodies and pauses under way", async (serve) => {
  let ended = 0;
  await using served = serve((request) => {
    if (request.url.endsWith("/later")) return new Response(null, { status: 503 });
    return new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new Uint8Array(10)),
        cancel: () => void ended++,
      }),
    );
  });
  const session = new ClientSession({ ...served.options, timeout: { total: 0 } });
  const response = await session.get("/body");
  assertEquals((await response.content.readAny()).length, 10);
  const reading = assertRejects(() => response.content.readAny(), ClientConnectionError);
  const unread = await session.get("/body");
  const middlewares = [retryMiddleware({ backoff: 1e9, maxBackoff: 1e9, random: () => 0.5 })];
  const pausing = assertRejects(
    () => session.get("/later", { middlewares }),
    ClientConnectionError,
    "the session was closed",
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  await session.close();
  await Promise.all([reading, pausing]);
  await assertRejects(() => unread.text(), ClientConnectionError, "the session was closed");
  await until(() => ended === 2);
  await session.close(); // idempotent
});

Deno.test("a closed session opens no WebSocket", async () => {
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  await using server = serve(async (request) => {
    isAsked();
    await held;
    return Deno.upgradeWebSocket(request).response;
  });
  const session = new ClientSession({ baseUrl: server.url });
  const opening = assertRejects(() => session.wsConnect(""), ClientConnectionError);
  await asked;
  await session.close();
  await opening;
  letGo();
});

Deno.test("a closed transport sends nothing", async () => {
  await using server = rawServer(() => reply("ok"));
  const transport = fetchTransport({ limit: 1 });
  await using session = new ClientSession({ transport });
  assertEquals(await (await session.get(server.url)).text(), "ok");
  transport.close();
  for (let n = 0; n < 2; n++) {
    await assertRejects(() => session.get(server.url), ClientConnectionError, "is closed");
  }
});

/** Answers a request at its first bytes and reads to its end. */
async function answerAtOnce(listener: Deno.TcpListener, answer: string): Promise<void> {
  using connection = await listener.accept();
  const buffer = new Uint8Array(64 * 1024);
  await connection.read(buffer);
  await connection.write(new TextEncoder().encode(answer));
  while (await connection.read(buffer).catch(() => null) !== null);
}

for (const [name, read] of [["is read", true], ["is given up", false]] as const) {
  Deno.test(`an upload ends when its response ${name}, as in aiohttp`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${listener.addr.port}/`;
    const served = answerAtOnce(listener, reply(read ? "early" : "x".repeat(300_000)));
    let pieces = 0;
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    async function* endless(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      try {
        for (;;) {
          pieces++;
          yield new Uint8Array(1000);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        leave();
      }
    }
    await using session = new ClientSession();
    const response = await session.post(url, { data: endless() });
    if (read) assertEquals(await response.text(), "early");
    else response.release();
    await left;
    await served; // the connection has ended
    const count = pieces;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(pieces, count);
  });
}

/** A transport whose first connections are closed. */
function breaking(times: number, headers: string[][]): Transport {
  const inner = fetchTransport();
  let count = 0;
  return {
    send(request) {
      headers.push(request.headers.filter(([name]) => name === "x-a").map(([, value]) => value));
      if (count++ < times) {
        return Promise.reject(new ServerDisconnectedError(new URL(request.url), "gone"));
      }
      return inner.send(request);
    },
    close: () => inner.close(),
  };
}

Deno.test("a hop on a closed connection is resent unchanged", async () => {
  await using server = rawServer(() => reply("ok"));
  const seen: string[][] = [];
  let calls = 0;
  const append: ClientMiddleware = (request, handler) => {
    calls++;
    request.headers.append("x-a", "1");
    return handler(request);
  };
  await using session = new ClientSession({ transport: breaking(1, seen), middlewares: [append] });
  assertEquals(await (await session.put(server.url, { data: "x" })).text(), "ok");
  assertEquals([seen, calls], [[["1"], ["1"]], 1]);
});

for (const [method, sent] of [["GET", 2], ["POST", 1]] as const) {
  Deno.test(`${method} over connections that are always closed is sent ${sent} times`, async () => {
    const seen: string[][] = [];
    await using session = new ClientSession({ transport: breaking(9, seen) });
    const error = await assertRejects(() => session.request(method, "http://h/"));
    assert(error instanceof ServerDisconnectedError);
    assertEquals(seen.length, sent);
  });
}

Deno.test("a custom retry middleware gets all its attempts", async () => {
  for (const own of [false, true]) {
    const seen: string[][] = [];
    const middlewares = [retryMiddleware({ retries: 2, backoff: 0 })];
    await using session = new ClientSession({
      transport: breaking(9, seen),
      ...(own ? { middlewares } : { retry: 2 }),
    });
    await assertRejects(() => session.get("http://h/"), ServerDisconnectedError);
    assertEquals(seen.length, 3);
    await assertRejects(
      () => session.get("http://h/", own ? { retry: 0 } : { middlewares, retry: 0 }),
      ServerDisconnectedError,
    );
    assertEquals(seen.length, 6);
  }
});
