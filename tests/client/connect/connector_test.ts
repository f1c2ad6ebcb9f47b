import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ClientConnectorError,
  ClientHttpProxyError,
  ClientProxyConnectionError,
  ClientSession,
  ConnectionTimeoutError,
  fetchTransport,
  NotSupportedError,
  request,
  ServerDisconnectedError,
  UnixClientConnectorError,
  web,
} from "@roundtrip/http";
import { ConnectionSlots } from "../../../client/connect/connection_slots.ts";
import { rawServer, reply } from "../_raw_server.ts";

Deno.test("exactly once: 2,000 POSTs to a peer that closes after reading are 2,000 deliveries", async () => {
  // Every connection answers one request, reads the next and closes without a response: fetch would
  // resend bytes here.
  const seen = new Map<string, number>();
  await using server = rawServer(({ head, index, body }) => {
    const id = /^x-id: (\S+)/im.exec(head)?.[1];
    if (id !== undefined) seen.set(id, (seen.get(id) ?? 0) + 1);
    if (id !== undefined) assertEquals(body, Number(id) % 3 === 0 ? "" : `body ${id}`);
    return index === 1 ? reply("ok") : null;
  });
  await using session = new ClientSession({ connector: { limit: 32 } });
  let disconnected = 0;
  const post = async (id: number): Promise<void> => {
    const data = id % 3 === 0 ? undefined : id % 3 === 1 ? `body ${id}` : new Blob([`body ${id}`]);
    try {
      await using response = await session.post(server.url, {
        headers: { "x-id": `${id}` },
        ...(data === undefined ? {} : { data }),
      });
      await response.read();
    } catch (error) {
      assert(error instanceof ServerDisconnectedError, `${error}`);
      disconnected++;
    }
  };
  let next = 0;
  await Promise.all(Array.from({ length: 32 }, async () => {
    while (next < 2000) await post(next++);
  }));
  assertEquals(seen.size, 2000);
  assertEquals([...seen.values()].filter((count) => count !== 1), []);
  assert(disconnected > 100, `the dead connections were not used: ${disconnected}`);
});

Deno.test("an idempotent request is repeated once when the server disconnects, one with a stream never", async () => {
  let left = 0;
  await using server = rawServer(() => left-- > 0 ? null : { last: reply("ok") });
  await using session = new ClientSession({ connector: { forceClose: true } });
  for (const method of ["GET", "PUT", "DELETE", "OPTIONS", "QUERY"]) {
    left = 1;
    await using response = await session.request(method, server.url);
    assertEquals(await response.text(), "ok", method);
  }
  const before = server.requests.length;
  for (const method of ["POST", "PATCH"]) {
    left = 1;
    await assertRejects(() => session.request(method, server.url), ServerDisconnectedError);
  }
  left = 1;
  const data = new Blob(["x"]).stream();
  await assertRejects(() => session.put(server.url, { data }), ServerDisconnectedError);
  assertEquals(server.requests.length, before + 3);
});

Deno.test("ConnectionSlots serves waiters in order, and skips those of full hosts", async () => {
  const slots = new ConnectionSlots(2, 1);
  const { signal } = new AbortController();
  const [a, b, c] = ["http://a/", "http://b/", "http://c/"] as const;
  const order: string[] = [];
  assertEquals(slots.acquire({ url: a, signal }), null);
  const second = slots.acquire({ url: a, signal })?.then(() => order.push("a2"));
  assertEquals(slots.acquire({ url: b, signal }), null);
  const third = slots.acquire({ url: c, signal })?.then(() => order.push("c"));
  assertEquals([slots.used, slots.waiting], [2, 2]);
  slots.release(b); // a2 has waited longer, but its host is full
  await third;
  slots.release(a);
  await second;
  assertEquals(order, ["c", "a2"]);
  slots.release(a);
  slots.release(c);
  assertEquals([slots.used, slots.waiting], [0, 0]);
});

Deno.test("ConnectionSlots removes an aborted waiter", async () => {
  const slots = new ConnectionSlots(1, 0);
  const url = "http://a/";
  const controller = new AbortController();
  assertEquals(slots.acquire({ url, signal: controller.signal }), null);
  const waiting = slots.acquire({ url, signal: controller.signal });
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await assertRejects(() => waiting ?? Promise.resolve(), Error), reason);
  slots.release(url);
  assertEquals(slots.acquire({ url, signal: new AbortController().signal }), null);
});

