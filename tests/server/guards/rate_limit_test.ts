import { assertEquals, assertThrows } from "@std/assert";
import * as web from "../../../server/mod.ts";
import { memoryRateLimit } from "../../../server/guards/rate_limit.ts";
import { makeRequest } from "../../../server/testing/make_request.ts";

function limited(options: web.RateLimitPolicy): web.Application {
  const app = new web.Application({ middlewares: [web.rateLimit(options)] });
  app.addRoutes([web.get("/", () => web.textResponse("hello"))]);
  return app;
}

const fieldsOf = ({ status, headers }: Response) => [
  status,
  headers.get("ratelimit"),
  headers.get("ratelimit-policy"),
  headers.get("retry-after"),
];

Deno.test("a limit tells what is left, and refuses what is beyond", async () => {
  const app = limited({ limit: 2, window: 90_000 });
  const policy = '"default";q=2;w=90';
  assertEquals(fieldsOf(await app.request("/")), [200, '"default";r=1;t=90', policy, null]);
  assertEquals(fieldsOf(await app.request("/gone")), [404, '"default";r=0;t=90', policy, null]);
  assertEquals(fieldsOf(await app.request("/")), [429, '"default";r=0;t=90', policy, "90"]);
});

Deno.test("requests are counted by key, and one of null is free", async () => {
  const key = (request: web.ServerRequest) => Promise.resolve(request.headers.get("x-user"));
  const app = limited({ limit: 1, window: 1000, key });
  const statusOf = async (user?: string) =>
    (await app.request("/", user === undefined ? {} : { headers: { "x-user": user } })).status;
  const users = ["ann", "bob", "ann", undefined, undefined];
  const statuses: number[] = [];
  for (const user of users) statuses.push(await statusOf(user));
  assertEquals(statuses, [200, 200, 429, 200, 200]);
});

Deno.test("the default key is the peer's address, of IPv6 the first half", async () => {
  const keys: string[] = [];
  const store: web.RateLimitStore = {
    take(key, limit) {
      keys.push(key);
      return { allowed: true, remaining: limit - 1, reset: 1000 };
    },
  };
  const guard = web.rateLimit({ limit: 1, window: 1000, store, name: "api" });
  const cases: [string, string][] = [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:0db8::6", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["fe80::1:2:3:4:5", "fe80:0:0:1"],
  ];
  for (const [remote] of cases) {
    await guard(makeRequest("GET", "/", { remote }), () => web.textResponse(""));
  }
  assertEquals(keys, cases.map(([, key]) => `api:${key}`));
});

Deno.test("two limits of one request each have their fields, and their counters", async () => {
  const store = memoryRateLimit(10);
  const app = new web.Application({
    middlewares: [
      web.rateLimit({ limit: 1, window: 1000, name: "burst", store }),
      web.rateLimit({ limit: 9, window: 3_600_000, name: "hour", store }),
    ],
  });
  const { headers } = await app.request("/");
  assertEquals(headers.get("ratelimit"), '"hour";r=8;t=3600, "burst";r=0;t=1');
});

Deno.test("a failing store is an error of the request, and is logged", async () => {
  const errors: unknown[] = [];
  const app = new web.Application({
    logger: { error: (_, error) => errors.push(error) },
    middlewares: [web.rateLimit({
      limit: 1,
      window: 1000,
      store: { take: () => Promise.reject(new Error("no Redis")) },
    })],
  });
  assertEquals((await app.request("/")).status, 500);
  assertEquals(errors.map((each) => (each as Error).message), ["no Redis"]);
});

Deno.test("the store in memory forgets windows that ended, and the oldest beyond its size", () => {
  let now = 0;
  const store = memoryRateLimit(2, () => now);
  const take = (key: string) => store.take(key, 1, 100);
  assertEquals(take("a"), { allowed: true, remaining: 0, reset: 100 });
  now = 40;
  assertEquals(take("a"), { allowed: false, remaining: 0, reset: 60 });
  take("b");
  take("c"); // a is forgotten
  assertEquals(take("b"), { allowed: false, remaining: 0, reset: 100 });
  assertEquals(take("a"), { allowed: true, remaining: 0, reset: 100 });
  now = 140;
  assertEquals(take("a"), { allowed: true, remaining: 0, reset: 100 });
});

Deno.test("wrong options are refused", () => {
  const cases: [web.RateLimitPolicy, string][] = [
    [{ limit: 0, window: 1000 }, "whole number"],
    [{ limit: 1, window: 0 }, "whole number"],
    [{ limit: 1, window: 1000, name: 'a"b' }, "printable ASCII"],
    [{ limit: 1, window: 1000, windowMs: 5 } as web.RateLimitPolicy, 'Write "window", in ms'],
  ];
  for (const [options, text] of cases) assertThrows(() => web.rateLimit(options), Error, text);
});
