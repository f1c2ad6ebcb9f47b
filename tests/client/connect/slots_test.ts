/** A failed request frees its connection, for any cause. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type ClientMiddleware,
  ClientSession,
  CookieJar,
  loggingMiddleware,
  request,
  retryMiddleware,
  type SessionOptions,
} from "@roundtrip/http";
import { until } from "../../_until.ts";

type Handle = (request: Request) => Response | Promise<Response>;

function serve(handle: Handle): AsyncDisposable & { readonly baseUrl: string } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handle);
  return {
    baseUrl: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const TIMEOUT = { total: 5_000 };

/** Throws while it is armed. */
class Fault {
  on = true;
  readonly strike = (): void => {
    if (this.on) throw new Error("a fault of the caller's");
  };
}

class BrokenJar extends CookieJar {
  readonly #fault: Fault;

  constructor(fault: Fault) {
    super();
    this.#fault = fault;
  }

  override updateFromHeaders(headers: readonly string[], url: URL): void {
    this.#fault.strike();
    super.updateFromHeaders(headers, url);
  }
}

const FAULTS: Readonly<Record<string, (fault: Fault) => SessionOptions>> = {
  "the hook onRequestEnd": (fault) => ({ traceConfigs: [{ onRequestEnd: fault.strike }] }),
  "the log": (fault) => ({ middlewares: [loggingMiddleware({ log: fault.strike })] }),
  "the cookie jar": (fault) => ({ cookieJar: new BrokenJar(fault) }),
  "shouldRetry": ({ strike }) => ({
    middlewares: [retryMiddleware({ shouldRetry: ({ response }) => void (response && strike()) })],
  }),
  "a middleware after the reply": ({ strike }) => ({
    middlewares: [
      (async (each, handler) => {
        const result = await handler(each);
        strike();
        return result;
      }) as ClientMiddleware,
    ],
  }),
  "a middleware with two responses": ({ strike, ...fault }) => ({
    connector: { limit: 2 },
    middlewares: [
      (async (each, handler) => {
        const result = await handler(each);
        if (fault.on) await handler(each.with({}));
        strike();
        return result;
      }) as ClientMiddleware,
    ],
  }),
  "raiseForStatus": (fault) => ({ raiseForStatus: () => Promise.try(fault.strike) }),
};
for (const [name, options] of Object.entries(FAULTS)) {
  Deno.test(`a connection is free again after a failure of ${name}`, async () => {
    const headers = { "set-cookie": "a=1" };
    await using server = serve(() => new Response("x".repeat(200_000), { headers }));
    const { baseUrl } = server;
    const fault = new Fault();
    await using session = new ClientSession({
      baseUrl,
      connector: { limit: 1 },
      timeout: TIMEOUT,
      ...options(fault),
    });
    for (let n = 0; n < 3; n++) await assertRejects(() => session.get(""), Error, "the caller's");
    fault.on = false;
    assertEquals((await (await session.get("")).text()).length, 200_000);
  });
}

Deno.test("a failing log is called once per hop", async () => {
  let calls = 0;
  const log = (): never => {
    calls++;
    throw new Error("disk full");
  };
  const app = { fetch: () => new Response() };
  await using session = new ClientSession({ app, middlewares: [loggingMiddleware({ log })] });
  await assertRejects(() => session.get("/"), Error, "disk full");
  assertEquals(calls, 1);
});

Deno.test("request() that fails after the reply ends its connection", async () => {
  let ended = 0;
  await using server = serve(() =>
    new Response(new ReadableStream({ cancel: () => void ended++ }, { highWaterMark: 0 }))
  );
  const { strike } = new Fault();
  const sent = request("GET", server.baseUrl, { traceConfigs: [{ onRequestEnd: strike }] });
  await assertRejects(() => sent, Error, "the caller's");
  while (ended === 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

for (const hook of ["onConnectionQueuedStart", "onConnectionQueuedEnd"] as const) {
  Deno.test(`a failure in ${hook} ends only that request`, async () => {
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    await using server = serve(() => held.then(() => new Response("ok")));
    const fault = new Fault();
    await using session = new ClientSession({
      baseUrl: server.baseUrl,
      connector: { limit: 1 },
      timeout: TIMEOUT,
      traceConfigs: [{ [hook]: fault.strike }],
    });
    const first = session.get("");
    const second = assertRejects(() => session.get(""), Error, "the caller's");
    if (hook === "onConnectionQueuedStart") await second;
    letGo();
    assertEquals(await (await first).text(), "ok");
    await second;
    fault.on = false;
    const [third, fourth] = await Promise.all(
      ["", ""].map((path) => session.get(path).then((response) => response.text())),
    );
    assert(third === "ok" && fourth === "ok");
  });
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

function collected(holds: () => boolean): Promise<void> {
  return until(() => {
    collectGarbage();
    return holds();
  });
}

const SCARCE: Readonly<Record<string, SessionOptions>> = {
  "one connection": { connector: { limit: 1 } },
  "one connection and no timeout": { connector: { limit: 1 }, timeout: { total: 0 } },
  "one connection for a host": { connector: { limitPerHost: 1 } },
  "one connection and a read timeout": {
    connector: { limit: 1 },
    timeout: { sockRead: 9_000 },
  },
};
for (const [name, options] of Object.entries(SCARCE)) {
  Deno.test(`responses that are dropped unread do not use connections up: ${name}`, async () => {
    await using server = serve(() => new Response("x".repeat(100_000)));
    await using session = new ClientSession({ baseUrl: server.baseUrl, ...options });
    for (let n = 0; n < 3; n++) {
      let isHere = false;
      const sent = session.get("").then(() => void (isHere = true));
      await collected(() => isHere);
      await sent;
    }
  });
}

Deno.test("a body that is read outlives its response", async () => {
  await using server = serve(() => new Response("x".repeat(1_000_000)));
  await using session = new ClientSession({ baseUrl: server.baseUrl, connector: { limit: 1 } });
  const body = async () => (await session.get("")).content;
  const content = await body();
  let size = (await content.readAny()).length;
  let turns = 0;
  await collected(() => turns++ === 5);
  size += (await content.read()).length;
  assertEquals(size, 1_000_000);
  let whole = 0;
  const reading = session.get("").then((response) => response.text());
  reading.then((text) => whole = text.length);
  await collected(() => whole > 0);
  assertEquals(whole, 1_000_000);
  const stalled = await body();
  await session.close();
  await assertRejects(() => stalled.read(), Error, "the session was closed");
});
