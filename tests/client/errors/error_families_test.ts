import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as client from "@roundtrip/http";

// The hierarchy of errors: aiohttp's, as far as this platform distinguishes them.

type Class = abstract new (...args: never[]) => Error;
const PARENTS: readonly [child: Class, parent: Class][] = [
  [client.ClientConnectionError, client.ClientError],
  [client.ClientOSError, client.ClientConnectionError],
  [client.ClientConnectorError, client.ClientConnectionError],
  [client.ClientConnectorDNSError, client.ClientConnectorError],
  [client.ClientProxyConnectionError, client.ClientConnectorError],
  [client.UnixClientConnectorError, client.ClientConnectorError],
  [client.ClientSSLError, client.ClientConnectorError],
  [client.ClientConnectorSSLError, client.ClientSSLError],
  [client.ClientConnectorCertificateError, client.ClientSSLError],
  [client.ServerConnectionError, client.ClientConnectionError],
  [client.ServerDisconnectedError, client.ServerConnectionError],
  [client.ServerTimeoutError, client.ServerConnectionError],
  [client.ConnectionTimeoutError, client.ServerTimeoutError],
  [client.SocketTimeoutError, client.ServerTimeoutError],
  [client.ClientResponseError, client.ClientError],
  [client.ContentTypeError, client.ClientResponseError],
  [client.TooManyRedirectsError, client.ClientResponseError],
  [client.WSServerHandshakeError, client.ClientResponseError],
  [client.ClientHttpProxyError, client.ClientResponseError],
  [client.ClientPayloadError, client.ClientError],
  [client.InvalidURLError, client.ClientError],
  [client.InvalidURLRedirectError, client.InvalidURLError],
  [client.NonHttpURLError, client.InvalidURLError],
];
for (const [child, parent] of PARENTS) {
  Deno.test(`a ${child.name} is caught as ${parent.name}`, () => {
    assertEquals(Object.getPrototypeOf(child).name, parent.name);
  });
}

Deno.test("each connection error has its own name", () => {
  const url = new URL("https://localhost/");
  const errors = [
    new client.ClientSSLError(url, "tls", "broken"),
    new client.ClientConnectorSSLError(url, "tls", "broken"),
    new client.ClientConnectorCertificateError(url, "certificate", "unknown issuer"),
    new client.ServerConnectionError("broken"),
    new client.ServerDisconnectedError(url, "gone"),
  ];
  for (const error of errors) assertEquals(error.name, error.constructor.name);
});

Deno.test("a number is rejected as timeout", async () => {
  const timeout = 60 as never;
  const message = "Cannot use timeout 60: expected an object such as { total: 60_000 }, in ms";
  assertThrows(() => new client.ClientSession({ timeout }), TypeError, message);
  await using session = new client.ClientSession({ app: { fetch: () => new Response() } });
  await assertRejects(() => session.get("/", { timeout }), TypeError, message);
});
