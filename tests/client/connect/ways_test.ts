// Connections that require sockets: names, addresses, certificates, TLS within TLS.
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  ClientConnectorDNSError,
  ClientConnectorError,
  ClientSession,
  type ConnectorOptions,
} from "@roundtrip/http";
import { CA, CERT, KEY } from "../../server/_tls.ts";
import { CLIENT_CERT, CLIENT_KEY } from "../_client_cert.ts";
import { rawServer, reply } from "../_raw_server.ts";
import { FINGERPRINT, secureServer, startWays } from "../_ways.ts";

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

Deno.test("sockets: certificates are verified by name or fingerprint, or not, on every way to connect", async () => {
  await using ways = await startWays();
  const said = await warned(async () => {
    for (const [row, url, connector, expected] of ways.rows) {
      const outcome = await get(url, connector).catch((error: Error) => error.constructor.name);
      assertEquals(outcome, expected, row);
    }
  });
  assertEquals([...ways.shown], ["nobody"]);
  assertEquals(said.length, 2);
  assertMatch(said[0] ?? "", /^connector\.verify: false, certificates are not checked/);
});

Deno.test("sockets: tlsInfo has version, cipher and certificate of the connection", async () => {
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

Deno.test("sockets: names are resolved by family or a custom function, and cached", async () => {
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

Deno.test("sockets: a permission for one host name is sufficient", async () => {
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

Deno.test("sockets of node:tls send and receive bodies, are reused, and end with the request", async () => {
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

Deno.test("sockets: TLS uses the host's name, independent of name resolution", async () => {
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
