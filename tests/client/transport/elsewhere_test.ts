// A session over the sockets of Node and Bun: a bundled program run by each.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { web } from "@roundtrip/http";
import { run } from "../../_process.ts";
import { CA, CERT, KEY } from "../../server/_tls.ts";
import { connectProxy, socksProxy } from "../_proxies.ts";
import { rawServer, reply } from "../_raw_server.ts";
import { startWays } from "../_ways.ts";

const CLIENT = String.raw`
import { once } from "node:events";
import { createServer } from "node:tls";
import { ClientSession, fetchTransport, openFile } from "./client.mjs";
const { url, secure, raw, proxy, socks, refused, counted, early, ca, own, ways, folder } = JSON.parse(process.argv[2]);
const session = new ClientSession({ baseUrl: url, connector: { limit: 16, caCerts: [ca] } });
const failure = (promise) => promise.then(() => "none", (error) => error.constructor.name + ": " +
  error.message);
const seen = {};

const pieces = async function* () {
  yield "a";
  yield "b";
};
const form = new FormData();
form.set("name", "ann");
seen.bodies = [];
for (
  const options of [
    { data: "text" },
    { json: { a: 1 } },
    { data: new Uint8Array([104, 105]) },
    { data: { a: "1" } },
    { data: new Blob(["blob"]) },
    { data: "x".repeat(1_000_000) },
    { data: new Blob(["y".repeat(1_000_000)]) },
    { data: pieces() },
    { data: form },
    { data: "waits", expect100: true },
    {},
  ]
) seen.bodies.push(await (await session.post("/", options)).text());

const response = await session.get(raw + "/");
seen.facts = [
  response.version, response.reason, response.rawHeaders, await response.text(),
  [...response.trailers], response.connection.remoteAddress.hostname,
];
seen.packed = await (await session.get("/packed")).text();
const large = await session.get("/large");
let size = 0;
for await (const piece of large.content.iterAny()) size += piece.length;
seen.large = size;

const numbers = await Promise.all(Array.from({ length: 1000 }, async (_, n) =>
  Number(await (await session.get(counted + "/" + n)).text())));
seen.inOrder = numbers.every((each, n) => each === n);

seen.secure = await (await session.post(secure, { data: "over TLS" })).text();
seen.throughProxy = await (await session.post(secure, { data: "tunnel", proxy })).text();
seen.throughSocks = await (await session.get(counted + "/7", { proxy: socks })).text();
const strict = new ClientSession({ connector: { transport: "sockets" } });
seen.untrusted = await failure(strict.get(secure));
seen.refused = await failure(strict.get(refused));
seen.unknown = await failure(strict.get("http://name.invalid/"));
const lax = new ClientSession({ connector: { tlsInfo: true, caCerts: [ca] } });
const told = await lax.get(secure);
await told.text();
seen.tls = told.connection.tls.version + " " + told.connection.tls.certificate.subject;
await lax.close();
const strictServer = createServer({ ...own, ca: [ca], requestCert: true }, (socket) =>
  socket.on("error", () => {})).listen(0, "127.0.0.1");
await once(strictServer, "listening");
const demanding = "https://localhost:" + strictServer.address().port + "/";
seen.demanded = await failure(session.get(demanding));
strictServer.close();
seen.silence = await failure(session.get(raw + "/silence", { timeout: { total: 60 } }));
seen.cut = await failure(session.get(raw + "/cut").then((cut) => cut.text()));

const ws = await session.wsConnect("/ws");
await ws.sendStr("hello");
seen.ws = [await ws.receiveStr()];
await ws.sendBytes(new Uint8Array(100_000));
seen.ws.push((await ws.receiveBytes()).length);
seen.ws.push(await ws.close());

const wss = await session.wsConnect(secure.replace("https", "wss"));
await wss.sendStr("over TLS");
seen.wss = await wss.receiveStr();
await wss.close();
const saved = await session.downloadToFile("/large", folder + "/saved-" + process.pid);
seen.saved = saved.size;

const answered = await session.post(early, { data: new Blob(["z".repeat(5_000_000)]) });
seen.early = answered.status + " " + await answered.text();
seen.holes = [];
for (const connector of [{ family: 4 }, { proxy }, { caCerts: [ca] }]) {
  try {
    fetchTransport(connector);
    seen.holes.push("none");
  } catch (error) {
    seen.holes.push(error.name, error.message.includes("sockets"));
  }
}
const complaint = (run) => { try { run(); return "none"; } catch (error) { return error.message; } };
seen.http2 = ["fetch", undefined].map((transport) =>
  complaint(() => new ClientSession({ connector: { http2: true, transport } })));
seen.noFile = await openFile("/not/there").catch((error) => error.message);
seen.ways = [];
for (const [name, target, options] of ways) {
  const { resolve, ...connector } = options;
  if (resolve !== undefined) connector.resolve = () => ["127.0.0.1"];
  const own = new ClientSession({ connector, timeout: { total: 5_000 } });
  const outcome = await own.get(target).then((answer) => answer.text())
    .catch((error) => error.constructor.name);
  seen.ways.push(name + ": " + outcome);
  await own.close();
}
await strict.close();
process.env.http_proxy = socks;
const trusting = new ClientSession({ trustEnv: true });
seen.environment = await (await trusting.get(counted + "/8")).text();
await trusting.close();
// An idle pool does not keep the process alive.
console.log(JSON.stringify(seen));
`;

