// Each option of a connector on real sockets, observed by the peer.
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ClientConnectionError,
  ClientConnectorCertificateError,
  ClientConnectorError,
  ClientConnectorSSLError,
  ClientProxyConnectionError,
  ClientSession,
  type ConnectorOptions,
  fetchTransport,
  type SessionOptions,
} from "@roundtrip/http";
import { CA, CERT, KEY } from "../../server/_tls.ts";
import { CLIENT_CA, CLIENT_CERT, CLIENT_KEY } from "../_client_cert.ts";
import { connectProxy, socksProxy } from "../_proxies.ts";
import { rawServer, reply } from "../_raw_server.ts";

/** A request as seen by the server. */
interface Seen {
  readonly path: string;
  readonly from: string;
  readonly host: string | null;
  readonly proxyAuth: string | null;
}

interface Server extends AsyncDisposable {
  readonly port: number;
}

function serve(tls: boolean): Server {
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      onListen() {},
      ...(tls ? { cert: CERT, key: KEY } : {}),
    },
    (request, { remoteAddr }) =>
      Response.json({
        path: new URL(request.url).pathname,
        from: (remoteAddr as Deno.NetAddr).hostname,
        host: request.headers.get("host"),
        proxyAuth: request.headers.get("proxy-authorization"),
      }),
  );
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** A GET in its own session. */
async function get(url: string, options: SessionOptions): Promise<Seen> {
  await using session = new ClientSession({ timeout: { total: 10_000 }, ...options });
  await using response = await session.get(url);
  return await response.json<Seen>();
}

const closedPort = (): number => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
};

Deno.test({
  name: "localAddress is the client's address at the server",
  ignore: Deno.build.os !== "linux", // elsewhere 127.0.0.2 has to be set up first
  async fn() {
    await using server = serve(false);
    const url = `http://127.0.0.1:${server.port}/`;
    assertEquals((await get(url, {})).from, "127.0.0.1");
    assertEquals((await get(url, { connector: { localAddress: "127.0.0.2" } })).from, "127.0.0.2");
    const error = await assertRejects(
      () => get(url, { connector: { localAddress: "192.0.2.1" } }), // unassigned (RFC 5737)
      ClientConnectorError,
    );
    assertEquals(error.failure, "unreachable");
  },
});

const MISTAKES: readonly (readonly [ConnectorOptions, string])[] = [
  [{ localAddress: "no address" }, 'connector.localAddress "no address": expected an IP address'],
  [{ fingerprint: "ab:cd" }, 'connector.fingerprint "ab:cd": expected SHA-256'],
  [{ caCerts: [CA, "ca.pem"] }, "connector.caCerts[1]: expected the text of a PEM file"],
  [{ cert: "client.pem", key: CLIENT_KEY }, "Cannot use the connector: "],
  [{ cert: CLIENT_CERT, key: "client.key" }, "Cannot use the connector: "],
  [{ cert: CLIENT_CERT }, "go together"],
];
for (const [connector, message] of MISTAKES) {
  const named = Object.keys(connector).join(" and ");
  Deno.test(`a session refuses a wrong ${named} when it is made: ${message}`, () => {
    assertThrows(() => new ClientSession({ connector }), TypeError, message);
  });
}

Deno.test("only caCerts and the system's certificates are trusted", async () => {
  await using server = serve(true);
  const url = `https://localhost:${server.port}/ca`;
  for (const caCerts of [[CA], [CLIENT_CA, CA], [CLIENT_CA + CA]]) {
    assertEquals((await get(url, { connector: { caCerts } })).path, "/ca");
  }
  for (const connector of [{}, { caCerts: [CLIENT_CA] }]) {
    const error = await assertRejects(
      () => get(url, { connector }),
      ClientConnectorCertificateError,
      "UnknownIssuer",
    );
    assertEquals([error.failure, error.host, error.port], [
      "certificate",
      "localhost",
      server.port,
    ]);
  }
  const other = `https://127.0.0.1.nip.invalid:${server.port}/`;
  await assertRejects(() => get(other, { connector: { caCerts: [CA] } }), ClientConnectorError);
  const plain = `http://localhost:${server.port}/`;
  await assertRejects(() => get(plain, { connector: { caCerts: [CA] } }), Error);
});

