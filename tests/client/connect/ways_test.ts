// Ways to connect that only sockets have: names, addresses, certificates, TLS within TLS.
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import {
  ClientConnectorCertificateError,
  ClientConnectorDNSError,
  ClientConnectorError,
  ClientHttpProxyError,
  ClientProxyConnectionError,
  ClientSession,
  type ConnectorOptions,
  ServerFingerprintMismatch,
} from "@roundtrip/http";
import { CA, CERT, KEY } from "../../server/_tls.ts";
import { CLIENT_CA, CLIENT_CERT, CLIENT_KEY } from "../_client_cert.ts";
import { connectProxy, socksProxy } from "../_proxies.ts";
import { rawServer, reply } from "../_raw_server.ts";

interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** A server of TLS that says from where and with which certificate it was asked, as it was told. */
function secureServer(): Promise<Listening> {
  return listening((socket) => {
    socket.once("data", () => {
      const { subject } = socket.getPeerCertificate();
      const said = `${socket.remoteAddress} ${subject?.CN ?? "nobody"}`;
      socket.end(reply(said));
    });
  });
}

/**
 * A proxy that is talked to by TLS, and knows CONNECT alone; every host is 127.0.0.1. It writes down
 * whose certificate it was shown.
 */
function secureProxy(shown: Set<string>): Promise<Listening> {
  return listening((socket) => {
    shown.add(socket.getPeerCertificate().subject?.CN ?? "nobody");
    socket.once("data", (head: Uint8Array) => {
      const [, port] = /^CONNECT \S+:(\d+) /.exec(new TextDecoder().decode(head)) ?? [];
      if (port === "1") return socket.end("HTTP/1.1 403 Not Here\r\nX: y\r\n\r\n");
      const target = connectTcp(Number(port), "127.0.0.1");
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.on("close", () => target.destroy()).pipe(target).on("error", () => {}).pipe(socket);
    });
  });
}

async function listening(serve: (socket: TLSSocket) => void): Promise<Listening> {
  const open = new Set<TLSSocket>();
  const options = { cert: CERT, key: KEY, ca: CLIENT_CA, requestCert: true };
  const server = createServer({ ...options, rejectUnauthorized: false }, (socket) => {
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const each of open) each.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A Unix socket that passes everything on. */
function unixSocket(port: number): { readonly proxy: string } & AsyncDisposable {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/s.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  const running: Promise<unknown>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      const target = await Deno.connect({ hostname: "127.0.0.1", port });
      running.push(connection.readable.pipeTo(target.writable).catch(() => {}));
      running.push(target.readable.pipeTo(connection.writable).catch(() => {}));
    }
  })();
  return {
    proxy: `unix:${path}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(running);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function get(url: string, connector: ConnectorOptions): Promise<string> {
  await using session = new ClientSession({ connector, timeout: { total: 5_000 } });
  await using response = await session.get(url);
  return await response.text();
}

/** Gives what is written to the console as a warning. */
async function warned(run: () => Promise<unknown>): Promise<string[]> {
  const { warn } = console;
  const said: string[] = [];
  console.warn = (text: string) => void said.push(text);
  try {
    await run();
  } finally {
    console.warn = warn;
  }
  return said;
}

const FINGERPRINT =
  "7E:FF:61:80:78:E3:30:E0:7C:4B:AA:25:06:D5:2F:E6:89:93:0B:77:65:55:4C:FB:25:A7:24:0A:B5:C2:BB:38";

Deno.test("sockets: certificates are checked, named, known by fingerprint or not at all, by every way", async () => {
  await using server = await secureServer();
  const shown = new Set<string>();
  await using outer = await secureProxy(shown);
  await using plain = connectProxy();
  await using socks = socksProxy();
  await using local = unixSocket(server.port);
  const { port } = server;
  const name = `https://localhost:${port}/`;
  const identity = { cert: CLIENT_CERT, key: CLIENT_KEY };
  const caCerts = [CA];
  const http = { proxy: `http://127.0.0.1:${plain.port}` };
  const https = { proxy: `https://localhost:${outer.port}` };
  const socks5 = { proxy: `socks5://127.0.0.1:${socks.port}` };
  const unix = { proxy: local.proxy };
  const rows: [
    name: string,
    url: string,
    ConnectorOptions,
    string | (new (...args: never[]) => Error),
  ][] = [
    ["straight", name, { caCerts }, "127.0.0.1 nobody"],
    ["not trusted", name, {}, ClientConnectorCertificateError],
    ["not checked", name, { verify: false }, "127.0.0.1 nobody"],
    ["fingerprint", name, { fingerprint: FINGERPRINT }, "127.0.0.1 nobody"],
    [
      "fingerprint without colons",
      name,
      { fingerprint: FINGERPRINT.replaceAll(":", "").toLowerCase() },
      "127.0.0.1 nobody",
    ],
    ["another fingerprint", name, { fingerprint: "00".repeat(32) }, ServerFingerprintMismatch],
    [
      "another fingerprint of one that is trusted",
      name,
      { caCerts, fingerprint: "00".repeat(32) },
      ServerFingerprintMismatch,
    ],
    [
      "a name that is not in it",
      `https://a.test:${port}/`,
      { caCerts, resolve: () => ["127.0.0.1"] },
      ClientConnectorCertificateError,
    ],
    [
      "serverName",
      `https://a.test:${port}/`,
      { caCerts, resolve: () => ["127.0.0.1"], serverName: "localhost" },
      "127.0.0.1 nobody",
    ],
    ["an address", `https://127.0.0.1:${port}/`, { caCerts, tlsInfo: true }, "127.0.0.1 nobody"],
    ["identity", name, { caCerts, ...identity }, "127.0.0.1 roundtrip-client"],
    [
      "identity and resolve",
      `https://a.test:${port}/`,
      { caCerts, ...identity, resolve: () => ["127.0.0.1"], serverName: "localhost" },
      "127.0.0.1 roundtrip-client",
    ],
    [
      "identity through http:",
      name,
      { caCerts, ...identity, ...http },
      "127.0.0.1 roundtrip-client",
    ],
    [
      "identity through socks5:",
      name,
      { caCerts, ...identity, ...socks5 },
      "127.0.0.1 roundtrip-client",
    ],
    ["https: proxy", name, { caCerts, ...https }, "127.0.0.1 nobody"],
    ["https: proxy that is not trusted", name, https, ClientProxyConnectionError],
    [
      "https: proxy that is not trusted, and a fingerprint, which is not for it",
      name,
      { fingerprint: FINGERPRINT, ...https },
      ClientProxyConnectionError,
    ],
    [
      "identity through https:",
      name,
      { caCerts, ...identity, ...https },
      "127.0.0.1 roundtrip-client",
    ],
    ["https: proxy, not checked", name, { verify: false, ...https }, "127.0.0.1 nobody"],
    [
      "https: proxy that refuses",
      "https://localhost:1/",
      { caCerts, ...https },
      ClientHttpProxyError,
    ],
    ["unix: with TLS", name, { caCerts, ...unix }, "127.0.0.1 nobody"],
    ["unix: with TLS, not trusted", name, unix, ClientConnectorCertificateError],
    [
      "identity on unix:",
      name,
      { caCerts, ...identity, ...unix },
      "127.0.0.1 roundtrip-client",
    ],
  ];
  if (Deno.build.os === "linux") {
    const localAddress = "127.0.0.9";
    rows.push(
      ["localAddress", name, { caCerts, localAddress }, "127.0.0.9 nobody"],
      [
        "localAddress to a proxy",
        name,
        { caCerts, localAddress, ...http },
        "127.0.0.1 nobody",
      ],
    );
  }
  const said = await warned(async () => {
    for (const [row, url, connector, expected] of rows) {
      if (typeof expected === "string") {
        assertEquals(await get(url, connector), expected, row);
        continue;
      }
      const error = await assertRejects(() => get(url, connector), Error);
      assert(error instanceof expected, `${row}: ${error}`);
    }
  });
  assertEquals([...shown], ["nobody"]);
  assertEquals(said.length, 2);
  assertMatch(said[0] ?? "", /^connector\.verify: false, certificates are not checked/);
});

