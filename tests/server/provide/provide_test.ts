import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClientSession, web } from "../../../mod.ts";
import { until } from "../../_until.ts";
import { ENGINES } from "../_engines.ts";

/** A logger that keeps messages. */
function keeping(errors: string[]): web.Logger {
  return { error: (message, error) => void errors.push(`${message}: ${error}`) };
}

/** Providers whose makings and endings are noted in order. */
function world() {
  const notes: string[] = [];
  let made = 0;
  const disposable = web.provide("disposable", () => {
    notes.push("+disposable");
    return { id: ++made, [Symbol.dispose]: () => void notes.push("-disposable") };
  });
  const generator = web.provide("generator", async function* (request) {
    const { id } = await disposable.of(request);
    notes.push("+generator");
    try {
      yield `generator of ${id}`;
    } finally {
      await Promise.resolve();
      notes.push("-generator");
    }
  });
  const plain = web.provide("plain", async (request) => `plain ${await generator.of(request)}`);
  const pool = web.provide("pool", (app) => {
    notes.push(`+pool ${app.router.resources().length > 0}`);
    return { size: 3, [Symbol.asyncDispose]: () => Promise.resolve(notes.push("-pool")) };
  }, { scope: "application" });
  return { notes, disposable, generator, plain, pool };
}

const ALL = "+disposable +generator -generator -disposable";

/** Handlers by name, and whether values are disposed only after the client's last byte. */
const ANSWERS: readonly (readonly [
  name: string,
  answer: (request: web.ServerRequest, made: string, notes: string[]) => unknown,
  status: number,
])[] = [
  ["text", (_, made) => web.textResponse(made), 200],
  ["a plain response", (_, made) => new Response(made), 200],
  ["no body", () => new Response(null, { status: 204 }), 204],
  ["an HTTP exception", () => {
    throw new web.HTTPForbidden();
  }, 403],
  ["an error", () => {
    throw new Error("oops");
  }, 500],
  ["a stream", (_, made, notes) =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          notes.push("streamed");
          controller.enqueue(new TextEncoder().encode(made));
          controller.close();
        },
      }, { highWaterMark: 0 }),
    ), 200],
  ["a stream that fails", (_, _1, notes) =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          notes.push("streamed");
          controller.error(new Error("the stream fails"));
        },
      }, { highWaterMark: 0 }),
    ), 200],
  ["a prepared stream", async (request, made, notes) => {
    const response = new web.StreamResponse();
    await response.prepare(request);
    await response.write("a");
    await new Promise((resolve) => setTimeout(resolve, 20));
    notes.push("streamed");
    await response.write(made);
    return response;
  }, 200],
  ["work after the answer", (request, made, notes) => {
    request.after(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      notes.push("streamed");
    });
    return web.textResponse(made);
  }, 200],
];

for (const [engineName, engine] of [["in process", null] as const, ...ENGINES]) {
  Deno.test(`values are disposed in reverse order after every kind of answer (${engineName})`, async () => {
    for (const [name, answer, status] of ANSWERS) {
      const { notes, plain } = world();
      const app = new web.Application({ logger: keeping([]) });
      app.addRoutes([web.get("/", async (request) => {
        const made = await plain.of(request);
        assertEquals(made, await plain.of(request));
        return await answer(request, made, notes) as Response;
      })]);
      await using runner = engine === null ? null : new web.AppRunner(app, { engine });
      const baseUrl = await runner?.listen({ hostname: "127.0.0.1", port: 0 });
      await using session = new ClientSession(baseUrl === undefined ? { app } : { baseUrl });
      for (let i = 0; i < 2; i++) {
        await using response = await session.get("/");
        assertEquals(response.status, status, name);
        await response.read().catch(() => {});
        await until(() => notes.includes("-disposable"), () => `${name}: ${notes}`);
        const seen = notes.splice(0).join(" ");
        const streamed = ALL.replace(" -", " streamed -");
        assertEquals(seen, seen.includes("streamed") ? streamed : ALL, name);
        assertEquals(seen.includes("streamed"), /stream|work/.test(name), name);
      }
    }
  });
}

