import { assert, assertEquals, assertRejects } from "@std/assert";
import { web } from "@roundtrip/http";
import { requestInternals } from "../../../server/request/request.ts";

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Logged {
  readonly app: web.Application;
  readonly errors: unknown[];
}

function quiet(): Logged {
  const errors: unknown[] = [];
  return {
    app: new web.Application({ logger: { error: (_, error) => errors.push(error) } }),
    errors,
  };
}

const LENGTHS: [name: string, length: number | null][] = [
  ["of no announced length", null],
  ["with a Content-Length", 10 * 5],
];

for (const [name, length] of LENGTHS) {
  Deno.test(`a download ${name} goes on to its end while the server stops`, async () => {
    const { app, errors } = quiet();
    const started = Promise.withResolvers<void>();
    let aborted = false;
    app.addRoutes([web.get("/", async (request) => {
      const response = new web.StreamResponse();
      response.contentLength = length;
      await response.prepare(request);
      response.signal.addEventListener("abort", () => aborted = true);
      for (let i = 0; i < 10; i++) {
        await response.write("12345");
        started.resolve();
        await later(10);
      }
      return response;
    })]);
    const runner = new web.AppRunner(app, { shutdownTimeout: 5000 });
    const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    const text = fetch(url).then((response) => response.text());
    await started.promise;
    await runner.cleanup();
    assertEquals(await text, "12345".repeat(10));
    assert(aborted, "the handler was not told that the server stops");
    assertEquals(errors, []);
  });

  Deno.test(`a download ${name} that shutdownTimeout ends is cut, not whole`, async () => {
    const { app } = quiet();
    const started = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<unknown>();
    app.addRoutes([web.get("/", async (request) => {
      const response = new web.StreamResponse();
      response.contentLength = length === null ? null : 1_000_000;
      await response.prepare(request);
      try {
        for (;;) {
          await response.write("12345");
          started.resolve();
          await later(5);
        }
      } catch (error) {
        ended.resolve(error);
      }
      return response;
    })]);
    const runner = new web.AppRunner(app, { shutdownTimeout: 100 });
    const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    const text = fetch(url).then((response) => response.text());
    text.catch(() => {});
    await started.promise;
    await runner.cleanup();
    await assertRejects(() => text);
    assert(await ended.promise instanceof web.ConnectionResetError);
  });
}

Deno.test("response.signal is aborted if first read after the stop has begun", async () => {
  const { app } = quiet();
  const started = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const seen: boolean[] = [];
  app.addRoutes([web.get("/", async (request) => {
    const response = new web.StreamResponse();
    await response.prepare(request);
    started.resolve();
    await stopped.promise;
    seen.push(response.signal.aborted);
    await response.writeEof("end");
    return response;
  })]);
  const runner = new web.AppRunner(app, { shutdownTimeout: 5000 });
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const text = fetch(url).then((response) => response.text());
  await started.promise;
  const cleanup = runner.cleanup();
  await later(20);
  stopped.resolve();
  await cleanup;
  assertEquals([await text, seen], ["end", [true]]);
});

Deno.test("a response that fails to end does not block the others or the server", async () => {
  const { app, errors } = quiet();
  const both = Promise.withResolvers<void>();
  let count = 0;
  let isClosed = false;
  class Failing implements web.EarlyAnswer {
    readonly response = new Response("failing");
    finish(): Promise<void> {
      throw new Error("finish failed");
    }
    shutdown(): Promise<void> {
      return this.finish();
    }
  }
  app.addRoutes([
    web.get("/failing", async (request) => {
      const answer = new Failing();
      requestInternals.slotOf(request).answer(answer);
      if (++count === 2) both.resolve();
      await later(100);
      throw new web.ConnectionResetError();
    }),
    web.get("/events", async (request) => {
      const events = await web.sseResponse(request, { pingInterval: 0 });
      if (++count === 2) both.resolve();
      await new Promise((aborted) => events.signal.addEventListener("abort", aborted));
      isClosed = true;
      return events;
    }),
  ]);
  const runner = new web.AppRunner(app, { shutdownTimeout: 5000 });
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const answers = ["/failing", "/events"].map((path) => fetch(url + path).then((r) => r.text()));
  await both.promise;
  await runner.cleanup();
  await Promise.all(answers);
  assert(isClosed);
  assert(errors.some((error) => error instanceof Error && error.message === "finish failed"));
});

Deno.test("handlers are awaited even if onShutdown failed", async () => {
  const { app } = quiet();
  const started = Promise.withResolvers<void>();
  const seen: string[] = [];
  app.onShutdown.push(() => {
    throw new Error("onShutdown failed");
  });
  app.onCleanup.push(() => void seen.push("cleanup"));
  app.addRoutes([web.get("/", async () => {
    started.resolve();
    await later(150);
    seen.push("handler");
    return web.textResponse("whole");
  })]);
  const runner = new web.AppRunner(app, { shutdownTimeout: 5000 });
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const text = fetch(url).then((response) => response.text());
  text.catch(() => {});
  await started.promise;
  await assertRejects(() => runner.cleanup(), Error, "onShutdown failed");
  assertEquals([await text, seen], ["whole", ["handler", "cleanup"]]);
});
