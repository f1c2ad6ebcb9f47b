import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { ENGINES, everyWay } from "../_engines.ts";
import { quietApp } from "../_raw.ts";
import { drain } from "../../../server/application/application.ts";

interface Noting {
  readonly app: web.Application;
  readonly seen: string[];
}

/** An application whose every hook notes its turn. */
function noting(label: string, seen: string[]): web.Application {
  const app = quietApp();
  for (const number of [1, 2]) {
    app.cleanupCtx.push(async function* () {
      seen.push(`${label} ctx${number} up`);
      await Promise.resolve();
      yield;
      seen.push(`${label} ctx${number} down`);
    });
  }
  app.onStartup.push(() => void seen.push(`${label} startup`));
  app.onShutdown.push(() => void seen.push(`${label} shutdown`));
  app.onCleanup.push(() => void seen.push(`${label} cleanup`));
  return app;
}

function family(): Noting {
  const seen: string[] = [];
  const app = noting("app", seen);
  app.addSubapp("/sub", noting("sub", seen));
  app.onStartup.push(() => void seen.push("app late startup"));
  return { app, seen };
}

Deno.test("an application starts before its sub-applications, which have their place", async () => {
  const { app, seen } = family();
  await app.startup();
  assertEquals(seen, [
    "app ctx1 up",
    "app ctx2 up",
    "app startup",
    "sub ctx1 up",
    "sub ctx2 up",
    "sub startup",
    "app late startup",
  ]);
  await app.cleanup();
});

Deno.test("contexts are taken down last first, then onCleanup, then sub-applications", async () => {
  const { app, seen } = family();
  await app.startup();
  seen.length = 0;
  await app.shutdown();
  await app.cleanup();
  assertEquals(seen, [
    "app shutdown",
    "sub shutdown",
    "app ctx2 down",
    "app ctx1 down",
    "app cleanup",
    "sub ctx2 down",
    "sub ctx1 down",
    "sub cleanup",
  ]);
});

for (const [name, engine] of ENGINES) {
  Deno.test(`a runner: start, pending requests, shutdown, cleanup (${name})`, async () => {
    const { app, seen } = family();
    const entered = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    app.addRoutes([web.get("/", async () => {
      entered.resolve();
      await leave.promise;
      seen.push("answered");
      return web.textResponse("hello");
    })]);
    app.onShutdown.push(() => leave.resolve());
    const runner = new web.AppRunner(app, { engine });
    const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    assertEquals(seen.splice(0).length, 7);
    const answer = fetch(url).then((response) => response.text());
    await entered.promise;
    await runner.cleanup();
    await runner.finished;
    assertEquals([await answer, runner.timedOut], ["hello", false]);
    assertEquals(seen, [
      "app shutdown",
      "sub shutdown",
      "answered",
      "app ctx2 down",
      "app ctx1 down",
      "app cleanup",
      "sub ctx2 down",
      "sub ctx1 down",
      "sub cleanup",
    ]);
    await assertRejects(() => fetch(url), TypeError); // the port is closed
    await assertRejects(() => runner.listen({ port: 0 }), TypeError, "the runner was stopped");
  });

  Deno.test(`a handler that is stuck gets 503 at shutdownTimeout, its signal aborts (${name})`, async () => {
    const app = quietApp();
    const entered = Promise.withResolvers<AbortSignal>();
    app.addRoutes([web.get("/", (request) => {
      entered.resolve(request.signal);
      return new Promise<Response>(() => {});
    })]);
    const runner = new web.AppRunner(app, { engine, shutdownTimeout: 50 });
    const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    const answer = fetch(url).then(async (response) => [response.status, await response.text()]);
    const signal = await entered.promise;
    await runner.cleanup();
    assertEquals(await answer, [503, "503: Service Unavailable"]);
    assertEquals([runner.timedOut, signal.aborted], [true, true]);
  });
}

Deno.test("a runner that is stopped while its engine starts leaves no server behind", async () => {
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const events: string[] = [];
  const entered = Promise.withResolvers<void>();
  const slow: web.Engine = async () => {
    entered.resolve();
    await started.promise;
    return {
      url: "http://127.0.0.1:1",
      finished: ended.promise,
      shutdown: () => Promise.resolve(),
      abort() {
        events.push("abort");
        ended.resolve();
      },
    };
  };
  const runner = new web.AppRunner(quietApp(), { engine: slow });
  const listening = runner.listen({ port: 0 });
  await entered.promise;
  await runner.cleanup();
  started.resolve();
  await assertRejects(() => listening, TypeError, "the runner was stopped");
  assertEquals(events, ["abort"]);
});

Deno.test("a context that fails at the start: earlier ones are cleaned, onCleanup is not called", async () => {
  const { app, seen } = family();
  const boom = new Error("boom");
  // deno-lint-ignore require-yield -- it fails before it gets there
  app.cleanupCtx.push(async function* () {
    await Promise.resolve();
    throw boom;
  });
  app.cleanupCtx.push(async function* () {
    seen.push("never");
    yield;
  });
  assertEquals(await assertRejects(() => app.startup()), boom);
  assertEquals(seen, ["app ctx1 up", "app ctx2 up", "app ctx2 down", "app ctx1 down"]);
  assertEquals(app.ready, false);
});

