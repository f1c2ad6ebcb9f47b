import { assert, assertEquals, assertRejects } from "@std/assert";
import { web } from "@roundtrip/http";
import { descriptors } from "../../_descriptors.ts";
import { drain } from "../../../server/application/application.ts";

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Logged {
  readonly app: web.Application;
  readonly errors: unknown[];
}

function quiet(options: web.ApplicationOptions = {}): Logged {
  const errors: unknown[] = [];
  const logger = { error: (_: string, error: unknown) => errors.push(error) };
  return { app: new web.Application({ ...options, logger }), errors };
}

/** Result of `fetch`, or a text if it never resolved. */
async function statusOf(app: web.Application, path = "/"): Promise<number | string> {
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve("never answered"), 2000);
  try {
    return await Promise.race([app.request(path).then((response) => response.status), late]);
  } finally {
    clearTimeout(timer);
  }
}

// An unhandled rejection would end the process, and fails a test.
const DROPPED: [name: string, open: (request: web.ServerRequest) => Promise<() => unknown>][] = [
  ["SSEResponse.send()", async (request) => {
    const events = await web.sseResponse(request, { pingInterval: 0 });
    return () => events.send("tick");
  }],
  ["SSEResponse.comment()", async (request) => {
    const events = await web.sseResponse(request, { pingInterval: 0 });
    return () => events.comment("tick");
  }],
  ["StreamResponse.writeEof()", async (request) => {
    const response = new web.StreamResponse();
    await response.prepare(request);
    return () => response.writeEof("tick");
  }],
];

Deno.test("an unawaited write after a disconnect is harmless", async () => {
  for (const [name, open] of DROPPED) {
    const { promise: done, resolve } = Promise.withResolvers<boolean>();
    const { app, errors } = quiet();
    app.addRoutes([web.get("/", async (request) => {
      const write = await open(request);
      await later(20);
      write();
      await later(20); // unhandled rejections are reported by now
      resolve(true);
      return web.textResponse("");
    })]);
    const response = await app.request("/");
    await response.body?.cancel();
    assert(await done, name);
    assertEquals(errors, [], name);
  }
});

Deno.test("writeEof() that is not awaited ends the body once", async () => {
  const { app, errors } = quiet();
  app.addRoutes([web.get("/", async (request) => {
    const response = new web.StreamResponse();
    await response.prepare(request);
    response.writeEof("x".repeat(200_000)); // more than fits, so it waits
    return response;
  })]);
  assertEquals((await (await app.request("/")).text()).length, 200_000);
  assertEquals(errors, []);
});

class Throwing implements web.Responder {
  readonly #error: unknown;
  constructor(error: unknown) {
    this.#error = error;
  }
  respond(): Response {
    throw this.#error;
  }
}

Deno.test("an error of a responder is answered like one of a handler", async () => {
  const cases: [name: string, handler: web.Handler, status: number][] = [
    ["404, sync", () => new Throwing(new web.HTTPNotFound()), 404],
    ["404, async", () => Promise.resolve(new Throwing(new web.HTTPNotFound())), 404],
    ["500, async", () => Promise.resolve(new Throwing(new Error("x"))), 500],
    ["a thenable", () => Promise.resolve({ respond: () => thenable(new Response("")) }), 200],
  ];
  for (const [name, handler, status] of cases) {
    const { app } = quiet();
    app.addRoutes([web.get("/", handler)]);
    assertEquals(await statusOf(app), status, name);
  }
});

function thenable(response: Response): Promise<Response> {
  const then = (done: (value: Response) => void) => done(response);
  return { then } as Promise<Response>; // a thenable of another library
}

Deno.test("a failing logger does not prevent the response", async () => {
  const handlers: [name: string, handler: web.Handler][] = [
    ["sync", () => {
      throw new Error("x");
    }],
    ["async", () => Promise.reject(new Error("x"))],
  ];
  for (const [name, handler] of handlers) {
    const app = new web.Application({
      logger: {
        error() {
          throw new Error("the log is full");
        },
      },
    });
    app.addRoutes([web.get("/", handler)]);
    assertEquals(await statusOf(app), 500, name);
  }
});

Deno.test("a response that cannot be sent is a 500, also while the server stops", async () => {
  const { app, errors } = quiet();
  app.addRoutes([
    web.get("/sync", () => Response.error()),
    web.get("/async", () => Promise.resolve(Response.error())),
  ]);
  await app.startup();
  drain(app);
  assertEquals(await statusOf(app, "/sync"), 500);
  assertEquals(await statusOf(app, "/async"), 500);
  assertEquals(errors.length, 2);
});

