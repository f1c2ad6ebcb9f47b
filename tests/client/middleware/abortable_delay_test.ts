import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ClientConnectionError,
  ClientSession,
  rateLimitMiddleware,
  reconnect,
  retryMiddleware,
} from "@roundtrip/http";
import { pause } from "../../../client/middleware/abortable_delay.ts";

for (const ms of [2 ** 31, 2 ** 32, 3e12, Infinity]) {
  Deno.test(`pause() waits ${ms} ms, which is more than a timer counts`, async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    const error = await pause(ms, controller.signal).catch((error) => error);
    assertEquals(error, reason);
  });
}

Deno.test("pause() of a negative time returns at once", async () => {
  await pause(-1, new AbortController().signal);
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  await assertRejects(() => pause(0, controller.signal), Error, "enough");
});

Deno.test("a Retry-After of a month is respected if maxBackoff allows it", async () => {
  let attempts = 0;
  const headers = { "retry-after": "3000000" };
  const app = {
    fetch() {
      attempts++;
      return new Response(null, { status: 503, headers });
    },
  };
  await using session = new ClientSession({
    app,
    timeout: { total: 0 },
    middlewares: [retryMiddleware({ retries: 5, maxBackoff: Infinity })],
  });
  const signal = AbortSignal.timeout(100);
  await assertRejects(() => session.get("/", { signal }));
  assertEquals(attempts, 1);
});

Deno.test("reconnect() with a long maxDelay does not become a busy loop", async () => {
  let attempts = 0;
  const controller = new AbortController();
  const connect = () => {
    attempts++;
    return Promise.reject(new ClientConnectionError("no network"));
  };
  const options = { minDelay: 2 ** 33, maxDelay: Infinity, signal: controller.signal };
  setTimeout(() => controller.abort(), 100);
  for await (const _ of reconnect(connect, options));
  assertEquals(attempts, 1);
});

Deno.test("infinite intervals and delays are refused", () => {
  for (const interval of [Infinity, NaN, -1]) {
    assertThrows(
      () => rateLimitMiddleware({ requests: 1, interval }),
      RangeError,
      `${interval} ms`,
    );
  }
  for (const backoff of [Infinity, NaN, -1]) {
    assertThrows(() => retryMiddleware({ backoff }), RangeError, `backoff is ${backoff}`);
  }
});

Deno.test("retryMiddleware() takes methods in either case", async () => {
  let attempts = 0;
  const app = {
    fetch() {
      attempts++;
      return new Response(null, { status: 503 });
    },
  };
  const middlewares = [retryMiddleware({ retries: 1, methods: ["get", "Post"], backoff: 1 })];
  await using session = new ClientSession({ app, middlewares });
  for (const method of ["GET", "POST", "PUT"]) {
    await using response = await session.request(method, "/");
    assert(!response.ok);
  }
  assertEquals(attempts, 5);
});
