import { assert, assertEquals, assertRejects } from "@std/assert";
import { web } from "@roundtrip/http";

const errors: unknown[] = [];

function appOf(
  handler: (events: web.SSEResponse, request: web.ServerRequest) => unknown,
  options: web.SSEOptions = { pingInterval: 0 },
): web.Application {
  errors.length = 0;
  const app = new web.Application({ logger: { error: (_, error) => errors.push(error) } });
  app.addRoutes([web.get("/", async (request) => {
    const events = await web.sseResponse(request, options);
    await handler(events, request);
    return events;
  })]);
  return app;
}

const get = (app: web.Application, init?: RequestInit) =>
  Promise.resolve(app.fetch(new Request("http://localhost/", init)));

Deno.test("sseResponse() sends the headers that events need", async () => {
  const response = await get(appOf(() => {}, { headers: { "x-a": "1" }, pingInterval: 0 }));
  assertEquals(Object.fromEntries(response.headers), {
    "cache-control": "no-cache",
    "content-type": "text/event-stream",
    "x-a": "1",
    "x-accel-buffering": "no",
  });
  assertEquals(await response.text(), "");
});

const EVENTS: [name: string, data: string, event: web.SSEEvent, text: string][] = [
  ["data", "hello", {}, "data: hello\r\n\r\n"],
  [
    "all fields",
    "x",
    { event: "e", id: "7", retry: 100 },
    "id: 7\r\nevent: e\r\ndata: x\r\nretry: 100\r\n\r\n",
  ],
  ["no data", "", {}, "data: \r\n\r\n"],
  ["lines by LF", "a\nb", {}, "data: a\r\ndata: b\r\n\r\n"],
  ["lines by CRLF and CR", "a\r\nb\rc", {}, "data: a\r\ndata: b\r\ndata: c\r\n\r\n"],
  ["a field in the data", "a\nevent: x", {}, "data: a\r\ndata: event: x\r\n\r\n"],
  ["a blank at the front", " a", {}, "data:  a\r\n\r\n"],
  ["an empty id", "x", { id: "" }, "id: \r\ndata: x\r\n\r\n"],
  ["text beyond ASCII", "ж😀", {}, "data: ж😀\r\n\r\n"],
];

Deno.test("SSEResponse.send() writes events", async () => {
  for (const [name, data, event, text] of EVENTS) {
    const response = await get(appOf((events) => events.send(data, event)));
    assertEquals(await response.text(), text, name);
  }
});

Deno.test("SSEResponse.send() prevents field injection", async () => {
  const cases: [name: string, event: web.SSEEvent, type: typeof TypeError | typeof RangeError][] = [
    ["LF in the type", { event: "a\ndata: x" }, TypeError],
    ["CR in the type", { event: "a\rdata: x" }, TypeError],
    ["LF in the id", { id: "1\n" }, TypeError],
    ["NUL in the id", { id: "1\0" }, TypeError],
    ["a fraction to wait", { retry: 0.5 }, RangeError],
    ["less than no time to wait", { retry: -1 }, RangeError],
  ];
  for (const [name, event, type] of cases) {
    const response = await get(
      appOf((events) => assertRejects(() => events.send("x", event), type, "Cannot send")),
    );
    assertEquals(await response.text(), "", name);
    assertEquals(errors, [], name);
  }
  const comment = await get(appOf((events) => events.comment("a\ndata: x")));
  assertEquals(await comment.text(), ": a\r\n: data: x\r\n\r\n");
});

Deno.test("SSEResponse knows the Last-Event-ID", async () => {
  const app = appOf((events) => events.send(`${events.lastEventId}`));
  assertEquals(await (await get(app)).text(), "data: null\r\n\r\n");
  const again = await get(app, { headers: { "last-event-id": "7" } });
  assertEquals(await again.text(), "data: 7\r\n\r\n");
  // The header of a reconnection is newer than the URL.
  assertEquals(await (await app.request("/?lastEventId=5")).text(), "data: 5\r\n\r\n");
  const both = { headers: { "last-event-id": "7" } };
  assertEquals(await (await app.request("/?lastEventId=5", both)).text(), "data: 7\r\n\r\n");
});

Deno.test("SSEResponse sends pings while the handler waits", async () => {
  const { promise: go, resolve: goOn } = Promise.withResolvers<void>();
  const app = appOf(() => go, { pingInterval: 5 });
  const response = await get(app);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader?.read())?.value, ": ping\r\n\r\n");
  assertEquals((await reader?.read())?.value, ": ping\r\n\r\n");
  goOn();
  while ((await reader?.read())?.done === false);
});

Deno.test("SSEResponse detects a disconnect over loopback", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const app = appOf(async (events) => {
    await new Promise((left) => events.signal.addEventListener("abort", left));
    await events.send("late").catch((error) => resolve(error.name));
  });
  await using runner = new web.AppRunner(app, { shutdownTimeout: 1000 });
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const controller = new AbortController();
  // The headers arrive before the first event.
  const response = await fetch(url, { signal: controller.signal });
  assertEquals(response.status, 200);
  controller.abort();
  assertEquals(await promise, "ConnectionResetError");
  await response.body?.cancel().catch(() => {});
  assertEquals(errors, []);
});

Deno.test("SSEResponse ends when the server stops, and its handler with it", async () => {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const app = appOf(async (events) => {
    await events.send("one");
    try {
      for (;;) {
        await events.send("more");
        await new Promise((later) => setTimeout(later, 5));
      }
    } finally {
      resolve();
    }
  });
  const runner = new web.AppRunner(app, { shutdownTimeout: 5000 });
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const text = fetch(url).then((response) => response.text());
  await new Promise((later) => setTimeout(later, 50));
  const start = performance.now();
  await runner.cleanup();
  await ended;
  assert(performance.now() - start < 3000, "the runner waited for the handler");
  assert((await text).startsWith("data: one\r\n\r\n"));
  assertEquals(errors, []);
});

Deno.test("SSEResponse answers HEAD and leaves no timer behind", async () => {
  const response = await get(appOf(() => {}, { pingInterval: 1000 }), { method: "HEAD" });
  assertEquals(response.headers.get("content-type"), "text/event-stream");
});

Deno.test("SSEResponse ends by await using", async () => {
  const app = new web.Application();
  app.addRoutes([web.get("/", async (request) => {
    await using events = await web.sseResponse(request);
    await events.send("x");
    return events;
  })]);
  assertEquals(await (await get(app)).text(), "data: x\r\n\r\n");
});

Deno.test("sseResponse() refuses an invalid interval", async () => {
  const app = new web.Application({ logger: { error: (_, error) => errors.push(error) } });
  app.addRoutes([web.get("/", (request) => web.sseResponse(request, { pingInterval: -1 }))]);
  errors.length = 0;
  assertEquals((await get(app)).status, 500);
  assert(errors[0] instanceof RangeError);
});