Deno.test("values of a stream are disposed when its client leaves", async () => {
  for (const [name, engine] of ENGINES) {
    const { notes, generator } = world();
    const app = new web.Application({ logger: keeping([]) });
    app.addRoutes([web.get("/", async (request) => {
      await generator.of(request);
      const piece = new Uint8Array(65_536);
      return new Response(new ReadableStream({ pull: (to) => to.enqueue(piece) }));
    })]);
    await using runner = new web.AppRunner(app, { engine });
    const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    await using session = new ClientSession({ baseUrl });
    const response = await session.get("/");
    await response.content.readAny();
    assertEquals(notes.join(" "), "+disposable +generator", name);
    await response[Symbol.asyncDispose]();
    await until(() => notes.length === 4, () => `${name}: ${notes}`);
    assertEquals(notes.join(" "), ALL, name);
  }
});

Deno.test("a value of HEAD, of a middleware and of a WebSocket is disposed", async () => {
  const { notes, generator } = world();
  const app = new web.Application({
    middlewares: [async (request, handler) => {
      await generator.of(request);
      return await handler(request);
    }],
  });
  app.addRoutes([
    web.get(
      "/",
      () => new Response(new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(9)) })),
    ),
    web.get(
      "/ws",
      web.webSocket(async (socket) => {
        for await (const message of socket) await socket.sendStr(`${message.data}`);
      }),
    ),
  ]);
  await using runner = new web.AppRunner(app);
  const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  await using session = new ClientSession({ baseUrl });
  for (const path of ["/", "/none"]) {
    await using _ = await session.head(path);
    await until(() => notes.length === 4, () => `${path}: ${notes}`);
    assertEquals(notes.splice(0).join(" "), ALL, path);
  }
  const socket = await session.wsConnect("/ws");
  await socket.sendStr("hi");
  assertEquals(await socket.receiveStr(), "hi");
  assertEquals(notes.join(" "), "+disposable +generator");
  await socket.close();
  await until(() => notes.length === 4, () => `${notes}`);
  assertEquals(notes.join(" "), ALL);
});

Deno.test("a value of the application is made once, and disposed with it", async () => {
  const { notes, pool, disposable } = world();
  const app = new web.Application();
  const sub = new web.Application();
  sub.addRoutes([web.get("/", async (request) => web.jsonResponse((await pool.of(request)).size))]);
  app.addSubapp("/sub", sub);
  app.addRoutes([web.get("/", async (request) => {
    const [a, b] = await Promise.all([pool.of(request), pool.of(request)]);
    await disposable.of(request);
    return web.jsonResponse(a === b ? a.size : 0);
  })]);
  app.onCleanup.push(() => void notes.push("cleanup"));
  await app.startup();
  assertEquals(notes, []);
  for (const path of ["/", "/sub/", "/"]) {
    assertEquals(await (await app.request(path)).json(), 3);
    await app.idle();
  }
  await app.shutdown();
  await app.cleanup();
  assertEquals(
    notes.join(" "),
    "+pool true +disposable -disposable +disposable -disposable -pool cleanup",
  );
});