/** As in a runtime without sockets. */
const WITHOUT = String.raw`
Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Cloudflare-Workers" } });
const { ClientSession, socketTransport } = await import("./client.mjs");
const session = new ClientSession();
const response = await session.post(process.argv[2], { data: "text" });
console.log(response.version, await response.text());
await session.close();
for (const options of [{}, { family: 4 }, { caCerts: [process.argv[3]] }]) {
  try {
    if ("family" in options || "caCerts" in options) new ClientSession({ connector: options });
    else socketTransport();
  } catch (error) {
    console.log(error.message);
  }
}
`;

const RAW = "HTTP/1.1 200 Fine\r\nX-B: 1\r\nTransfer-Encoding: chunked\r\n\r\n" +
  "2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n";

function application(): web.Application {
  const app = new web.Application({ clientMaxSize: 0 });
  app.addRoutes([
    web.post("/", async (request) => {
      const body = await request.text();
      const shown = body.length > 200 ? `${body[0]} ${body.length}` : body;
      return web.textResponse(`${request.contentLength} ${shown}`);
    }),
    web.get("/packed", () => {
      const body = new Blob(["packed".repeat(1000)]).stream()
        .pipeThrough(new CompressionStream("gzip"));
      return new Response(body, { headers: { "content-encoding": "gzip" } });
    }),
    web.get("/large", () => new Response(new Uint8Array(10_000_000))),
    web.get(
      "/ws",
      web.webSocket(async (socket) => {
        for await (const { data } of socket) {
          await (typeof data === "string"
            ? socket.sendStr(data)
            : socket.sendBytes(data as Uint8Array<ArrayBuffer>));
        }
      }),
    ),
  ]);
  return app;
}

/** Bundles the client with programs. */
async function bundled(directory: string): Promise<void> {
  const entry = new URL("../../../client/mod.ts", import.meta.url).pathname;
  const to = `${directory}/client.mjs`;
  const { code, stderr } = await run([Deno.execPath(), "bundle", "-o", to, entry]);
  assertEquals(code, 0, stderr);
  await Deno.writeTextFile(`${directory}/main.mjs`, CLIENT);
  await Deno.writeTextFile(`${directory}/without.mjs`, WITHOUT);
}

const EXPECTED = {
  bodies: [
    "4 text",
    '7 {"a":1}',
    "2 hi",
    "3 a=1",
    "4 blob",
    "1000000 x 1000000",
    "1000000 y 1000000",
    "null ab",
    "8 name=ann",
    "5 waits",
    "0 ",
  ],
  facts: [
    "1.1",
    "Fine",
    [["X-B", "1"], ["Transfer-Encoding", "chunked"]],
    "hi",
    [["x-sum", "7"]],
    "127.0.0.1",
  ],
  packed: "packed".repeat(1000),
  large: 10_000_000,
  inOrder: true,
  secure: "over TLS",
  throughProxy: "tunnel",
  throughSocks: "7",
  environment: "8",
  tls: "TLSv1.3 localhost",
  ws: ["hello", 100_000, true],
  early: "413 no",
  wss: "over TLS",
  saved: 10_000_000,
  http2: Array(2).fill("connector.http2 is not supported: run it on Deno"),
  noFile: "ENOENT: no such file or directory, access '/not/there'",
  holes: ["NotSupportedError", true, "NotSupportedError", true, "NotSupportedError", true],
};
const FAILURES = {
  untrusted: /^ClientConnectorCertificateError: /,
  refused: /^ClientConnectorError: .*refused/i,
  unknown: /^ClientConnectorDNSError: /,
  demanded: /^ClientConnectorSSLError: /, // a client certificate
  silence: /^ServerTimeoutError: .*timeout\.total/,
  cut: /^ClientPayloadError: /,
};

