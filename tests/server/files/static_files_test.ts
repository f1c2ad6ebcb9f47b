import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { web } from "@roundtrip/http";
import { ENGINES, everyWay, WAYS } from "../_engines.ts";
import { raw } from "../_raw.ts";
import { sampled, WHOLE } from "../../_whole.ts";
import { segmentsOf } from "../../../server/files/static_root.ts";

interface Folder extends Disposable {
  /** The folder that is served. */
  readonly root: string;
  /** The folder it lies in, with a secret beside it. */
  readonly outside: string;
}

const SECRET = "the secret outside";

function makeFolder(): Folder {
  const outside = Deno.realPathSync(Deno.makeTempDirSync());
  const root = `${outside}/pub`;
  const write = (path: string, text: string) => {
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, text);
    // 2020: files that were written to just now are treated with care
    Deno.utimeSync(path, 1_577_836_800, 1_577_836_800);
  };
  write(`${root}/hello.txt`, "hello\n");
  write(`${root}/empty`, "");
  write(`${root}/app.ts`, "export {};");
  write(`${root}/dir/index.html`, "<p>index");
  write(`${root}/dir/inner.txt`, "inner");
  write(`${root}/bare/<b>&"x'.txt`, "odd name");
  write(`${root}/bare/sub/x`, "x");
  write(`${root}/.env`, "hidden");
  write(`${root}/.git/config`, "hidden");
  write(`${root}/.well-known/acme`, "acme");
  write(`${root}/ж %25.txt`, "name");
  write(`${root}/zip.js`, "plain js");
  write(`${root}/zip.js.br`, "brotli");
  write(`${root}/zip.js.gz`, "gzip!");
  write(`${root}/big.bin`, "0123456789".repeat(20_000));
  write(`${outside}/secret.txt`, SECRET);
  write(`${outside}/pub2/secret.txt`, SECRET);
  Deno.symlinkSync("hello.txt", `${root}/inside-link`);
  Deno.symlinkSync("../secret.txt", `${root}/link`);
  Deno.symlinkSync("..", `${root}/up`);
  Deno.symlinkSync("link", `${root}/chain`);
  Deno.symlinkSync("loop", `${root}/loop`);
  Deno.symlinkSync("/dev/zero", `${root}/zero`);
  Deno.symlinkSync("../secret.txt", `${root}/hello.txt.gz`);
  new Deno.Command("mkfifo", { args: [`${root}/fifo`] }).outputSync();
  return { root, outside, [Symbol.dispose]: () => Deno.removeSync(outside, { recursive: true }) };
}

