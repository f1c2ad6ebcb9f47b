import { assert, assertEquals } from "@std/assert";
import {
  cacheMiddleware,
  type CacheOptions,
  ClientSession,
  type RequestOptions,
} from "@roundtrip/http";
import { rawServer } from "../_raw_server.ts";
import { overEachApp } from "../_transports.ts";

interface Row {
  readonly name: string;
  readonly headers: Record<string, string>;
  readonly cache?: CacheOptions;
  readonly options?: RequestOptions;
  /** Bodies of the two requests. */
  readonly reads: readonly [string, string];
}

const FRESH = { "cache-control": "max-age=60" };
const ROWS: readonly Row[] = [
  { name: "a fresh response is reused", headers: FRESH, reads: ["1", "1"] },
  { name: "no-store is not stored", headers: { "cache-control": "no-store" }, reads: ["1", "2"] },
  { name: "a response without a lifetime is requested again", headers: {}, reads: ["1", "2"] },
  {
    name: "private is stored for one user",
    headers: { "cache-control": "private, max-age=60" },
    reads: ["1", "1"],
  },
  {
    name: "private is not stored for several users",
    headers: { "cache-control": "private, max-age=60" },
    cache: { shared: true },
    reads: ["1", "2"],
  },
  {
    name: "a response that sets a cookie is not stored",
    headers: { ...FRESH, "set-cookie": "a=b" },
    reads: ["1", "2"],
  },
  {
    name: "a response that varies by cookies is not stored",
    headers: { ...FRESH, vary: "Accept, Cookie" },
    reads: ["1", "2"],
  },
  {
    name: "a body beyond maxBodySize is not stored",
    headers: FRESH,
    cache: { maxBodySize: 0 },
    reads: ["1", "2"],
  },
  {
    name: "nothing is stored beyond maxSize",
    headers: FRESH,
    cache: { maxSize: 0 },
    reads: ["1", "2"],
  },
  {
    name: "a request with Authorization bypasses the cache",
    headers: FRESH,
    options: { auth: { login: "u" } },
    reads: ["1", "2"],
  },
  {
    name: "a request with Range bypasses the cache",
    headers: FRESH,
    options: { headers: { range: "bytes=0-" } },
    reads: ["1", "2"],
  },
  {
    name: "a caller's no-cache is respected",
    headers: FRESH,
    options: { headers: { "cache-control": "no-cache" } },
    reads: ["1", "2"],
  },
];
for (const { name, headers, cache, options, reads } of ROWS) {
  overEachApp(`cacheMiddleware(): ${name}`, async (serve) => {
    let calls = 0;
    await using served = serve(() => new Response(`${++calls}`, { headers }));
    const middlewares = [cacheMiddleware(cache)];
    await using session = new ClientSession({ ...served.options, middlewares });
    for (const expected of reads) {
      await using response = await session.get("/", options);
      assertEquals(await response.text(), expected);
    }
  });
}

overEachApp(
  "cacheMiddleware() revalidates stale responses, and invalidates URLs on writes",
  async (serve) => {
    const seen: string[] = [];
    let tag = '"a"';
    await using served = serve((request) => {
      const known = request.headers.get("if-none-match");
      seen.push(`${request.method} ${known}`);
      const headers = { etag: tag, "cache-control": "no-cache" };
      if (known === tag) return new Response(null, { status: 304, headers: { etag: tag } });
      return new Response(`"${tag.at(1)}" `, { headers });
    });
    await using session = new ClientSession({
      ...served.options,
      middlewares: [cacheMiddleware()],
    });
    const read = async (): Promise<string> => {
      await using response = await session.get("/");
      return `${response.status} ${await response.text()}`;
    };
    assertEquals([await read(), await read()], ['200 "a" ', '200 "a" ']);
    tag = '"b"';
    assertEquals(await read(), '200 "b" ');
    await (await session.put("/", { data: "x" })).read();
    assertEquals(await read(), '200 "b" ');
    assertEquals(seen, ["GET null", 'GET "a"', 'GET "a"', "PUT null", "GET null"]);
  },
);

/** Number of `count` cached responses that are requested again. */
async function askedAgain(
  count: number,
  cache: CacheOptions,
  respond: () => Response,
): Promise<number> {
  let asked = 0;
  const app = {
    fetch() {
      asked++;
      return respond();
    },
  };
  await using session = new ClientSession({ app, middlewares: [cacheMiddleware(cache)] });
  for (let turn = 0; turn < 2; turn++) {
    if (turn === 1) asked = 0;
    // From the last one, so that new entries do not evict cached ones.
    for (let at = count - 1; at >= 0; at--) {
      await using response = await session.get(`/${turn === 0 ? count - 1 - at : at}`);
      await response.read();
    }
  }
  return asked;
}

Deno.test("maxSize also limits responses without a body, by their URLs and headers", async () => {
  const headers = { ...FRESH, "x-pad": "p".repeat(9_000) };
  const empty = () => new Response(null, { headers });
  assertEquals(await askedAgain(50, { maxSize: 0 }, empty), 50);
  assertEquals(await askedAgain(50, { maxSize: 100_000 }, empty), 41); // nine of 10 KB fit
  const bare = () => new Response(null, { headers: FRESH });
  const left = await askedAgain(200, { maxSize: 100_000 }, bare);
  assert(left > 100 && left < 200, `${left} of 200 bare replies of at least 1 KiB`);
});

Deno.test("a response larger than the cache evicts nothing", async () => {
  const asked: string[] = [];
  const app = {
    fetch({ url }: Request) {
      asked.push(new URL(url).pathname);
      return new Response(url.endsWith("/big") ? "x".repeat(9_000) : "x", { headers: FRESH });
    },
  };
  const middlewares = [cacheMiddleware({ maxSize: 5_000 })];
  await using session = new ClientSession({ app, middlewares });
  for (const path of ["/small", "/big", "/small", "/big"]) {
    await using response = await session.get(path);
    await response.read();
  }
  assertEquals(asked, ["/small", "/big", "/big"]);
});

Deno.test("a response that is being stored has its version, connection, lines and trailers", async () => {
  const head =
    "HTTP/1.1 200 Fine\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n";
  await using server = rawServer(() => `${head}2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n`);
  await using session = new ClientSession({ middlewares: [cacheMiddleware()] });
  await using response = await session.get(server.url);
  assertEquals(await response.text(), "ok");
  assertEquals(response.version, "1.1");
  assertEquals(response.connection?.remoteAddress?.port, server.port);
  assertEquals(response.rawHeaders[0], ["Cache-Control", "max-age=60"]);
  assertEquals(response.trailers.get("x-sum"), "7");
  assertEquals(await (await session.get(server.url)).text(), "ok");
  assertEquals(server.requests.length, 1);
});