Deno.test("sockets: tlsInfo shows version, cipher and certificate of the connection", async () => {
  await using server = await secureServer();
  const url = `https://localhost:${server.port}/`;
  for (const tlsInfo of [true, false]) {
    await using session = new ClientSession({ connector: { caCerts: [CA], tlsInfo } });
    await using response = await session.get(url);
    const { tls = null } = response.connection ?? {};
    assertEquals(response.connection?.remoteAddress, {
      hostname: "127.0.0.1",
      port: server.port,
    });
    if (!tlsInfo) {
      assertEquals(tls, null);
      continue;
    }
    assertMatch(`${tls?.version} ${tls?.cipher}`, /^TLSv1\.3 TLS_\w+$/);
    const { subject, issuer, fingerprint, validTo, bytes } = tls?.certificate ?? {};
    assertEquals([subject, issuer], ["localhost", "Roundtrip tests CA"]);
    assertEquals(fingerprint, FINGERPRINT.replaceAll(":", "").toLowerCase());
    assertEquals(validTo?.getUTCFullYear(), 2126);
    assert((bytes?.length ?? 0) > 300);
  }
});

Deno.test("sockets: names are looked up by family, by a function of one's own, and kept", async () => {
  await using server = rawServer(() => reply("ok"));
  const { port } = server;
  const asked: string[] = [];
  const resolve = (host: string, asks: number): string[] | null => {
    asked.push(`${host} ${asks}`);
    return host === "a.test" ? ["127.0.0.1"] : host === "none.test" ? [] : null;
  };
  // An address that refuses, and then one that answers (RFC 8305).
  const several = () => ["127.0.0.7", "127.0.0.8", "127.0.0.1"];
  const rows: [url: string, ConnectorOptions, RegExp | null][] = [
    [`http://localhost:${port}/`, {}, null],
    [`http://localhost:${port}/`, { family: 4 }, null],
    [`http://localhost:${port}/`, { family: 4, dnsCache: 0 }, null],
    [`http://127.0.0.1:${port}/`, { family: 4 }, null],
    [`http://127.0.0.1:${port}/`, { family: 6 }, /127\.0\.0\.1 has no address of IPv6/],
    [`http://nowhere.invalid:${port}/`, { family: 6 }, /nowhere\.invalid has no address of IPv6/],
    [`http://nowhere.invalid:${port}/`, {}, /Name or service not known/],
    [`http://a.test:${port}/`, { resolve }, null],
    [`http://none.test:${port}/`, { resolve }, /none\.test has no address/],
    [`http://127.0.0.1:${port}/`, { resolve }, null],
    [`http://a.test:${port}/`, { resolve: several }, null],
  ];
  for (const [url, connector, failure] of rows) {
    const row = `${url} ${Object.keys(connector)}`;
    if (failure === null) assertEquals(await get(url, connector), "ok", row);
    else {
      const error = await assertRejects(() => get(url, connector), ClientConnectorDNSError);
      assertMatch(error.message, failure, row);
    }
  }
  assertEquals(asked, [`a.test ${port}`, `none.test ${port}`, `127.0.0.1 ${port}`]);
  const error = await assertRejects(
    () => get(`http://a.test:1/`, { resolve: several }),
    ClientConnectorError,
  );
  assertEquals(error.failure, "refused");
});