function appOf(root: string, options: web.StaticOptions = {}): web.Application {
  const app = new web.Application({ logger: { error: (_, error) => console.error(error) } });
  app.addRoutes([web.static("/s", root, { name: "s", ...options })]);
  return app;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

type Get = (
  app: web.Application,
  path: string,
  headers?: Record<string, string>,
  method?: string,
) => Promise<Answer>;

/** A test on every way to ask. */
function table(name: string, run: (get: Get) => Promise<void>, ways = WAYS): void {
  everyWay(name, (ask) =>
    run(async (app, path, headers = {}, method = "GET") => {
      const response = await ask(app, path, { method, headers });
      const text = await response.text();
      return { status: response.status, text, headers: response.headers };
    }), ways);
}

table("web.static() answers paths as the table says", async (get) => {
  using folder = makeFolder();
  const app = appOf(folder.root);
  const cases: [name: string, path: string, status: number, text: string | null][] = [
    ["a file", "/s/hello.txt", 200, "hello\n"],
    ["an empty file", "/s/empty", 200, ""],
    ["a file in a directory", "/s/dir/inner.txt", 200, "inner"],
    ["an encoded name", "/s/%D0%B6%20%2525.txt", 200, "name"],
    ["an encoded letter", "/s/%68ello.txt", 200, "hello\n"],
    ["a link that stays inside", "/s/inside-link", 200, "hello\n"],
    [".well-known", "/s/.well-known/acme", 200, "acme"],
    ["a directory", "/s/dir", 403, null],
    ["a directory with a slash", "/s/dir/", 403, null],
    ["the folder itself", "/s", 403, null],
    ["the folder itself with a slash", "/s/", 403, null],
    ["a missing file", "/s/missing.txt", 404, null],
    ["a file as a directory", "/s/hello.txt/", 404, null],
    ["below a file", "/s/hello.txt/x", 404, null],
    ["a dotfile", "/s/.env", 404, null],
    ["a file below a dot directory", "/s/.git/config", 404, null],
    ["an empty segment", "/s//hello.txt", 404, null],
    ["an encoded slash", "/s/dir%2Finner.txt", 404, null],
    ["a link to a file outside", "/s/link", 404, null],
    ["a link to a directory outside", "/s/up/secret.txt", 404, null],
    ["a chain of links to the outside", "/s/chain", 404, null],
    ["a link to itself", "/s/loop", 404, null],
    ["a device behind a link", "/s/zero", 404, null],
    ["a FIFO", "/s/fifo", 403, null],
    ["a NUL", "/s/hello.txt%00.html", 404, null],
    ["a name of 300 bytes", `/s/${"x".repeat(300)}`, 404, null],
    ["a path of 20 KB", `/s/${"x/".repeat(10_000)}`, 404, null],
    ["a malformed escape", "/s/%zz", 404, null],
    ["an escape that is not UTF-8", "/s/%ff%fe", 404, null],
    ["a prefix of another name", "/spub", 404, null],
  ];
  for (const [name, path, status, text] of cases) {
    const answer = await get(app, path);
    assertEquals(answer.status, status, name);
    if (text !== null) assertEquals(answer.text, text, name);
    const head = await get(app, path, {}, "HEAD");
    assertEquals([head.status, head.text], [status, ""], `${name}, HEAD`);
  }
});

table("web.static() sends aiohttp's headers", async (get) => {
  using folder = makeFolder();
  const { status, headers } = await get(appOf(folder.root), "/s/hello.txt");
  assertEquals(status, 200);
  assertEquals(Object.fromEntries(headers), {
    "accept-ranges": "bytes",
    "content-length": "6",
    "content-type": "text/plain",
    // (1577836800 * 10 ** 9).toString(16) and the size
    "etag": '"15e59a35b98a0000-6"',
    "last-modified": "Wed, 01 Jan 2020 00:00:00 GMT",
  });
});

table("web.static() takes content types from the extension", async (get) => {
  using folder = makeFolder();
  const names: [string, string][] = [
    ["a.gz", "application/gzip"],
    ["a.unknown-ending", "application/octet-stream"],
    ["gz", "application/octet-stream"],
    ["a.ts", "text/typescript"],
    ["a.mts", "text/typescript"],
    ["a.tsx", "text/tsx"],
    ["a.TXT", "text/plain"],
    ["a.svg", "image/svg+xml"],
    ["a.wasm", "application/wasm"],
  ];
  for (const [name] of names) Deno.writeTextFileSync(`${folder.root}/${name}`, "x");
  const [app, utf8] = [appOf(folder.root), appOf(folder.root, { charset: "utf-8" })];
  for (const [name, type] of names) {
    assertEquals((await get(app, `/s/${name}`)).headers.get("content-type"), type, name);
    const named = type.startsWith("text/") ? `${type}; charset=utf-8` : type;
    assertEquals((await get(utf8, `/s/${name}`)).headers.get("content-type"), named, name);
  }
});

const ETAG = '"15e59a35b98a0000-6"';
const DATE = "Wed, 01 Jan 2020 00:00:00 GMT";
const BEFORE = "Tue, 31 Dec 2019 23:59:59 GMT";
const CONDITIONS: [name: string, headers: Record<string, string>, status: number][] = [
  ["If-Match with its tag", { "if-match": ETAG }, 200],
  ["If-Match with a list", { "if-match": `"a", ${ETAG}` }, 200],
  ["If-Match *", { "if-match": "*" }, 200],
  ["If-Match with another tag", { "if-match": '"a"' }, 412],
  ["If-Match never matches a weak tag", { "if-match": `W/${ETAG}` }, 412],
  ["If-Match without a tag", { "if-match": "nonsense" }, 412],
  ["If-Unmodified-Since at its date", { "if-unmodified-since": DATE }, 200],
  ["If-Unmodified-Since before", { "if-unmodified-since": BEFORE }, 412],
  ["If-Unmodified-Since is not looked at after If-Match", {
    "if-match": ETAG,
    "if-unmodified-since": BEFORE,
  }, 200],
  ["If-Unmodified-Since that is not a date", { "if-unmodified-since": "yesterday" }, 200],
  ["If-None-Match with its tag", { "if-none-match": ETAG }, 304],
  ["If-None-Match matches a weak tag", { "if-none-match": `W/${ETAG}` }, 304],
  ["If-None-Match *", { "if-none-match": "*" }, 304],
  ["If-None-Match with another tag", { "if-none-match": '"a"' }, 200],
  ["If-Modified-Since at its date", { "if-modified-since": DATE }, 304],
  ["If-Modified-Since before", { "if-modified-since": BEFORE }, 200],
  ["If-Modified-Since, RFC 850", { "if-modified-since": "Wednesday, 01-Jan-20 00:00:00 GMT" }, 304],
  ["If-Modified-Since, asctime", { "if-modified-since": "Wed Jan  1 00:00:00 2020" }, 304],
  ["If-Modified-Since is not looked at after If-None-Match", {
    "if-none-match": '"a"',
    "if-modified-since": DATE,
  }, 200],
  ["If-Match comes before If-None-Match", { "if-match": '"a"', "if-none-match": ETAG }, 412],
  ["a passed If-Match leaves If-None-Match to decide", {
    "if-match": ETAG,
    "if-none-match": ETAG,
  }, 304],
];

table("web.static() answers conditional requests in aiohttp's order", async (get) => {
  using folder = makeFolder();
  const app = appOf(folder.root);
  for (const method of ["GET", "HEAD"]) {
    for (const [name, headers, status] of CONDITIONS) {
      const answer = await get(app, "/s/hello.txt", headers, method);
      assertEquals(answer.status, status, `${method} ${name}`);
      assertEquals(answer.text, status === 200 && method === "GET" ? "hello\n" : "", name);
      assertEquals(answer.headers.get("etag"), ETAG, name);
      assertEquals(answer.headers.get("last-modified"), DATE, name);
      if (status !== 200) assertEquals(answer.headers.get("content-type"), null, name);
    }
  }
});

const RANGES: [name: string, range: string, status: number, text: string, at: string | null][] = [
  ["the first two", "bytes=0-1", 206, "he", "bytes 0-1/6"],
  ["from an offset", "bytes=2-", 206, "llo\n", "bytes 2-5/6"],
  ["the last two", "bytes=-2", 206, "o\n", "bytes 4-5/6"],
  ["more than there is from the end", "bytes=-100", 206, "hello\n", "bytes 0-5/6"],
  ["an end beyond the end", "bytes=1-99", 206, "ello\n", "bytes 1-5/6"],
  ["the last byte", "bytes=5-5", 206, "\n", "bytes 5-5/6"],
  ["upper case", "BYTES=0-1", 206, "he", "bytes 0-1/6"],
  ["a start at the end", "bytes=6-", 416, "", "bytes */6"],
  ["reversed", "bytes=3-1", 416, "", "bytes */6"],
  // aiohttp sends the whole file as 206; by RFC 9110 section 14.1.2 it is unsatisfiable
  ["nothing from the end", "bytes=-0", 416, "", "bytes */6"],
  ["malformed", "bytes=a-b", 416, "", "bytes */6"],
  ["a dash alone", "bytes=-", 416, "", "bytes */6"],
  ["a sign", "bytes=+1-2", 416, "", "bytes */6"],
  ["another unit", "items=0-1", 200, "hello\n", null],
  ["several", "bytes=0-1,3-4", 200, "hello\n", null],
  ["twenty digits", "bytes=0-99999999999999999999", 206, "hello\n", "bytes 0-5/6"],
  ["10,000 of them", `bytes=${"0-1,".repeat(10_000)}0-1`, 200, "hello\n", null],
];

table("web.static() answers ranges as aiohttp does", async (get) => {
  using folder = makeFolder();
  const app = appOf(folder.root);
  for (const [name, range, status, text, at] of RANGES) {
    const answer = await get(app, "/s/hello.txt", { range });
    assertEquals([answer.status, answer.text], [status, text], name);
    assertEquals(answer.headers.get("content-range"), at, name);
    if (status === 206) assertEquals(answer.headers.get("content-length"), `${text.length}`, name);
  }
  // RFC 9110 section 14.2: a range is for GET
  const head = await get(app, "/s/hello.txt", { range: "bytes=0-1" }, "HEAD");
  assertEquals([head.status, head.headers.get("content-length")], [200, "6"]);
  assertEquals((await get(app, "/s/empty", { range: "bytes=0-" })).status, 416);
});

table("web.static() sends ranges of a big file", async (get) => {
  using folder = makeFolder();
  const app = appOf(folder.root);
  const whole = Deno.readTextFileSync(`${folder.root}/big.bin`);
  assertEquals((await get(app, "/s/big.bin")).text, whole);
  for (const [start, end] of [[0, 199_999], [1, 199_998], [65_536, 131_072], [70_000, 70_000]]) {
    const answer = await get(app, "/s/big.bin", { range: `bytes=${start}-${end}` });
    assert(answer.text === whole.slice(start, (end ?? 0) + 1), `${start}-${end}`);
  }
  const response = await app.fetch(
    new Request("http://localhost/s/big.bin", { headers: { range: "bytes=0-150000" } }),
  );
  await response.body?.cancel(); // closes the file: the leak check would tell
});

table("web.static() honours If-Range with dates and with tags", async (get) => {
  using folder = makeFolder();
  const app = appOf(folder.root);
  const cases: [name: string, ifRange: string, status: number][] = [
    ["its date", DATE, 206],
    ["an older date", BEFORE, 200],
    ["its tag", ETAG, 206],
    ["another tag", '"a"', 200],
    ["a weak tag", `W/${ETAG}`, 200],
    ["nonsense", "nonsense", 200],
  ];
  for (const [name, ifRange, status] of cases) {
    const answer = await get(app, "/s/hello.txt", { "range": "bytes=0-1", "if-range": ifRange });
    assertEquals([answer.status, answer.text], [status, status === 206 ? "he" : "hello\n"], name);
  }
});

table("web.static() chooses precompressed files, by q-value", async (get) => {
  using folder = makeFolder();
  const app = appOf(folder.root);
  const cases: [acceptEncoding: string, coding: string | null, text: string][] = [
    ["br, gzip", "br", "brotli"],
    ["gzip, br", "br", "brotli"],
    ["gzip", "gzip", "gzip!"],
    ["gzip;q=1, br;q=0.5", "gzip", "gzip!"],
    ["gzip;q=0", null, "plain js"],
    ["gzip;q=0, br;q=0", null, "plain js"],
    ["identity, gzip;q=0.5", null, "plain js"],
    ["*", "br", "brotli"],
    ["br;q=0, *", "gzip", "gzip!"],
    ["deflate", null, "plain js"],
    ["xgzip", null, "plain js"],
    ["GZIP", "gzip", "gzip!"],
    ["", null, "plain js"],
  ];
  for (const [accept, coding, text] of cases) {
    const answer = await get(app, "/s/zip.js", { "accept-encoding": accept });
    assertEquals(answer.text, text, accept);
    assertEquals(answer.headers.get("content-encoding"), coding, accept);
    assertEquals(answer.headers.get("content-type"), "text/javascript", accept);
    assertEquals(answer.headers.get("vary"), "Accept-Encoding", accept);
    assertEquals(answer.headers.get("etag"), `"15e59a35b98a0000-${text.length}"`, accept);
    const range = { "accept-encoding": accept, "range": "bytes=1-2" };
    assertEquals((await get(app, "/s/zip.js", range)).text, text.slice(1, 3), accept);
  }
  // "hello.txt.gz" is a link to the outside
  const linked = await get(app, "/s/hello.txt", { "accept-encoding": "gzip" });
  assertEquals([linked.text, linked.headers.get("vary")], ["hello\n", null]);
  const off = await get(appOf(folder.root, { precompressed: false }), "/s/zip.js", {
    "accept-encoding": "br",
  });
  assertEquals(off.text, "plain js");
});

table("web.static() serves an index and redirects to its directory", async (get) => {
  using folder = makeFolder();
  const app = appOf(folder.root, { index: true });
  assertEquals((await get(app, "/s/dir/")).text, "<p>index");
  const redirect = await get(app, "/s/dir?a=%0d%0ab&c");
  assertEquals(redirect.status, 308);
  assertEquals(redirect.headers.get("location"), "/s/dir/?a=%0d%0ab&c");
  assertEquals((await get(app, "/s/")).status, 403);
  const named = appOf(folder.root, { index: "inner.txt" });
  assertEquals((await get(named, "/s/dir/")).text, "inner");
});

table("web.static() never redirects to another host", async (get) => {
  using folder = makeFolder();
  Deno.mkdirSync(`${folder.root}/evil.com`);
  Deno.writeTextFileSync(`${folder.root}/evil.com/index.html`, "x");
  const app = new web.Application();
  app.addRoutes([web.static("/", folder.root, { index: true })]);
  for (
    const path of [
      "//evil.com",
      "/%2Fevil.com",
      "/%5Cevil.com",
      "/\\evil.com",
      "//evil.com/%2e%2e",
      "///evil.com",
      "/./evil.com",
      "/.//evil.com",
    ]
  ) {
    const raw = Object.defineProperty(new Request("http://localhost/"), "url", {
      value: `http://localhost${path}`,
    });
    const response = await app.fetch(raw);
    const location = response.headers.get("location");
    assert(location === null || location === "/evil.com/", `${path} leads to ${location}`);
    await response.body?.cancel();
  }
  assertEquals((await get(app, "/evil.com")).headers.get("location"), "/evil.com/");
});

table("web.static() sends the fallback for pages, not for files that are missing", async (get) => {
  using folder = makeFolder();
  const app = appOf(folder.root, { fallback: "dir/index.html" });
  assertEquals((await get(app, "/s/users/7")).text, "<p>index");
  assertEquals((await get(app, "/s/missing.js")).status, 404);
  assertEquals((await get(app, "/s/hello.txt")).text, "hello\n");
  assertEquals((await get(appOf(folder.root, { fallback: "nope" }), "/s/users")).status, 404);
});

table("web.static() lists a directory when asked, escaped", async (get) => {
  using folder = makeFolder();
  const app = appOf(folder.root, { showIndex: true });
  const { status, text, headers } = await get(app, "/s/bare");
  assertEquals([status, headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  assertStringIncludes(text, "<title>Index of /bare</title>");
  assertStringIncludes(
    text,
    '<li><a href="/s/bare/%3Cb%3E%26%22x&#39;.txt">&lt;b&gt;&amp;&quot;x&#39;.txt</a></li>',
  );
  assertStringIncludes(text, '<li><a href="/s/bare/sub/">sub/</a></li>');
  const root = await get(app, "/s/");
  assertStringIncludes(root.text, "Index of /<");
  assert(!root.text.includes(".env"), "dotfiles are not listed");
  const all = await get(appOf(folder.root, { showIndex: true, dotfiles: true }), "/s");
  assertStringIncludes(all.text, ".env");
});

table("web.static() obeys dotfiles, followSymlinks and headers", async (get) => {
  using folder = makeFolder();
  const dot = appOf(folder.root, { dotfiles: true });
  assertEquals((await get(dot, "/s/.env")).text, "hidden");
  assertEquals((await get(dot, "/s/..")).status, 404);
  const follow = appOf(folder.root, { followSymlinks: true });
  assertEquals((await get(follow, "/s/link")).text, SECRET);
  assertEquals((await get(follow, "/s/fifo")).status, 403);
  const cached = appOf(folder.root, {
    headers: { "cache-control": "max-age=60", "content-type": "x/y" },
  });
  const { headers } = await get(cached, "/s/hello.txt");
  assertEquals(headers.get("cache-control"), "max-age=60");
  assertEquals(headers.get("content-type"), "x/y");
  assertEquals(headers.get("content-length"), "6");
});

Deno.test("a middleware that changes what it read of a file changes no other response", async () => {
  const changes: Record<string, (response: Response) => unknown> = {
    headers: ({ headers }) => headers.set("etag", "changed"),
    bytes: async (response) => (await response.bytes()).fill(33),
    arrayBuffer: async (response) => new Uint8Array(await response.arrayBuffer()).fill(33),
    transfer: async (response) => (await response.arrayBuffer()).transfer(),
    clone: async (response) => (await response.clone().bytes()).fill(33),
    body: async ({ body }) => (await body?.getReader().read())?.value?.fill(33),
  };
  using folder = makeFolder();
  await Deno.utime(`${folder.root}/hello.txt`, 1_577_836_800, 1_577_836_800); // else uncached
  for (const [name, change] of Object.entries(changes)) {
    const changed = Promise.withResolvers<void>();
    const app = appOf(folder.root);
    app.middlewares.push(async (request, handler) => {
      const response = await handler(request);
      assert(response instanceof Response);
      if (request.query.has("late")) await changed.promise;
      if (!request.query.has("change")) return response;
      await change(response);
      changed.resolve();
      return new Response("changed");
    });
    const get = (query: string) => app.request(`/s/hello.txt${query}`);
    const first = await get("");
    const late = get("?late");
    await get("?change");
    for (const response of [first, await late, await get("")]) {
      assertEquals(await response.text(), "hello\n", name);
      assertNotEquals(response.headers.get("etag"), "changed");
    }
  }
});

table("web.static() allows GET and HEAD only", async (get) => {
  using folder = makeFolder();
  const { status, headers } = await get(appOf(folder.root), "/s/hello.txt", {}, "POST");
  assertEquals([status, headers.get("allow")], [405, "GET,HEAD"]);
});

Deno.test("web.static() builds URLs, with the hash of the content when asked", () => {
  using folder = makeFolder();
  const files = web.static("/s", folder.root, { name: "s" });
  const app = new web.Application();
  app.addRoutes([files, web.static("/v", folder.root, { name: "v", appendVersion: true })]);
  // printf 'hello\n' | sha256sum, in base64url
  const hashed = "/s/hello.txt?v=WJG1tSLV3whtD_CxEPvZ0hu0_HFjrzTQgoai6Eb2vgM%3D";
  assertEquals(`${files.urlFor({ filename: "hello.txt", appendVersion: true })}`, hashed);
  const named = app.router.named("s");
  assertEquals(`${named.urlFor({ filename: "hello.txt", appendVersion: true })}`, hashed);
  const cases: [Record<string, string | boolean>, string][] = [
    [{ filename: "a b/ж?.txt" }, "/s/a%20b/%D0%B6%3F.txt"],
    [{ filename: "/hello.txt" }, "/s/hello.txt"],
    [{ filename: "missing", appendVersion: true }, "/s/missing"],
    [{ filename: "../secret.txt", appendVersion: true }, "/s/../secret.txt"],
    [{ filename: "link", appendVersion: true }, "/s/link"],
    [{ filename: "fifo", appendVersion: true }, "/s/fifo"],
  ];
  for (const [parts, url] of cases) assertEquals(`${named.urlFor(parts)}`, url);
  const v = app.router.named("v");
  assertEquals(`${v.urlFor({ filename: "hello.txt" })}`, hashed.replace("/s/", "/v/"));
  assertEquals(`${v.urlFor({ filename: "hello.txt", appendVersion: false })}`, "/v/hello.txt");
  assertThrows(() => named.urlFor({}), TypeError, '"filename" has to be a string');
});

Deno.test("web.static() refuses invalid folders when it is defined", () => {
  using folder = makeFolder();
  const cases: [prefix: string, folder: string, message: string][] = [
    ["s", folder.root, 'has to start with "/"'],
    ["/{x}", folder.root, "have no variables"],
    ["/s", `${folder.root}/missing`, "the folder cannot be read"],
    ["/s", `${folder.root}/hello.txt`, "it is not a folder"],
  ];
  for (const [prefix, path, message] of cases) {
    assertThrows(() => web.static(prefix, path), TypeError, message);
  }
});

table("web.static() sees changes of a file at once", async (get) => {
  using folder = makeFolder();
  const app = appOf(folder.root);
  const path = `${folder.root}/hello.txt`;
  const first = await get(app, "/s/hello.txt");
  assertEquals((await get(app, "/s/hello.txt")).text, "hello\n");
  Deno.writeTextFileSync(path, "other\n");
  const second = await get(app, "/s/hello.txt");
  assertEquals(second.text, "other\n");
  assert(first.headers.get("etag") !== second.headers.get("etag"));
  Deno.removeSync(path);
  assertEquals((await get(app, "/s/hello.txt")).status, 404);
  Deno.symlinkSync("../secret.txt", path);
  assertEquals((await get(app, "/s/hello.txt")).status, 404);
  Deno.removeSync(path);
  new Deno.Command("mkfifo", { args: [path] }).outputSync();
  assertEquals((await get(app, "/s/hello.txt")).status, 403);
});

Deno.test("segmentsOf() refuses the names of Windows' devices, drives and streams", () => {
  for (const name of ["CON", "nul.txt", "com1", "C:", "a:stream", "a.", "a ", "a/aux/b", "x*"]) {
    assertEquals(segmentsOf(name, false, true), null, name);
  }
  assertEquals(segmentsOf("console/a.txt", false, true), ["console", "a.txt"]);
  assertEquals(segmentsOf("//host/share", false, true), null);
});

/** Ways to write the parts of "../secret.txt". */
const DOTS = [
  "..",
  "%2e%2e",
  "%2E%2e",
  ".%2e",
  "%2e.",
  "%252e%252e",
  "%c0%ae%c0%ae",
  "．．",
  "...",
];
const SLASHES = [
  "/",
  "%2f",
  "%2F",
  "%252f",
  "\\",
  "%5c",
  "%5C",
  "//",
  "/./",
  "%c0%af",
  "∕",
  "/%00/",
];
const STARTS = ["", "/", "dir/", "dir%2f", "./", "dir/x/../../", "up/", "inside-link/", "%00"];
const ENDS = [
  "secret.txt",
  "pub2/secret.txt",
  "secret.txt%00",
  "%73ecret.txt",
  "pub/../secret.txt",
];

for (const [name, engine] of ENGINES) {
  Deno.test(`web.static() never leaves its folder, in any encoding (${name})`, async () => {
    using folder = makeFolder();
    const app = appOf(folder.root, { dotfiles: true, index: true, showIndex: true });
    await using runner = new web.AppRunner(app, { shutdownTimeout: 100, engine });
    const { port } = new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
    const paths = new Set<string>();
    for (const start of STARTS) {
      for (const dots of DOTS) {
        for (const slash of SLASHES) {
          for (const end of ENDS) {
            paths.add(`${start}${dots}${slash}${end}`);
            paths.add(`${start}${dots}${slash}${dots}${slash}${end}`);
          }
        }
      }
    }
    assert(paths.size >= 2000, `${paths.size} paths`);
    const statuses = new Map<number, number>();
    // Prime to the lengths of the lists, so that every word of each is still tried.
    const tried = sampled(paths, name === "deno" ? 7 : 43);
    for (const path of tried) {
      const { status, body } = await raw(Number(port), `/s/${path}`);
      assert(!body.includes(SECRET), `${path} left the folder`);
      assert(status < 500, `${path} is ${status}`);
      assert(status !== 200 || body.includes("Index of"), `${path} is ${status}: ${body}`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    assert((statuses.get(404) ?? 0) > tried.length / 5, JSON.stringify([...statuses]));
  });
}

table(
  "web.static() sends nothing from outside while a directory is swapped for a link",
  async (get) => {
    using folder = makeFolder();
    const { root, outside } = folder;
    Deno.mkdirSync(`${root}/swap`);
    Deno.writeTextFileSync(`${root}/swap/secret.txt`, "inside");
    Deno.mkdirSync(`${outside}/links`);
    Deno.symlinkSync(`${outside}/pub2`, `${outside}/links/swap`);
    const app = appOf(root);
    // Another process swaps them as fast as it can, so that a swap can come between any two calls.
    const script = `
    for (;;) {
      Deno.renameSync("${root}/swap", "${outside}/links/kept");
      Deno.renameSync("${outside}/links/swap", "${root}/swap");
      Deno.renameSync("${root}/swap", "${outside}/links/swap");
      Deno.renameSync("${outside}/links/kept", "${root}/swap");
    }`;
    const swapper = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-config", "data:text/typescript," + encodeURIComponent(script)],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      const seen = new Map<string, number>();
      const began = Date.now();
      const areBothSeen = (): boolean => seen.has("200") && seen.has("404");
      while (Date.now() < began + (areBothSeen() ? WHOLE ? 3000 : 1000 : 30_000)) {
        const { status, text } = await get(app, "/s/swap/secret.txt");
        assert(!text.includes(SECRET), "a byte from outside");
        assert(status === 200 || status === 404, `status ${status}`);
        const key = `${status}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
      assert(areBothSeen(), JSON.stringify([...seen]));
    } finally {
      swapper.kill("SIGKILL");
      await swapper.status;
    }
  },
  WAYS.slice(0, 1),
);