Deno.test("a start that fails late takes down what sub-applications had set up", async () => {
  const { app, seen } = family();
  const boom = new Error("boom");
  app.onStartup.push(() => Promise.reject(boom));
  assertEquals(await assertRejects(() => app.startup()), boom);
  assertEquals(seen.slice(7), ["sub ctx2 down", "sub ctx1 down", "app ctx2 down", "app ctx1 down"]);
});

Deno.test("several failures at the end are one AggregateError, and all contexts run", async () => {
  const app = quietApp();
  const seen: number[] = [];
  for (const number of [1, 2, 3]) {
    app.cleanupCtx.push(async function* () {
      yield await Promise.resolve();
      seen.push(number);
      if (number !== 2) throw new Error(`ctx ${number}`);
    });
  }
  await app.startup();
  const error = await assertRejects(() => app.cleanup(), AggregateError, "Multiple errors");
  assertEquals(error.errors.map((each: Error) => each.message), ["ctx 3", "ctx 1"]);
  assertEquals(seen, [3, 2, 1]);

  const single = quietApp();
  single.onCleanup.push(() => Promise.reject(new Error("one")));
  await single.startup();
  await assertRejects(() => single.cleanup(), Error, "one");
});

Deno.test("a cleanup context yields once, no more and no less", async () => {
  const never = quietApp();
  // deno-lint-ignore require-yield -- refused for this reason
  never.cleanupCtx.push(async function* lazy() {
    await Promise.resolve();
  });
  await assertRejects(() => never.startup(), TypeError, 'Cannot set up "lazy"');

  const twice = quietApp();
  let ended = false;
  twice.cleanupCtx.push(async function* () {
    try {
      yield await Promise.resolve();
      yield;
    } finally {
      ended = true;
    }
  });
  await twice.startup();
  await assertRejects(() => twice.cleanup(), TypeError, "this one did twice");
  assert(ended);
});

Deno.test("everything is frozen after the start, and a sub-application is started by its parent", async () => {
  const { app } = family();
  const sub = new web.Application();
  app.addSubapp("/other", sub);
  await assertRejects(() => sub.startup(), TypeError, "start its parent");
  await Promise.all([app.startup(), app.startup()]);
  for (
    const list of [app.onStartup, app.onShutdown, app.onCleanup, app.onResponsePrepare]
  ) assertThrows(() => list.push(() => {}), TypeError, "not extensible");
  assertThrows(() => app.middlewares.push((r, h) => h(r)), TypeError, "not extensible");
  await app.cleanup();
});

everyWay(
  "onResponsePrepare: the application first, then the sub-application, after the middlewares",
  async (ask) => {
    const seen: string[] = [];
    const app = quietApp({
      middlewares: [async (request, handler) => {
        const response = await handler(request);
        seen.push("middleware");
        return response;
      }],
    });
    const sub = new web.Application();
    app.onResponsePrepare.push((_request, response) => {
      seen.push(`app ${response.status}`);
      response.headers.set("x-app", "1");
    });
    sub.onResponsePrepare.push(async (request, response) => {
      await Promise.resolve();
      seen.push(`sub ${request.path}`);
      response.headers.append("x-sub", "1");
    });
    sub.addRoutes([
      web.get("/x", () => web.textResponse("x")),
      web.get("/moved", () => Response.redirect("http://localhost/")),
    ]);
    app.addRoutes([web.get("/y", () => web.textResponse("y"))]);
    app.addSubapp("/sub", sub);

    const x = await ask(app, "/sub/x");
    assertEquals(seen.splice(0), ["middleware", "app 200", "sub /sub/x"]);
    assertEquals([x.headers.get("x-app"), x.headers.get("x-sub"), await x.text()], ["1", "1", "x"]);
    const y = await ask(app, "/y");
    assertEquals([y.headers.get("x-app"), y.headers.get("x-sub")], ["1", null]);
    const moved = await ask(app, "/sub/moved");
    assertEquals([moved.status, moved.headers.get("x-sub")], [302, "1"]); // its headers were immutable
    seen.length = 0;
    const none = await ask(app, "/none");
    assertEquals([none.status, none.headers.get("x-app"), seen], [404, "1", ["app 404"]]);
  },
);

everyWay("onResponsePrepare that fails is a 500 and a log line", async (ask) => {
  const app = quietApp();
  app.onResponsePrepare.push(() => {
    throw new Error("hook");
  });
  app.addRoutes([web.get("/", () => web.textResponse("secret"))]);
  const response = await ask(app, "/");
  assertEquals([response.status, (await response.text()).includes("secret")], [500, false]);
  assertEquals(app.logged.length, 2);
});

Deno.test("draining: readiness says 503, responses announce the close, requests are answered", async () => {
  const app = quietApp();
  const sub = new web.Application();
  sub.addRoutes([web.get("/ready", web.readiness())]);
  app.addRoutes([
    web.get("/", () => web.textResponse("hello")),
    web.get("/ready", web.readiness()),
  ]);
  app.addSubapp("/sub", sub);
  assertEquals(app.ready, false);
  await app.startup();
  assertEquals([app.ready, sub.ready], [true, true]);
  assertEquals((await app.request("/ready")).status, 200);
  assertEquals((await app.request("/")).headers.has("connection"), false);
  drain(app);
  for (const path of ["/ready", "/sub/ready"]) {
    assertEquals((await app.request(path)).status, 503, path);
  }
  const response = await app.request("/");
  assertEquals([response.headers.get("connection"), await response.text()], ["close", "hello"]);
});