for (const runtime of ["node", "bun"]) {
  const found = await run([runtime, "--version"]).then(({ code }) => code === 0, () => false);
  Deno.test({
    name: found
      ? `a session on ${runtime} talks over its sockets`
      : `a session on ${runtime} talks over its sockets (needs ${runtime})`,
    ignore: !found,
    async fn() {
      await using stack = new AsyncDisposableStack();
      const runner = stack.use(new web.AppRunner(application()));
      const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
      const raw = stack.use(rawServer(async ({ head }) => {
        if (head.startsWith("GET /silence")) await new Promise((end) => setTimeout(end, 200));
        if (head.startsWith("GET /cut")) return { last: reply("whole").slice(0, -2) };
        return head.startsWith("GET /silence") ? null : RAW;
      }));
      const counted = stack.use(
        rawServer(({ head }) => reply(/^GET \/(\d+)/.exec(head)?.[1] ?? "")),
      );
      const early = stack.use(earlyServer());
      const secure = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {}, cert: CERT, key: KEY },
        async (request) => {
          if (request.headers.get("upgrade") === null) return new Response(await request.text());
          const { socket, response } = Deno.upgradeWebSocket(request);
          socket.onmessage = ({ data }) => socket.send(data);
          return response;
        },
      );
      stack.defer(() => secure.shutdown());
      const proxy = stack.use(connectProxy());
      const socks = stack.use(socksProxy());
      const directory = await Deno.makeTempDir({ dir: new URL(".", import.meta.url).pathname });
      stack.defer(() => Deno.remove(directory, { recursive: true }));
      const ways = stack.use(await startWays());
      const given = {
        url,
        raw: raw.url,
        counted: counted.url,
        early: early.url,
        secure: `https://localhost:${secure.addr.port}/`,
        proxy: `http://127.0.0.1:${proxy.port}`,
        socks: `socks5://127.0.0.1:${socks.port}`,
        refused: "http://127.0.0.1:1/",
        ca: CA,
        own: { cert: CERT, key: KEY },
        ways: ways.rows,
        folder: directory,
      };
      await bundled(directory);
      const main = `${directory}/main.mjs`;
      const { code, stdout, stderr } = await run([runtime, main, JSON.stringify(given, asText)]);
      assertEquals(code, 0, stderr);
      const seen = JSON.parse(stdout);
      assertEquals(seen.ways, ways.rows.map(([name, , , expected]) => `${name}: ${expected}`));
      assertEquals([...ways.shown], ["nobody"]);
      assertMatch(stderr, /^(?:connector\.verify: false, .*\n){2}$/);
      for (const [name, pattern] of Object.entries(FAILURES)) assertMatch(seen[name], pattern);
      for (const [name, value] of Object.entries(EXPECTED)) assertEquals(seen[name], value, name);
      assert(counted.accepted <= 16 + 3, `${counted.accepted} connections`);
      const without = await run([runtime, `${directory}/without.mjs`, url, CA]);
      assertEquals([without.code, without.stderr], [0, ""]);
      assertEquals(without.stdout.trim().split("\n"), [
        "null 4 text",
        'connector.transport "sockets" is not supported: take "fetch" on this runtime',
        "connector.family is not supported: fetch has no such thing; connector.transport " +
        '"sockets" has, without http2',
        "connector is not supported: this runtime's fetch takes no proxy or certificate",
      ]);
    },
  });
}

/** Not representable as JSON: the function that resolves names. */
function asText(_: string, value: unknown): unknown {
  return typeof value === "function" ? "a function" : value;
}

/** Responds before the body arrives, and closes. */
function earlyServer(): AsyncDisposable & { readonly url: string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(reply("no", "HTTP/1.1 413 No")));
      await new Promise((end) => setTimeout(end, 50));
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}/`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}
