/** Failures that are retried. */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  ClientConnectorError,
  ClientError,
  ClientOSError,
  ClientProtocolError,
  ClientSession,
  type ConnectFailure,
  type HopRequest,
  retryMiddleware,
  ServerDisconnectedError,
} from "@roundtrip/http";
import { rawServer, reply } from "../_raw_server.ts";

const OK = "HTTP/1.1 200 OK\r\n";
const MALFORMED: readonly (readonly [string, string])[] = [
  ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
  ["another version", "HTTP/9.9 200 OK\r\n\r\n"],
  ["a status that is not a number", "HTTP/1.1 2x0 OK\r\n\r\n"],
  ["a blank before the colon", `${OK}A : b\r\n\r\n`],
  ["a control byte in a value", `${OK}A: b\x01\r\n\r\n`],
  ["a length that is not a number", `${OK}content-length: x\r\n\r\n`],
  ["two lengths", `${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nab`],
  ["1,000 headers", `${OK}${"a: b\r\n".repeat(1000)}\r\n`],
];

for (const transport of ["fetch", "sockets"] as const) {
  for (const [name, text] of MALFORMED) {
    Deno.test(`a response with ${name} is a ClientProtocolError, and requested once (${transport})`, async () => {
      await using server = rawServer(() => ({ last: text }));
      await using session = new ClientSession({ connector: { transport }, retry: 2 });
      for (const options of [{}, { retry: 0 }]) {
        const error = await session.get(server.url, options).catch((error) => error);
        assertInstanceOf(error, ClientProtocolError);
        assertEquals(error.status, 400);
        assert(error.message.length < 300 && error.reason.startsWith("the reply is not HTTP: "));
      }
      assertEquals(server.requests.length, 2);
    });
  }

  Deno.test(`a connection that closes without a response is retried (${transport})`, async () => {
    await using server = rawServer(() => server.requests.length % 2 === 1 ? null : reply("ok"));
    await using session = new ClientSession({ connector: { transport } });
    await using response = await session.get(server.url);
    assertEquals([await response.text(), server.requests.length], ["ok", 2]);
    const error = await session.post(server.url, { data: "x" }).catch((error) => error);
    assertInstanceOf(error, ServerDisconnectedError);
    assertEquals(server.requests.length, 3);
  });

  const connecting: readonly (readonly [string, ConnectFailure])[] = [
    ["http://a..b/", "name"],
    ["http://*.example/", "name"],
    [`http://${"a".repeat(64)}.invalid/`, "name"],
    [`http://${"a.".repeat(130)}invalid/`, "name"],
    ["http://127.0.0.1:0/", "port"],
  ];
  for (const [url, failure] of connecting) {
    Deno.test(`a session reports "${failure}" for ${url.slice(0, 30)}, and does not retry (${transport})`, async () => {
      let attempts = 0;
      const shouldRetry = () => (attempts++, undefined);
      await using session = new ClientSession({
        connector: { transport },
        middlewares: [retryMiddleware({ shouldRetry, backoff: 1 })],
      });
      const error = await session.get(url).catch((error) => error);
      assertInstanceOf(error, ClientConnectorError);
      assertEquals([error.failure, attempts], [failure, 1]);
    });
  }
}

Deno.test("a cut within the head is not retried (sockets)", async () => {
  await using server = rawServer(() => ({ last: `${OK}A: ` }));
  await using session = new ClientSession({ connector: { transport: "sockets" } });
  const error = await session.get(server.url).catch((error) => error);
  assertInstanceOf(error, ClientProtocolError);
  assertEquals(server.requests.length, 1);
});

const url = new URL("https://127.0.0.1/");
const failure = (kind: ConnectFailure): Error => new ClientConnectorError(url, kind, "x");
const RETRIED: readonly (readonly [string, Error, number])[] = [
  ["a certificate", failure("certificate"), 1],
  ["a permission", failure("permission"), 1],
  ["a malformed name", failure("name"), 1],
  ["a blocked port", failure("port"), 1],
  ["an unknown name", failure("dns"), 3],
  ["a refused connection", failure("refused"), 3],
  ["a missing route", failure("unreachable"), 3],
  ["an unreachable proxy", failure("proxy"), 3],
  ["a broken connection", new ClientOSError("reset"), 3],
  ["no reply", new ServerDisconnectedError(url, "x"), 3],
  ["another error", new ClientError("x"), 1],
];
for (const [name, error, sent] of RETRIED) {
  Deno.test(`retry: ${name} is tried ${sent === 1 ? "once" : "again"}`, async () => {
    const hops: HopRequest[] = [];
    const transport = {
      send: (hop: HopRequest) => (hops.push(hop), Promise.reject(error)),
      close() {},
    };
    const middlewares = [retryMiddleware({ backoff: 1 })];
    await using session = new ClientSession({ transport, middlewares });
    assertEquals(await session.get(url).catch((error) => error), error);
    assertEquals(hops.length, sent);
  });
}