Deno.test({
  name: "cert and key are the client certificate",
  // The server of the test, node:https on older versions, shows no certificate of its peer.
  ignore: Number(Deno.version.deno.split(".")[1]) < 9,
  async fn() {
    const server = createServer(
      { cert: CERT, key: KEY, ca: CLIENT_CA, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        const socket = request.socket as TLSSocket;
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({
          authorized: socket.authorized,
          name: socket.getPeerCertificate().subject.CN,
        }));
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    try {
      const own = { caCerts: [CA], cert: CLIENT_CERT, key: CLIENT_KEY };
      assertEquals(await get(url, { connector: own }) as unknown, {
        authorized: true,
        name: "roundtrip-client",
      });
      const error = await assertRejects(
        () => get(url, { connector: { caCerts: [CA] } }),
        ClientConnectorSSLError,
      );
      assertEquals(error.failure, "tls");
    } finally {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  },
});

Deno.test("HTTP/2 is negotiated over TLS on request, and by fetch unless disabled", async () => {
  await using server = serve(true);
  const url = `https://localhost:${server.port}/`;
  const host = async (connector: ConnectorOptions) =>
    (await get(url, { connector: { caCerts: [CA], ...connector } })).host;
  // HTTP/2 has ":authority" instead of Host (RFC 9113 section 8.3.1).
  assertEquals(await host({ transport: "fetch" }), null);
  assertEquals(await host({ http2: true }), null);
  for (const connector of [{}, { http2: false }, { http2: false, transport: "fetch" }] as const) {
    assertEquals(await host(connector), `localhost:${server.port}`);
  }
});

Deno.test("proxy http: a tunnel to https servers, with credentials only for the proxy", async () => {
  await using server = serve(true);
  await using proxy = connectProxy();
  const connector = { caCerts: [CA] };
  const url = `https://localhost:${server.port}/tunnel`;
  const plain = { connector: { ...connector, proxy: `http://127.0.0.1:${proxy.port}` } };
  assertEquals((await get(url, plain)).path, "/tunnel");
  const withPassword = `http://us%40er:p%20w%3A@127.0.0.1:${proxy.port}`;
  const locked = { ...connector, proxy: withPassword };
  // Deno's fetch would send the proxy's password to the server through the tunnel.
  const ways: readonly SessionOptions[] = [
    { connector: locked },
    { connector, proxy: withPassword },
    { connector: { ...locked, transport: "fetch" } },
    { connector: { ...locked, transport: "fetch", localAddress: "127.0.0.1" } },
    { transport: fetchTransport(locked) },
  ];
  for (const way of ways) {
    const { path, proxyAuth } = await get(url, way);
    assertEquals([path, proxyAuth], ["/tunnel", null]);
  }
  assertEquals(proxy.asked, [
    "CONNECT localhost without credentials",
    ...ways.map(() => "CONNECT localhost us@er:p w:"),
  ]);
  const gone = `http://u:p@127.0.0.1:${closedPort()}`;
  const error = await assertRejects(
    () => get(url, { connector, proxy: gone }),
    ClientProxyConnectionError,
  );
  assert(!error.message.includes("p@"), error.message);
  // The certificate belongs to the server, not to the proxy.
  await assertRejects(
    () => get(url, { proxy: `http://127.0.0.1:${proxy.port}` }),
    ClientConnectorCertificateError,
  );
});

Deno.test("proxy socks5: the proxy resolves names and gets user and password", async () => {
  await using plain = serve(false);
  await using secure = serve(true);
  const rows = (["fetch", "sockets"] as const).flatMap((transport) =>
    [["socks5", transport], ["socks5h", transport]] as const
  );
  // Messages of the platform and of the library.
  const refusals = { fetch: "auth failure", sockets: "refused the credentials" };
  const offers = { fetch: "auth methods", sockets: "wants credentials" };
  const absences = { fetch: "unreachable", sockets: "cannot be reached" };
  for (const [scheme, transport] of rows) {
    await using open = socksProxy();
    await using closed = socksProxy("us@er:p%w");
    const proxy = `${scheme}://127.0.0.1:${open.port}`;
    for (const host of ["127.0.0.1", "localhost", "no-such-host.invalid"]) {
      const seen = await get(`http://${host}:${plain.port}/p`, { connector: { transport, proxy } });
      assertEquals(seen.path, "/p");
    }
    const tls = { transport, proxy, caCerts: [CA] };
    const seen = await get(`https://localhost:${secure.port}/tls`, { connector: tls });
    assertEquals(seen.path, "/tls");
    assertEquals(open.asked, [
      "1 address 127.0.0.1",
      "1 name localhost",
      "1 name no-such-host.invalid",
      "1 name localhost",
    ]);

    const url = `http://h:${plain.port}/`;
    const given = (credentials: string) =>
      get(url, {
        connector: { transport },
        proxy: `${scheme}://${credentials}127.0.0.1:${closed.port}`,
      });
    assertEquals((await given("us%40er:p%25w@")).path, "/");
    assertEquals((await given("us@er:p%w@")).path, "/"); // a lone % is literal
    await assertRejects(
      () => given("us%40er:wrong@"),
      ClientProxyConnectionError,
      refusals[transport],
    );
    await assertRejects(() => given(""), ClientProxyConnectionError, offers[transport]);
    assertEquals(closed.asked, ["1 name h", "1 name h", "refused us@er:wrong", "offers 0"]);
    const gone = { connector: { transport }, proxy: `${scheme}://127.0.0.1:${closedPort()}` };
    await assertRejects(() => get(url, gone), ClientProxyConnectionError, absences[transport]);
  }
});

Deno.test("proxy unix: the whole path is used, and each request may have its own", async () => {
  const folder = await Deno.makeTempDir();
  const paths = [`${folder}/a b%20é.sock`, `${folder}/50%.sock`] as const;
  const servers = paths.map((path, index) =>
    Deno.serve(
      { path, transport: "unix", onListen() {} },
      (request) => Response.json({ path: `${index}${new URL(request.url).pathname}` }),
    )
  );
  const proxyOf = (path: string) => `unix:${path.split("/").map(encodeURIComponent).join("/")}`;
  await using session = new ClientSession({ connector: { proxy: proxyOf(paths[0]) } });
  const read = async (options = {}) => {
    await using response = await session.get("http://any-host.invalid/x", options);
    return (await response.json<Seen>()).path;
  };
  assertEquals(await read(), "0/x");
  assertEquals(await read({ proxy: proxyOf(paths[1]) }), "1/x");
  assertEquals(await read({ proxy: `unix:${paths[1]}` }), "1/x"); // a lone % is literal
  assertEquals(await read(), "0/x");
  await Promise.all(servers.map((server) => server.shutdown()));
  await Deno.remove(folder, { recursive: true });
});

// In a separate process, because environment variables are global.
const ENVIRONMENT = `
import { ClientSession } from "./mod.ts";
for (const [variables, options] of JSON.parse(Deno.args[0])) {
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  await using session = new ClientSession(options);
  await using response = await session.get(Deno.args[1]);
  const kept = Object.entries(variables).every(([name, value]) => Deno.env.get(name) === value);
  console.log(await response.text(), kept);
  for (const name of Object.keys(variables)) Deno.env.delete(name);
}
`;
Deno.test("trustEnv: variables apply only if trusted, and never override the caller's proxy", async () => {
  await using server = rawServer(() => reply("direct"));
  await using via = rawServer(() => reply("via"));
  await using own = rawServer(() => reply("own"));
  const trustEnv = true;
  const proxy = own.url;
  const http_proxy = via.url.replace("//", "//user:pw@");
  const rows: readonly (readonly [Record<string, string>, SessionOptions, string])[] = [
    [{}, { trustEnv }, "direct"],
    [{ http_proxy }, { trustEnv }, "via"],
    [{ HTTP_PROXY: http_proxy }, { trustEnv }, "via"],
    [{ http_proxy, no_proxy: "127.0.0.1" }, { trustEnv }, "direct"],
    [{ http_proxy, NO_PROXY: "other, 127.0.0.1" }, { trustEnv }, "direct"],
    [{ http_proxy, NO_PROXY: "other" }, { trustEnv }, "via"],
    [{ https_proxy: via.url }, { trustEnv }, "direct"],
    [{ http_proxy, all_proxy: via.url }, {}, "direct"],
    [{ HTTP_PROXY: http_proxy, ALL_PROXY: via.url }, {}, "direct"],
    [{ http_proxy }, { trustEnv, proxy }, "own"],
    [{ http_proxy, no_proxy: "*" }, { trustEnv, connector: { proxy } }, "own"],
    [{ NO_PROXY: "127.0.0.1" }, { connector: { proxy } }, "own"],
    [{ no_proxy: "127.0.0.1" }, { proxy }, "own"],
  ];
  const code = ["eval", "--no-lock", ENVIRONMENT];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...code,
      JSON.stringify(rows.map(([variables, options]) => [variables, options])),
      server.url,
    ],
    cwd: new URL("../../../", import.meta.url),
    env: { HOME: "/nowhere", NO_COLOR: "1" },
  }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  const error = new TextDecoder().decode(stderr);
  assertEquals(lines.length, rows.length, error);
  for (const [index, [variables, options, expected]] of rows.entries()) {
    const row = JSON.stringify([Object.keys(variables), Object.keys(options)]);
    assertEquals(lines[index], `${expected} true`, row);
  }
  assert(via.requests[0]?.head.includes(`Basic ${btoa("user:pw")}`), via.requests[0]?.head);
});