Deno.test("a response that cannot be sent is a 500, also if the body was not read", async () => {
  const { app, errors } = quiet();
  app.addRoutes([
    web.post("/sync", () => Response.error()),
    web.post("/async", () => Promise.resolve(Response.error())),
  ]);
  await using runner = new web.AppRunner(app);
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  for (const path of ["/sync", "/async"]) {
    const signal = AbortSignal.timeout(5000);
    const body = new Uint8Array(200_000);
    const response = await fetch(url + path, { method: "POST", body, signal });
    assertEquals([response.status, await response.text()][0], 500, path);
  }
  assertEquals(errors.length, 2);
});

const HANDSHAKE = "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/** The server's answer to a handshake, up to its end or a close frame. */
async function handshake(url: string): Promise<Uint8Array> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  const timer = setTimeout(() => connection.close(), 3000);
  const got: number[] = [];
  try {
    await connection.write(new TextEncoder().encode(HANDSHAKE));
    const buffer = new Uint8Array(4096);
    for (;;) {
      const read = await connection.read(buffer);
      if (read === null) break;
      got.push(...buffer.subarray(0, read));
      const text = String.fromCharCode(...got);
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0 && (!text.startsWith("HTTP/1.1 101") || got.length > end + 7)) break;
    }
    connection.close();
  } catch (error) {
    throw new Error(`The server sent only ${JSON.stringify(String.fromCharCode(...got))}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
  return new Uint8Array(got);
}

interface UpgradeCase {
  readonly name: string;
  readonly status: number;
  readonly options?: web.WebSocketResponseOptions;
  readonly prepare?: (response: Response) => void;
  readonly middleware?: web.Middleware;
}

const UPGRADES: readonly UpgradeCase[] = [
  {
    name: "onResponsePrepare throws",
    status: 101,
    prepare() {
      throw new Error("the signal failed");
    },
  },
  {
    name: "a control byte among the options",
    status: 500,
    options: { headers: { "x-a": "a\x01" } },
  },
  {
    name: "a control byte by onResponsePrepare",
    status: 101,
    prepare: (response) => response.headers.set("x-a", "a\x01"),
  },
  {
    name: "a clone",
    status: 101,
    middleware: (request, handler) => handler(request.clone({ remote: "192.0.2.7" })),
  },
];

for (const { name, status, options, prepare, middleware } of UPGRADES) {
  Deno.test(`an upgrade is answered, its handler ends and the server stops: ${name}`, async () => {
    const { app } = quiet({ middlewares: middleware === undefined ? [] : [middleware] });
    if (prepare !== undefined) app.onResponsePrepare.push((_, response) => prepare(response));
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    app.addRoutes([web.get("/ws", async (request) => {
      const socket = new web.WebSocketResponse(options);
      try {
        await socket.prepare(request);
        resolve("prepared");
      } catch (error) {
        resolve("thrown");
        throw error;
      }
      return socket;
    })]);
    const runner = new web.AppRunner(app, { shutdownTimeout: 2000 });
    const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    const got = await handshake(url);
    const head = String.fromCharCode(...got).split("\r\n\r\n")[0] ?? "";
    assertEquals(head.slice(9, 12), `${status}`);
    assert(!head.includes("\x01"));
    assertEquals(await ended, status === 101 ? "prepared" : "thrown");
    await runner.cleanup();
    assertEquals(runner.timedOut, false);
  });
}

Deno.test("prepare() of a WebSocket refuses an answered request", async () => {
  const { app } = quiet();
  const { promise, resolve } = Promise.withResolvers<void>();
  app.addRoutes([web.get("/ws", async (request) => {
    await new web.StreamResponse().prepare(request);
    const socket = new web.WebSocketResponse();
    await assertRejects(() => socket.prepare(request), TypeError, "answered before");
    assert(!socket.prepared);
    resolve();
    return web.textResponse("");
  })]);
  await using runner = new web.AppRunner(app, { shutdownTimeout: 1000 });
  await handshake(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
  await promise;
});

Deno.test({
  name: "the files of a form that a clone has read are freed with the request",
  ignore: Deno.build.os !== "linux", // counts open files in /proc
  async fn() {
    const { app } = quiet({
      clientMaxSize: 0,
      middlewares: [(request, handler) => handler(request.clone().clone())],
    });
    let file: web.FileField | undefined;
    app.addRoutes([web.post("/", async (request) => {
      file = (await request.post()).file("f");
      return web.textResponse(`${file?.size}`);
    })]);
    const before = descriptors();
    const body = new FormData();
    body.append("f", new Blob([new Uint8Array(2 * 1024 ** 2)]), "a");
    const response = await app.request("/", { method: "POST", body });
    assertEquals(await response.text(), `${2 * 1024 ** 2}`);
    await assertRejects(async () => await file?.bytes(), TypeError, "gone");
    assertEquals(descriptors(), before);
  },
});
