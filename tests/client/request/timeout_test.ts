import { assert, assertEquals, assertRejects, assertStringIncludes, fail } from "@std/assert";
import {
  ClientSession,
  type ClientTimeout,
  ConnectionTimeoutError,
  ServerTimeoutError,
  SocketTimeoutError,
} from "@roundtrip/http";
import { OpenRequests, type Timed } from "../../../client/hop/request_context.ts";
import { overEach } from "../_transports.ts";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc";

interface Case {
  readonly name: string;
  readonly timeout: ClientTimeout;
  readonly answer: string;
  readonly type: typeof ServerTimeoutError;
  readonly phase: ServerTimeoutError["phase"];
  readonly lacks?: Parameters<typeof overEach>[2];
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
    name: "connect, up to the response head",
    timeout: { connect: 80 },
    answer: "",
    type: ConnectionTimeoutError,
    phase: "connect",
    lacks: { sockets: "there it ends with the connection" },
  },
];
for (const { name, timeout, answer, type, phase, lacks } of CASES) {
  overEach(
    `${name}: the error has phase, limit and elapsed time, and the socket closes`,
    async (open) => {
      await using network = open(() => answer);
      const server = network.peer;
      await using session = new ClientSession({ ...network.options, timeout });
      const start = performance.now();
      const error = await assertRejects(async () => {
        await using response = await session.get(server.url);
        await response.read();
      }, type);
      const took = performance.now() - start;
      assertEquals([error.phase, error.limit, error.name], [phase, 80, type.name]);
      assert(took >= 79 && took < 1000, `${took} ms`);
      assert(error.elapsed >= 79 && error.elapsed <= took, `${error.elapsed} of ${took} ms`);
      assertStringIncludes(error.message, `timeout.${phase} is 80 ms`);
      while (server.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    lacks,
  );
}

overEach("sockRead counts each silence for itself, and not the reader's own time", async (open) => {
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  async function* slowly(): AsyncGenerator<string> {
    yield "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for (let n = 0; n < 5; n++) {
      await wait(60);
      yield "1\r\nx\r\n";
    }
    yield "0\r\n\r\n";
  }
  await using network = open(slowly);
  await using session = new ClientSession({ ...network.options, timeout: { sockRead: 150 } });
  await using response = await session.get(network.peer.url);
  assertEquals((await response.content.read(1)).length, 1);
  await wait(250); // the reader has paused
  assertEquals(await response.text(), "xxxx");
});

overEach(
  "a request's timeout replaces the session's whole, and 0 means none",
  async (open) => {
    await using network = open(async () => {
      await new Promise((resolve) => setTimeout(resolve, 120));
      return "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    });
    const { url } = network.peer;
    const timeout = { total: 50, sockRead: 50 };
    await using session = new ClientSession({ ...network.options, timeout });
    await assertRejects(() => session.get(url), ServerTimeoutError);
    await using response = await session.get(url, { timeout: { total: 0 } });
    assertEquals(response.status, 200);
  },
);

Deno.test("timeouts beyond the range of a timer are refused", async () => {
  await using session = new ClientSession();
  for (const timeout of [{ total: -1 }, { connect: NaN }, { sockRead: 2 ** 31 }]) {
    const [name] = Object.keys(timeout);
    await assertRejects(() => session.get("http://h/", { timeout }), RangeError, `timeout.${name}`);
  }
});

Deno.test("one timer calls each request at its deadline, skips removed ones, and stops", async () => {
  const called: number[] = [];
  const done = Promise.withResolvers<void>();
  const open = new OpenRequests<Timed>();
  const began = performance.now();
  const places = [30_000, 60, 30, 30, 45].map((limit, n) => {
    const due = began + limit;
    const place = open.add({
      due,
      onDue() {
        assert(performance.now() >= due - 0.5);
        called.push(n);
        open.delete(place);
        if (called.length === 3) done.resolve();
      },
    });
    return place;
  });
  for (const at of [3, 3, 0]) open.delete(places[at] ?? fail());
  await done.promise;
  assertEquals([called.sort(), open.size], [[1, 2, 4], 0]); // late ones come in any order
});

overEach(
  "an aborted request does not affect the next one",
  async (open) => {
    await using network = open(({ head }) =>
      head.includes("/stall") ? "" : "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    );
    const server = network.peer;
    await using session = new ClientSession(network.options);
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
  },
);

overEach(
  "a timeout ends a body after fetch's signal was garbage-collected",
  async (open) => {
    await using network = open(() => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    await using session = new ClientSession({ ...network.options, timeout: { total: 700 } });
    const response = await session.get(network.peer.url);
    const reading = assertRejects(() => response.read(), ServerTimeoutError, "total");
    for (let round = 0; round < 20; round++) {
      Array.from({ length: 200_000 }, () => ({ round })); // triggers garbage collection
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await reading;
  },
);

overEach(
  "the caller's abort reason is thrown, before the head and in the body, wrapped if it is not an error",
  async (open) => {
    const start = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    await using network = open(({ head }) => head.includes("/body") ? start : "");
    await using session = new ClientSession(network.options);
    const reasons: readonly (readonly [unknown, string])[] = [
      [new RangeError("mine"), "RangeError: mine"],
      [undefined, "AbortError: The signal has been aborted"],
      ["text", "ClientConnectionError: The request was aborted: text"],
      [7, "ClientConnectionError: The request was aborted: 7"],
    ];
    for (const path of ["/head", "/body", "/before"]) {
      for (const [reason, expected] of reasons) {
        const controller = new AbortController();
        if (path === "/before") controller.abort(reason);
        const reading = (async () => {
          const url = `${network.peer.url}${path}`;
          await using response = await session.get(url, { signal: controller.signal });
          if (path === "/body") setTimeout(() => controller.abort(reason));
          await response.read();
        })();
        if (path === "/head") setTimeout(() => controller.abort(reason), 5);
        const error = await assertRejects(() => reading, Error);
        assertEquals(`${error.name}: ${error.message}`, expected, path);
        if (reason instanceof Error) assertEquals(error, reason);
      }
    }
  },
);