Deno.test("limit is first in, first out", async () => {
  const first = Promise.withResolvers<void>();
  await using server = rawServer(async ({ index }) => {
    if (index === 1) await first.promise;
    return reply("ok");
  });
  await using session = new ClientSession({ connector: { limit: 1 } });
  const abort = new AbortController();
  const requests = Array.from({ length: 10 }, async (_, n) => {
    const { signal } = n === 4 ? abort : new AbortController();
    await using response = await session.get(`${server.url}/${n}`, { signal });
    return await response.text();
  });
  const gone = assertRejects(() => requests[4] ?? Promise.resolve(), Error, "gone");
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  abort.abort(new Error("gone"));
  await gone;
  first.resolve();
  await Promise.allSettled(requests);
  const order = server.requests.map(({ head }) => head.slice(5, 6)).join("");
  assertEquals([order, server.accepted], ["012356789", 1]);
});

Deno.test("limitPerHost does not delay other hosts", async () => {
  const held = Promise.withResolvers<void>();
  let now = 0;
  let most = 0;
  const answer = async () => {
    most = Math.max(most, ++now);
    await held.promise;
    now--;
    return reply("slow");
  };
  await using slow = rawServer(answer);
  await using quick = rawServer(() => reply("quick"));
  await using session = new ClientSession({ connector: { limit: 0, limitPerHost: 2 } });
  const text = async (url: string) => {
    await using response = await session.get(url);
    return await response.text();
  };
  const waiting = Array.from({ length: 6 }, (_, n) => text(`${slow.url}/${n}`));
  for (let n = 0; n < 5; n++) assertEquals(await text(quick.url), "quick");
  held.resolve();
  assertEquals(await Promise.all(waiting), Array(6).fill("slow"));
  assertEquals([most, slow.accepted], [2, 2]);
  assertEquals(slow.requests.slice(2).map(({ head }) => head.slice(5, 6)).sort().join(""), "2345");
});

