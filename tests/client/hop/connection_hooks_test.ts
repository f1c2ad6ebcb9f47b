// Connection events of traces and timeouts.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ClientSession,
  ConnectionTimeoutError,
  type ConnectorOptions,
  NotSupportedError,
  request,
  SocketTimeoutError,
  type TraceConfig,
} from "@roundtrip/http";
import { CA, CERT, KEY } from "../../server/_tls.ts";
import { rawServer, reply } from "../_raw_server.ts";

const HOOKS = [
  ...["onConnectionQueuedStart", "onConnectionQueuedEnd", "onConnectionCreateStart"],
  ...["onConnectionCreateEnd", "onConnectionReuseconn", "onDnsCacheHit", "onDnsCacheMiss"],
  ...["onDnsResolvehostStart", "onDnsResolvehostEnd", "onTlsStart", "onTlsEnd", "onInformation"],
  ...["onRequestStart", "onRequestHeadersSent", "onRequestChunkSent", "onResponseHead"],
  ...["onRequestEnd", "onResponseChunkReceived"],
] as const satisfies readonly (keyof TraceConfig)[];

/** A trace that records its events. */
function recording(seen: string[]): TraceConfig {
  return Object.fromEntries(HOOKS.map((name) => [
    name,
    (_: unknown, { host, status }: { host?: string; status?: number }) =>
      seen.push(`${name.slice(2)}${host === undefined ? "" : ` ${host}`}${status ?? ""}`),
  ]));
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("traces get events of DNS, connections, TLS, 1xx responses, heads and chunks, in order", async () => {
  await using plain = rawServer(() =>
    `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${reply("ok")}`
  );
  await using secure = Object.assign(
    Deno.serve(
      { hostname: "127.0.0.1", port: 0, cert: CERT, key: KEY, onListen() {} },
      () => new Response("ok"),
    ),
    { [Symbol.asyncDispose]: () => secure.shutdown() },
  );
  const http = `http://localhost:${plain.port}/`;
  const https = `https://localhost:${secure.addr.port}/`;
  const end = ["ResponseHead", "RequestEnd", "ResponseChunkReceived"];
  const name = ["DnsCacheMiss localhost", "DnsResolvehostStart localhost"];
  const found = [...name, "DnsResolvehostEnd localhost"];
  const sent = ["RequestStart", "RequestHeadersSent"];
  const rows: [urls: string[], ConnectorOptions, string[]][] = [
    [[http], {}, [
      ...[...sent, "ConnectionCreateStart", ...found, "ConnectionCreateEnd"],
      ...["Information103", ...end],
    ]],
    [[http, http], {}, [...sent, "ConnectionReuseconn", "Information103", ...end]],
    [[http, http], { forceClose: true }, [
      ...[...sent, "ConnectionCreateStart", "DnsCacheHit localhost", "ConnectionCreateEnd"],
      ...["Information103", ...end],
    ]],
    [[http, http], { forceClose: true, dnsCache: 0 }, [
      ...[...sent, "ConnectionCreateStart", ...found, "ConnectionCreateEnd"],
      ...["Information103", ...end],
    ]],
    [[`http://127.0.0.1:${plain.port}/`], {}, [
      ...[...sent, "ConnectionCreateStart", "ConnectionCreateEnd", "Information103", ...end],
    ]],
    ...[{ caCerts: [CA] }, { verify: true, tlsInfo: true, caCerts: [CA] }].map((
      connector,
    ): [string[], ConnectorOptions, string[]] => [[https], connector, [
      ...[...sent, "ConnectionCreateStart", ...found, "TlsStart", "TlsEnd", "ConnectionCreateEnd"],
      ...end,
    ]]),
  ];
  for (const [urls, connector, expected] of rows) {
    const seen: string[] = [];
    await using session = new ClientSession({ connector, traceConfigs: [recording(seen)] });
    for (const url of urls) {
      seen.length = 0;
      await using response = await session.get(url);
      assertEquals(await response.text(), "ok");
    }
    assertEquals(seen, expected, `${urls} ${Object.keys(connector)}`);
  }
});

Deno.test("timeout.connect and sockConnect end at the connection, sockRead starts there", async () => {
  await using server = rawServer(async () => {
    await pause(150);
    return reply("ok");
  });
  // It accepts, but never starts TLS.
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const http = `http://127.0.0.1:${server.port}/`;
  const https = `https://127.0.0.1:${silent.addr.port}/`;
  const slow = { resolve: () => pause(200).then(() => ["127.0.0.1"]) };
  const never = { resolve: () => new Promise<string[]>(() => {}) };
  for (const timeout of [{ connect: 100 }, { sockConnect: 100 }]) {
    const [phase = ""] = Object.keys(timeout);
    await using session = new ClientSession({ timeout });
    await using response = await session.get(http);
    assertEquals(await response.text(), "ok", phase);
    await using named = new ClientSession({ timeout, connector: never });
    for (const [one, url] of [[session, https], [named, http]] as const) {
      const error = await assertRejects(() => one.get(url), ConnectionTimeoutError);
      assertEquals([error.phase as string, error.limit], [phase, 100]);
    }
  }
  // The wait for connector.limit counts only towards timeout.connect.
  const full = { limit: 1 };
  for (
    const [timeout, passes] of [[{ connect: 100 }, false], [{ sockConnect: 100 }, true]] as const
  ) {
    await using session = new ClientSession({ timeout, connector: full });
    const [first, second] = await Promise.allSettled([session.get(http), session.get(http)].map(
      async (each) => await (await each).text(),
    ));
    assertEquals(first?.status, "fulfilled");
    assertEquals(second?.status === "fulfilled", passes);
  }
  // A retry over a new connection has its own.
  await using closing = rawServer(({ index }) => index === 1 ? reply("ok") : null);
  let asked = 0;
  const once = { dnsCache: 0, resolve: () => asked++ === 0 ? ["127.0.0.1"] : never.resolve() };
  await using again = new ClientSession({
    timeout: { connect: 100, total: 1_000 },
    connector: once,
  });
  const name = `http://a.test:${closing.port}/`;
  await (await again.get(name)).read();
  await assertRejects(() => again.get(name), ConnectionTimeoutError);
  await using session = new ClientSession({ timeout: { sockRead: 100 }, connector: slow });
  const error = await assertRejects(() => session.get(http), SocketTimeoutError);
  assert(error.elapsed > 290, `${error.elapsed} ms`);
});

Deno.test("timeout.sockRead restarts with each byte of a head and of a body's framing", async () => {
  const head = ["HTTP/1.1 200 OK\r\n", "x-a: b\r\n", "transfer-encoding: chunked\r\n", "\r\n"];
  const body = ["2", ";", "a=b", "\r\n", "ok\r", "\n", "0", "\r\n", "x-sum: 7", "\r\n\r\n"];
  await using server = rawServer(async function* () {
    for (const each of [...head, ...body]) {
      await pause(60);
      yield each;
    }
  });
  await using session = new ClientSession({ timeout: { sockRead: 150 } });
  await using response = await session.get(server.url);
  assertEquals(await response.text(), "ok");
});

Deno.test("fetch refuses sockConnect and expect100", async () => {
  const timeout = { sockConnect: 100 };
  const connector = { transport: "fetch" } as const;
  assertThrows(() => new ClientSession({ connector, timeout }), NotSupportedError, "sockConnect");
  await using session = new ClientSession({ connector });
  await assertRejects(() => session.get("http://h/", { timeout }), NotSupportedError, "sockets");
  const expecting = { data: "x", expect100: true };
  await assertRejects(() => session.put("http://h/", expecting), NotSupportedError, "expect100");
  const single = { ...expecting, connector };
  await assertRejects(() => request("PUT", "http://h/", single), NotSupportedError, "expect100");
});
