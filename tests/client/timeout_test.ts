import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ClientSession,
  type ClientTimeout,
  ConnectionTimeoutError,
  ServerTimeoutError,
  SocketTimeoutError,
} from "@roundtrip/http";
import { clearDeadline, setDeadline } from "../../client/timer_queue.ts";
import { rawServer } from "./_raw_server.ts";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc";

interface Case {
  readonly name: string;
  readonly timeout: ClientTimeout;
  readonly answer: string;
  readonly type: typeof ServerTimeoutError;
  readonly phase: ServerTimeoutError["phase"];
}

const CASES: readonly Case[] = [
  {
    name: "total, head",
    timeout: { total: 80 },
    answer: "",
    type: ServerTimeoutError,
    phase: "total",
  },
  {
    name: "total, body",
    timeout: { total: 80 },
    answer: HEAD,
    type: ServerTimeoutError,
    phase: "total",
  },
  {
    name: "sockRead, head",
    timeout: { sockRead: 80 },
    answer: "",
    type: SocketTimeoutError,
    phase: "sockRead",
  },
  {
    name: "sockRead, body",
    timeout: { sockRead: 80 },
    answer: HEAD,
    type: SocketTimeoutError,
    phase: "sockRead",
  },
  {
    name: "connect, head over fetch",
    timeout: { connect: 80 },
    answer: "",
    type: ConnectionTimeoutError,
    phase: "connect",
  },
];
for (const { name, timeout, answer, type, phase } of CASES) {
  Deno.test(`3.5.23 ${name}: the error names phase, limit and elapsed time, and the socket closes`, async () => {
    await using server = rawServer(() => answer);
    await using session = new ClientSession({ timeout });
    const start = performance.now();
    const error = await assertRejects(async () => {
      await using response = await session.get(server.url);
      await response.read();
    }, type);
    const took = performance.now() - start;
    assertEquals([error.phase, error.limit, error.name], [phase, 80, type.name]);
    assert(took >= 79 && took < 1000, `${took} ms`);
    assert(Math.abs(error.elapsed - took) < 50, `${error.elapsed} of ${took} ms`);
    assertStringIncludes(error.message, `timeout.${phase} is 80 ms`);
    while (server.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
}

Deno.test("sockRead counts each silence for itself, and not the reader's own time", async () => {
  await using session = new ClientSession({ timeout: { sockRead: 150 } });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    const write = (text: string) => connection.write(new TextEncoder().encode(text));
    await write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    for (let n = 0; n < 5; n++) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      await write("1\r\nx\r\n");
    }
    await write("0\r\n\r\n");
  })();
  await using response = await session.get(`http://127.0.0.1:${listener.addr.port}/`);
  assertEquals((await response.content.read(1)).length, 1);
  await new Promise((resolve) => setTimeout(resolve, 250)); // nobody waits for the peer now
  assertEquals(await response.text(), "xxxx");
  await serving;
});

Deno.test("a request's timeout replaces the session's whole, and 0 means none", async () => {
  await using server = rawServer(async () => {
    await new Promise((resolve) => setTimeout(resolve, 120));
    return "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
  });
  await using session = new ClientSession({ timeout: { total: 50, sockRead: 50 } });
  await assertRejects(() => session.get(server.url), ServerTimeoutError);
  await using response = await session.get(server.url, { timeout: { total: 0 } });
  assertEquals(response.status, 200);
});

Deno.test("limits that no timer can count are refused", async () => {
  await using session = new ClientSession();
  for (const timeout of [{ total: -1 }, { connect: NaN }, { sockRead: 2 ** 31 }]) {
    const [name] = Object.keys(timeout);
    await assertRejects(() => session.get("http://h/", { timeout }), RangeError, `timeout.${name}`);
  }
});

Deno.test("a timer queue calls in order, skips what was cleared, and leaves no timer", async () => {
  const called: number[] = [];
  const done = Promise.withResolvers<void>();
  const deadlines = [0, 1, 2, 3].map((n) =>
    setDeadline(30, performance.now(), {
      onDue() {
        called.push(n);
        if (n === 3) done.resolve();
      },
    })
  );
  const [, second] = deadlines;
  assert(second);
  clearDeadline(second);
  clearDeadline(second);
  await done.promise;
  assertEquals(called, [0, 2, 3]);
  clearDeadline(setDeadline(30_000, performance.now(), { onDue() {} }));
});

Deno.test("an aborted request does not disturb the next one, which may use its controller again", async () => {
  await using server = rawServer(({ head }) =>
    head.includes("/stall") ? "" : "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
  );
  await using session = new ClientSession();
  for (let n = 0; n < 50; n++) {
    const controller = new AbortController();
    const reason = new Error(`reason ${n}`);
    const stalled = session.get(`${server.url}/stall`, { signal: controller.signal });
    const fine = session.get(server.url);
    controller.abort(reason);
    assertEquals(await assertRejects(() => stalled, Error), reason);
    await using response = await fine;
    assertEquals(await response.text(), "ok");
  }
});

Deno.test("a limit ends a body under way when the garbage collector has taken fetch's signal", async () => {
  await using server = rawServer(() => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  await using session = new ClientSession({ timeout: { total: 700 } });
  const response = await session.get(server.url);
  const reading = assertRejects(() => response.read(), ServerTimeoutError, "total");
  for (let round = 0; round < 20; round++) {
    Array.from({ length: 200_000 }, () => ({ round })); // garbage, so that it is collected
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await reading;
});