Deno.test("keepAlive is the lifetime of an idle connection", async () => {
  const rows: readonly (readonly [ConnectorOptions, number])[] = [
    [{}, 1],
    [{ keepAlive: 60_000 }, 1],
    [{ keepAlive: 0 }, 3],
    [{ forceClose: true }, 3],
  ];
  for (const [connector, connections] of rows) {
    await using server = rawServer(() => reply("ok"));
    await using session = new ClientSession({ connector });
    for (let n = 0; n < 3; n++) await (await session.get(server.url)).read();
    assertEquals(server.accepted, connections, JSON.stringify(connector));
  }
  await using server = rawServer(() => reply("ok"));
  await using session = new ClientSession({ connector: { keepAlive: 200 } });
  await (await session.get(server.url)).read();
  const start = performance.now();
  while (server.open > 0) {
    assert(performance.now() - start < 10_000, "the connection outlives keepAlive");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert(performance.now() - start > 100, "the connection was closed at once");
  await (await session.get(server.url)).read();
  assertEquals(server.accepted, 2);
});

Deno.test("close() ends idle connections and bodies that are being read, as in aiohttp", async () => {
  await using server = rawServer(() => reply("x".repeat(1_000_000)));
  const session = new ClientSession();
  await (await session.get(server.url)).read();
  await using response = await session.get(server.url);
  await session.close();
  await assertRejects(() => response.read(), ClientConnectionError, "the session was closed");
  const start = performance.now();
  while (server.open > 0) {
    assert(performance.now() - start < 5_000, "a connection is left");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});
