import { assert, assertEquals, assertThrows } from "@std/assert";
import * as web from "../../../server/mod.ts";

function limited(
  handler: web.Handler,
  ...outer: web.Middleware[]
): { app: web.Application; errors: unknown[] } {
  const errors: unknown[] = [];
  const app = new web.Application({
    middlewares: [...outer, web.timeout(20)],
    logger: { error: (_, error) => errors.push(error) },
  });
  app.addRoutes([web.get("/", handler)]);
  return { app, errors };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("a late handler is answered 504, and its signal aborts", async () => {
  let reason: unknown;
  const { app, errors } = limited(({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(reason = signal.reason));
    })
  );
  const response = await app.request("/");
  assertEquals([response.status, await response.text()], [504, "504: Gateway Timeout"]);
  assert(reason instanceof DOMException && reason.name === "TimeoutError");
  assertEquals(errors, []); // the handler stopped as it should
});

Deno.test("outer middlewares see the timeout as an exception", async () => {
  const { app } = limited(() => new Promise(() => {}), web.problemDetails());
  const response = await app.request("/");
  assertEquals(await response.json(), {
    type: "about:blank",
    title: "Gateway Timeout",
    status: 504,
  });
});

Deno.test("what a late handler does is dropped, and an error of it is logged", async () => {
  let cancelled = false;
  const body = new ReadableStream({ cancel: () => void (cancelled = true) });
  const { app } = limited(async () => {
    await pause(40);
    return new Response(body);
  });
  assertEquals((await app.request("/")).status, 504);
  await pause(50);
  assert(cancelled);

  const failing = limited(async (request) => {
    await pause(40);
    await new web.StreamResponse().prepare(request); // answered before
    return new web.StreamResponse();
  });
  assertEquals((await failing.app.request("/")).status, 504);
  await pause(50);
  assertEquals(failing.errors.map((each) => (each as Error).message), [
    "Cannot prepare: the request was answered before",
  ]);
});

Deno.test("handlers in time, errors and streams are left alone", async () => {
  const cases: [web.Handler, number, string][] = [
    [() => web.textResponse("at once"), 200, "at once"],
    [async () => (await pause(1), web.textResponse("soon")), 200, "soon"],
    [
      () => {
        throw new web.HTTPForbidden();
      },
      403,
      "403: Forbidden",
    ],
    [
      async (request) => {
        const response = new web.StreamResponse();
        await response.prepare(request);
        await pause(40);
        assert(!request.signal.aborted);
        await response.write("long");
        return response;
      },
      200,
      "long",
    ],
  ];
  for (const [handler, status, text] of cases) {
    const response = await limited(handler).app.request("/");
    assertEquals([response.status, await response.text()], [status, text]);
  }
});

Deno.test("a time that is not a positive number is refused", () => {
  for (const ms of [0, -1, NaN, 2 ** 31, "5" as unknown as number]) {
    assertThrows(() => web.timeout(ms), RangeError, "a time in ms");
  }
});