Deno.test("connector.limit limits concurrent requests; a large unread body keeps its slot", async () => {
  let now = 0;
  let most = 0;
  await using server = rawServer(async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now--;
    return reply("ok");
  });
  await using session = new ClientSession({ connector: { limit: 3 } });
  await Promise.all(Array.from({ length: 20 }, async () => {
    await using response = await session.get(server.url);
    await response.read();
  }));
  assertEquals(most, 3);
  assert(server.accepted <= 3, `${server.accepted} connections`);

  await using one = new ClientSession({ connector: { limit: 1 }, timeout: { connect: 1_000 } });
  await using large = rawServer(() => reply("x".repeat(65_537)));
  const unread = await one.get(large.url);
  const error = await assertRejects(() => one.get(large.url), ConnectionTimeoutError);
  assertEquals([error.phase, error.limit], ["connect", 1_000]);
  unread.release();
  await using next = await one.get(large.url);
  assertEquals((await next.text()).length, 65_537);
});

Deno.test("connector.forceClose and request() use a new connection for each request", async () => {
  await using server = rawServer(() => reply("ok"));
  await using session = new ClientSession({ connector: { forceClose: true } });
  for (let n = 0; n < 3; n++) await (await session.get(server.url)).read();
  assertEquals(server.accepted, 3);
  assert(/^connection: close/im.test(server.requests[0]?.head ?? ""));
  await using response = await request("get", server.url, { params: { a: 1 } });
  assertEquals(await response.text(), "ok");
  assert(server.requests.at(-1)?.head.startsWith("GET /?a=1 "));
});

Deno.test("connector.proxy unix: connects to a socket for any host", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a b.sock`;
  await using server = Deno.serve(
    { path, transport: "unix", onListen() {} },
    (each) => new Response(new URL(each.url).pathname + each.headers.get("host")),
  );
  await using session = new ClientSession({ connector: { proxy: `unix:${path}` } });
  await using response = await session.get("http://anything:81/x");
  assertEquals(await response.text(), "/xanything:81");
  await using missing = new ClientSession({ connector: { proxy: `unix:${folder}/none` } });
  await assertRejects(() => missing.get("http://h/"), UnixClientConnectorError, "No such file");
  await server.shutdown();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a proxy gets absolute URLs and its credentials; its refusals are reported", async () => {
  await using proxy = rawServer(({ head }) =>
    head.startsWith("CONNECT")
      ? { last: "HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n" }
      : reply("via")
  );
  const url = proxy.url.replace("//", "//us%40er:pw@");
  await using session = new ClientSession({ connector: { proxy: url } });
  await using response = await session.get("http://no-such-host.invalid/p?q");
  assertEquals(await response.text(), "via");
  const head = proxy.requests[0]?.head ?? "";
  assert(head.startsWith("GET http://no-such-host.invalid/p?q HTTP/1.1"), head);
  assert(head.includes(`Basic ${btoa("us@er:pw")}`), head);
  const refused = await assertRejects(
    () => session.get("https://no-such-host.invalid/"),
    ClientHttpProxyError,
  );
  assertEquals(refused.status, 407);
  const gone = await assertRejects(
    () => session.get("http://no-such-host.invalid/", { proxy: "http://127.0.0.1:1234" }),
    ClientProxyConnectionError,
  );
  assertEquals([gone.failure, gone instanceof ClientConnectorError], ["proxy", true]);
});

Deno.test("invalid options of a connector are refused with their name", () => {
  assertThrows(() => fetchTransport({ limit: -1 }), RangeError, "connector.limit -1");
  assertThrows(() => fetchTransport({ keepAlive: 1.5 }), RangeError, "connector.keepAlive 1.5");
  assertThrows(() => fetchTransport({ cert: "x" }), TypeError, "go together");
  assertThrows(() => fetchTransport({ proxy: "ftp://u:secret@h" }), TypeError, "not ftp");
  const connector = { transport: "fetch" } as const;
  assertThrows(
    () => new ClientSession({ connector, skipAutoHeaders: ["User-Agent"] }),
    NotSupportedError,
  );
  assertThrows(
    () => new ClientSession({ connector: {}, app: new web.Application() }),
    TypeError,
    "one of app, connector and transport",
  );
});