Deno.test("sockets: a program that may connect to one host alone does so by its name", async () => {
  await using server = rawServer(() => reply("ok"));
  const entry = new URL("../../../mod.ts", import.meta.url).href;
  const program = `
    import { ClientSession } from ${JSON.stringify(entry)};
    await using session = new ClientSession({ connector: JSON.parse(Deno.args[0]) });
    try {
      await using response = await session.get("http://localhost:${server.port}/");
      console.log(await response.text());
    } catch (error) {
      console.log(error.failure);
    }`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  const config = `--config=${new URL("../../../deno.json", import.meta.url).pathname}`;
  const rows = [["{}", "ok\n"], ['{"dnsCache":1}', "permission\n"]] as const;
  for (const [options, expected] of rows) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", `--allow-net=localhost:${server.port}`, config, file, options],
      stdout: "piped",
    }).output();
    assertEquals(new TextDecoder().decode(stdout), expected);
  }
  await Deno.remove(file);
});

Deno.test("sockets of node:tls carry bodies both ways, are used again, and end with the request", async () => {
  let isCancelled = false;
  const endless = (): Response =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => void (isCancelled = true),
      }),
    );
  const from = new Set<number>();
  await using server = Object.assign(
    Deno.serve(
      { hostname: "127.0.0.1", port: 0, cert: CERT, key: KEY, onListen() {} },
      async (request, { remoteAddr }) => {
        from.add(remoteAddr.port);
        if (request.url.endsWith("/endless")) return endless();
        return new Response(await request.arrayBuffer());
      },
    ),
    { [Symbol.asyncDispose]: () => server.shutdown() },
  );
  const url = `https://localhost:${server.addr.port}/`;
  const connector = { caCerts: [CA], tlsInfo: true };
  await using session = new ClientSession({ connector, timeout: { total: 10_000 } });
  const body = new Uint8Array(3_000_000).map((_, at) => at % 251);
  const bodies = [body, new Blob([body]).stream(), new Uint8Array(0), null];
  for (const data of bodies) {
    await using response = await session.post(url, data === null ? {} : { data });
    const expected = data === null || data instanceof Uint8Array ? data?.length ?? 0 : body.length;
    const came = await response.read();
    assertEquals(came.length, expected);
    if (expected > 0) assertEquals(came.at(-1), body.at(-1));
  }
  assertEquals(from.size, 1);
  const giveUp = new AbortController();
  await using response = await session.get(`${url}endless`, { signal: giveUp.signal });
  await response.content.readExactly(1_000_000);
  giveUp.abort(new Error("enough"));
  await assertRejects(() => response.read(), Error, "enough");
  while (!isCancelled) await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test("sockets: TLS is agreed on by the host's name, however its address was found", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `https://localhost:${listener.addr.port}/`;
  const identity = { cert: CLIENT_CERT, key: CLIENT_KEY };
  const rows: [ConnectorOptions, string][] = [
    [{}, "localhost"],
    [{ tlsInfo: true }, "localhost"],
    [{ dnsCache: 0 }, "localhost"],
    [identity, "localhost"],
    [{ ...identity, dnsCache: 0 }, "localhost"],
    [{ ...identity, family: 4 }, "localhost"],
    [{ serverName: "a.test" }, "a.test"],
    [{ ...identity, serverName: "a.test" }, "a.test"],
  ];
  for (const [connector, name] of rows) {
    const asking = assertRejects(() => get(url, connector), ClientConnectorError);
    const connection = await listener.accept();
    const hello = new Uint8Array(4096);
    const count = await connection.read(hello) ?? 0;
    const text = new TextDecoder("latin1").decode(hello.subarray(0, count));
    assert(text.includes(name), Object.keys(connector).join());
    connection.close();
    await asking;
  }
});