Deno.test("an application overrides a factory for itself and what is below it", async () => {
  const name = web.provide("name", () => "real");
  const size = web.provide("size", () => ({ size: 1 }), { scope: "application" });
  const handler = async (request: web.ServerRequest) =>
    web.textResponse(`${await name.of(request)} ${(await size.of(request)).size}`);
  const make = () => {
    const [app, sub] = [new web.Application(), new web.Application()];
    sub.addRoutes([web.get("/", handler)]);
    app.addRoutes([web.get("/", handler)]);
    app.addSubapp("/sub", sub);
    return { app, sub };
  };
  const rows: readonly (readonly [(apps: ReturnType<typeof make>) => void, string, string])[] = [
    [() => {}, "real 1", "real 1"],
    [({ app }) => app.set(name, () => "fake"), "fake 1", "fake 1"],
    [
      ({ sub }) =>
        sub.set(name, async function* () {
          yield await Promise.resolve("inner");
        }),
      "real 1",
      "inner 1",
    ],
    [
      ({ app, sub }) => {
        app.set(size, () => ({ size: 2 }));
        sub.set(size, () => ({ size: 3 }));
      },
      "real 2",
      "real 3",
    ],
  ];
  for (const [override, outer, inner] of rows) {
    const apps = make();
    override(apps);
    assertEquals(await (await apps.app.request("/")).text(), outer);
    assertEquals(await (await apps.app.request("/sub/")).text(), inner);
  }
  const app = new web.Application();
  app.set(name, () => "fake");
  assertEquals(await name.of(web.makeRequest("GET", "/", { app })), "fake");
});

Deno.test("factories that fail, ask for themselves or yield wrongly", async () => {
  const errors: string[] = [];
  let tries = 0;
  const flaky = web.provide("flaky", () => {
    if (++tries === 1) throw new Error("not yet");
    return tries;
  }, { scope: "application" });
  const loop: web.Provider<number, web.ServerRequest> = web.provide(
    "loop",
    async (request): Promise<number> => await loop.of(request),
  );
  const empty = web.provide("empty", async function* (): AsyncGenerator<number, void, void> {});
  const twice = web.provide("twice", function* () {
    yield 1;
    yield 2;
  });
  const bad = web.provide("bad", () => ({
    [Symbol.dispose]: () => {
      throw new Error("cannot end");
    },
  }));
  const late = web.provide("late", () => 1);
  const unawaited = web.provide("unawaited", async function* () {
    yield await new Promise<number>((resolve) => setTimeout(resolve, 20, 1));
    errors.push("unawaited has ended");
  });
  let lateError: unknown;
  const handlers: Record<string, (request: web.ServerRequest) => unknown> = {
    flaky: (request) => flaky.of(request),
    loop: (request) => loop.of(request),
    empty: (request) => empty.of(request),
    twice: (request) => twice.of(request),
    bad: (request) => bad.of(request),
    late: (request) => {
      request.after(async () => {
        lateError = await late.of(request).catch((error) => error);
      });
    },
    unawaited: (request) => void unawaited.of(request),
  };
  const app = new web.Application({ logger: keeping(errors) });
  app.addRoutes([web.get("/{name}", async (request) => {
    await handlers[request.matchInfo.name]?.(request);
    return web.textResponse("ok");
  })]);
  const rows: readonly (readonly [name: string, status: number, log: string])[] = [
    ["flaky", 500, 'Error handling GET "/flaky": Error: not yet'],
    ["flaky", 200, ""],
    ["loop", 500, '"loop": its factory asks for itself'],
    ["empty", 500, '"empty": its generator yields nothing'],
    ["twice", 200, 'Error after GET "/twice": TypeError: The generator of "twice"'],
    ["bad", 200, 'Error after GET "/bad": Error: cannot end'],
    ["late", 200, ""],
    ["unawaited", 200, "unawaited has ended"],
  ];
  for (const [name, status, log] of rows) {
    assertEquals((await app.request(`/${name}`)).status, status, name);
    await app.idle();
    const [first = "", ...more] = errors.splice(0);
    assertEquals([first.includes(log), log === "", more], [true, first === "", []], first);
  }
  assertEquals(String(lateError), 'TypeError: Cannot make "late": the request has ended');
  await assertRejects(() => empty.of(web.makeRequest("GET", "/")), TypeError, "yields nothing");
  for (
    const [wrong, message] of [
      [() => web.provide("x", 1 as never), "got the number 1"],
      [() => web.provide("x", () => 1, { scope: "app" as never }), '"request" or "application"'],
      [() => web.provide("x", () => 1, { scpoe: 1 } as never), 'did you mean "scope"?'],
    ] as const
  ) assertThrows(wrong, TypeError, message);
});
