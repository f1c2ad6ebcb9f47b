import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { scaled } from "../../_whole.ts";
import {
  AbstractCookieJar,
  ClientSession,
  CookieJar,
  type CookieJarOptions,
  DummyCookieJar,
  type JarCookie,
  web,
} from "@roundtrip/http";
import { serve } from "../../_harness.ts";
import { overEachApp } from "../_transports.ts";
import { ownWork } from "../../_memory.ts";

/** The cookies sent to `to` after `from` has set `headers`. */
function sent(
  headers: readonly string[],
  from: string,
  to: string = from,
  options: CookieJarOptions = {},
): string {
  const jar = new CookieJar(options);
  jar.updateFromHeaders(headers, new URL(from));
  return jar.cookieHeader(new URL(to));
}

const RULES: [string, () => unknown, unknown][] = [
  ["an IPv4 host has no cookies", () => sent(["a=1"], "http://127.0.0.1/"), ""],
  ["an IPv6 host has no cookies", () => sent(["a=1"], "http://[::1]/"), ""],
  [
    "unless unsafe",
    () => sent(["a=1"], "http://127.0.0.1/", undefined, { unsafe: true }),
    "a=1",
  ],
  [
    "a host that starts with a digit is not an address",
    () => sent(["a=1"], "http://1.example.com/"),
    "a=1",
  ],
  ["cookies of the session are sent to an IPv4 host", () => {
    const jar = new CookieJar();
    jar.updateCookies({ a: "1" });
    return jar.cookieHeader(new URL("http://127.0.0.1/"));
  }, "a=1"],
  [
    "without Domain it is host-only",
    () => sent(["a=1"], "http://example.com/", "http://www.example.com/"),
    "",
  ],
  [
    "with Domain it is sent to subdomains",
    () => sent(["a=1; Domain=example.com"], "http://example.com/", "http://www.example.com/"),
    "a=1",
  ],
  [
    "a leading dot is removed",
    () => sent(["a=1; Domain=.example.com"], "http://www.example.com/", "http://example.com/"),
    "a=1",
  ],
  [
    "a Domain with a trailing dot is ignored",
    () => sent(["a=1; Domain=example.com."], "http://example.com/", "http://www.example.com/"),
    "",
  ],
  [
    "a host with a trailing dot is the same host",
    () => sent(["a=1; Domain=example.com."], "http://example.com/"),
    "a=1",
  ],
  [
    "another Domain is refused",
    () => sent(["a=1; Domain=example.org"], "http://example.com/", "http://example.org/"),
    "",
  ],
  [
    "a Domain below the host is refused",
    () => sent(["a=1; Domain=www.example.com"], "http://example.com/", "http://www.example.com/"),
    "",
  ],
  [
    "a Domain with the same ending is refused",
    () => sent(["a=1; Domain=ample.com"], "http://example.com/"),
    "",
  ],
  [
    "a public suffix is refused, unlike aiohttp",
    () => sent(["a=1; Domain=com"], "http://example.com/"),
    "",
  ],
  [
    "a private suffix is refused",
    () => sent(["a=1; Domain=co.uk"], "http://example.co.uk/"),
    "",
  ],
  [
    "hostile Domains are ignored",
    () => sent(["a=1; Domain=__proto__"], "http://__proto__/", "http://example.com/"),
    "",
  ],
  [
    "localhost is a host",
    () => sent(["a=1"], "http://localhost:8080/", "http://localhost:9090/"),
    "a=1",
  ],
  [
    "the default path is the folder",
    () => sent(["a=1"], "http://h.com/a/b", "http://h.com/a"),
    "a=1",
  ],
  [
    "the default path includes paths below",
    () => sent(["a=1"], "http://h.com/a/b", "http://h.com/a/c/d"),
    "a=1",
  ],
  [
    "the default path excludes siblings",
    () => sent(["a=1"], "http://h.com/a/b", "http://h.com/"),
    "",
  ],
  [
    "a path ends at a slash",
    () => sent(["a=1; Path=/a"], "http://h.com/", "http://h.com/ab"),
    "",
  ],
  [
    "an invalid path is the default",
    () => sent(["a=1; Path=a"], "http://h.com/x/y", "http://h.com/x/z"),
    "a=1",
  ],
  [
    "one name on two paths is sent twice, the longer path first",
    () =>
      sent(
        ["a=1; Path=/", "a=2; Path=/x", "a=3; Path=/x/y"],
        "http://h.com/x/y",
        "http://h.com/x/z",
      ),
    "a=2; a=1",
  ],
  [
    "the more specific path comes first",
    () => sent(["b=1; Path=/", "a=2; Path=/x"], "http://h.com/", "http://h.com/x"),
    "a=2; b=1",
  ],
  [
    "Secure goes over TLS alone",
    () => sent(["a=1; Secure"], "https://h.com/", "http://h.com/"),
    "",
  ],
  ["Secure over https", () => sent(["a=1; Secure"], "https://h.com/"), "a=1"],
  [
    "Secure over wss",
    () => sent(["a=1; Secure"], "https://h.com/", "wss://h.com/"),
    "a=1",
  ],
  [
    "Secure does not go to localhost without TLS",
    () => sent(["a=1; Secure"], "https://localhost/", "http://localhost/"),
    "",
  ],
  [
    "Secure from a server without TLS is dropped, other than in aiohttp",
    () => sent(["a=1; Secure"], "http://h.com/", "https://h.com/"),
    "",
  ],
  [
    "an origin treated as secure gets them",
    () =>
      sent(["a=1; Secure"], "http://h.com:8080/", undefined, {
        treatAsSecureOrigin: "http://h.com:8080",
      }),
    "a=1",
  ],
  [
    "several are",
    () =>
      sent(["a=1; Secure"], "https://h.com/", "http://h.com/", {
        treatAsSecureOrigin: [new URL("http://x.com"), "http://h.com/"],
      }),
    "a=1",
  ],
  [
    "its port has to be the same",
    () =>
      sent(["a=1; Secure"], "https://h.com/", "http://h.com:81/", {
        treatAsSecureOrigin: ["http://h.com:8080"],
      }),
    "",
  ],
  ["Max-Age 0 deletes", () => sent(["a=1", "a=; Max-Age=0"], "http://h.com/"), ""],
  [
    "a negative Max-Age deletes",
    () => sent(["a=1", "a=2; Max-Age=-1"], "http://h.com/"),
    "",
  ],
  [
    "an Expires in the past deletes",
    () => sent(["a=1", "a=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], "http://h.com/"),
    "",
  ],
  [
    "Max-Age beats Expires",
    () => sent(["a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], "http://h.com/"),
    "a=1",
  ],
  [
    "Max-Age beats Expires, also to delete",
    () => sent(["a=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT; Max-Age=0"], "http://h.com/"),
    "",
  ],
  [
    "an invalid Max-Age makes a session cookie",
    () => sent(["a=1; Max-Age=x"], "http://h.com/"),
    "a=1",
  ],
  [
    "an invalid Expires makes a session cookie",
    () => sent(["a=1; Expires=x"], "http://h.com/"),
    "a=1",
  ],
  [
    "an endless Max-Age does not break",
    () => sent(["a=1; Max-Age=99999999999999999999"], "http://h.com/"),
    "a=1",
  ],
  ["dates of all three forms are read", () =>
    sent([
      "a=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT",
      "b=2; Expires=Friday, 01-Jan-2100 00:00:00 GMT",
      "c=3; Expires=Fri Jan  1 00:00:00 2100",
    ], "http://h.com/"), "a=1; b=2; c=3"],
  [
    "values are sent unchanged",
    () => sent(['a=b/c=d"e f'], "http://h.com/"),
    'a=b/c=d"e f',
  ],
  ["quoted values stay quoted", () => sent(['a="b c"'], "http://h.com/"), 'a="b c"'],
  [
    "percent signs are unchanged",
    () => sent(["a=%0D%0A%3B"], "http://h.com/"),
    "a=%0D%0A%3B",
  ],
  [
    "quoteCookie quotes values that are not tokens",
    () => sent(["a=b/c=d", "b=x:y", "c=1,2"], "http://h.com/", undefined, { quoteCookie: true }),
    'a="b/c=d"; b=x:y; c="1\\0542"',
  ],
  [
    "quoteCookie leaves quoted values unchanged",
    () => sent(['a="b c"'], "http://h.com/", undefined, { quoteCookie: true }),
    'a="b c"',
  ],
  ["quoteCookie makes any value safe", () => {
    const jar = new CookieJar({ quoteCookie: true });
    jar.updateCookies({ a: 'x;y"\\\r\n', b: "ÿ" });
    return jar.cookieHeader(new URL("http://h.com/"));
  }, 'a="x\\073y\\"\\\\\\015\\012"; b="\\377"'],
  ["cookies of a request override the jar's", () => {
    const jar = new CookieJar();
    jar.updateFromHeaders(["a=1", "b=2"], new URL("http://h.com/"));
    return jar.cookieHeader(new URL("http://h.com/"), new Map([["a", "mine"], ["c", "3"]]));
  }, "a=mine; b=2; c=3"],
  ["clearDomain includes subdomains", () => {
    const jar = new CookieJar();
    for (const host of ["example.com", "www.example.com", "ample.com", "example.org"]) {
      jar.updateFromHeaders(["a=1"], new URL(`http://${host}/`));
    }
    jar.updateCookies({ shared: "1" });
    jar.clearDomain("Example.com");
    return Array.from(jar, ({ domain }) => domain);
  }, ["", "ample.com", "example.org"]],
  [
    "__Host- has to keep its promise",
    () =>
      sent(
        ["__Host-a=1", "__Host-b=2; Secure; Path=/", "__Host-c=3; Secure; Path=/; Domain=h.com"],
        "https://h.com/",
      ),
    "__Host-b=2",
  ],
  [
    "__Secure- too",
    () => sent(["__Secure-a=1", "__Secure-b=2; Secure"], "https://h.com/"),
    "__Secure-b=2",
  ],
  [
    "a nameless cookie cannot bypass them",
    () => sent(["=__Host-a=1", "=x", "; a=1"], "https://h.com/"),
    "",
  ],
];
for (const [name, run, expected] of RULES) {
  Deno.test(`CookieJar: ${name}`, () => assertEquals(run(), expected));
}

// After the tables of http-state: one Set-Cookie line, and what comes back to the same URL.
const LINES: [string, string][] = [
  ["foo=bar", "foo=bar"],
  ["foo=bar; Expires=Fri, 07 Aug 2099 08:04:19 GMT", "foo=bar"],
  ["foo=bar; expires=Fri, 07 Aug 2007 08:04:19 GMT", ""],
  [" foo = bar ", "foo=bar"],
  ["foo=bar;", "foo=bar"],
  ["foo=bar; ", "foo=bar"],
  ["foo=bar ;bar", "foo=bar"],
  ["foo=  bar  ; max-age=60", "foo=bar"],
  ["foo=", "foo="],
  ["foo", ""],
  ["=bar", ""],
  ["=", ""],
  ["", ""],
  [";", ""],
  ["; foo=bar", ""],
  ["foo=bar=baz", "foo=bar=baz"],
  ["foo==bar", "foo==bar"],
  ["foo=bar,baz", "foo=bar,baz"],
  ['foo="bar; baz"', 'foo="bar'],
  ['foo="bar"', 'foo="bar"'],
  ["foo='bar'", "foo='bar'"],
  ["foo=b a r", "foo=b a r"],
  ["foo bar=baz", "foo bar=baz"],
  ["foo=bar; path=/; path=/other", ""],
  ["foo=bar; path=/other; path=/", "foo=bar"],
  ["foo=bar; path=", "foo=bar"],
  ['foo=bar; path="/"', "foo=bar"],
  ["foo=bar; PATH=/", "foo=bar"],
  ["foo=bar; domain=", "foo=bar"],
  ["foo=bar; domain", "foo=bar"],
  ["foo=bar; DOMAIN=Example.COM", "foo=bar"],
  ["foo=bar; domain=example.com; domain=other.com", ""],
  ["foo=bar; max-age=10; max-age=0", ""],
  ["foo=bar; max-age=0; max-age=10", "foo=bar"],
  ["foo=bar; max-age", "foo=bar"],
  ["foo=bar; max-age=", "foo=bar"],
  ["foo=bar; max-age=1.5", "foo=bar"],
  ["foo=bar; httponly", "foo=bar"],
  ["foo=bar; HttpOnly=false", "foo=bar"],
  ["foo=bar; SameSite=Strict", "foo=bar"],
  ["foo=bar; samesite=junk", "foo=bar"],
  ["foo=bar; Partitioned", "foo=bar"],
  ["foo=bar; unknown; other=thing", "foo=bar"],
  ["foo=b\tar", ""], // RFC 6265bis lets a tab pass; tough-cookie does not
  ["foo=b\x7far", ""],
  ["f\x7foo=bar", ""],
  ["foo=\u00e9", "foo=\u00e9"],
  ["__proto__=x", "__proto__=x"],
  ["constructor=x; domain=example.com", "constructor=x"],
  [`foo=${"x".repeat(4093)}`, `foo=${"x".repeat(4093)}`],
  [`foo=${"x".repeat(4094)}`, ""], // RFC 6265bis section 5.6: 4096 bytes of name and value
];
for (const [line, expected] of LINES) {
  const shown = line.length > 60 ? `${line.slice(0, 60)}…` : line;
  Deno.test(`CookieJar, http-state: ${JSON.stringify(shown)} gives ${JSON.stringify(expected.slice(0, 60))}`, () => {
    assertEquals(sent([line], "http://example.com/cookie-parser"), expected);
  });
}

Deno.test("a cookie in use expires after its Max-Age", () => {
  const now = Date.now;
  try {
    const jar = new CookieJar();
    const url = new URL("http://h.com/");
    jar.updateFromHeaders(["a=1; Max-Age=10"], url);
    for (const [after, expected] of [[0, 1], [5, 1], [9, 1], [11, 0]] as const) {
      const moment = now() + after * 1000;
      Date.now = () => moment;
      assertEquals(jar.filterCookies(url).size, expected, `after ${after} s`);
      assertEquals(jar.size, expected);
      Date.now = now;
    }
  } finally {
    Date.now = now;
  }
});

Deno.test("no Set-Cookie line throws or breaks the header, for any content", () => {
  const url = new URL("https://example.com/a/b");
  const piece = fc.constantFrom(
    ...'=;," \t\x00\x07\x0b\x7f\xa0ж/.%',
    "a",
    "Path",
    "Domain",
    "Max-Age",
    "Expires",
    "Secure",
    "example.com",
    "__Host-",
    "__proto__",
    "Fri, 01 Jan 2100 00:00:00 GMT",
    "9".repeat(30),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.boolean(), (pieces, quoteCookie) => {
      const jar = new CookieJar({ quoteCookie });
      jar.updateFromHeaders([pieces.join("")], url);
      const header = jar.cookieHeader(url);
      // deno-lint-ignore no-control-regex -- no control bytes allowed
      assert(!/[\x00-\x08\x0a-\x1f\x7f;]/.test(header), JSON.stringify(header));
    }),
    { numRuns: scaled(3000) },
  );
  const line = `a=${"x; ".repeat(20_000)}`;
  const start = ownWork();
  sent([line], "https://example.com/");
  assert(ownWork() - start < 500, "a long line takes too long");
});

Deno.test("the jar lists, counts and clears its cookies", () => {
  const jar = new CookieJar();
  assertEquals([jar.size, [...jar]], [0, []]);
  jar.updateCookies({ shared: "s" });
  jar.updateFromHeaders([
    "a=1; Domain=h.com; Path=/p; Max-Age=60; Secure; HttpOnly; SameSite=Lax",
    "b=2",
    "gone=3; Max-Age=0",
  ], new URL("https://h.com/p/q"));
  jar.updateCookies([["c", "3"]], new URL("http://other.com/x/y"));
  const [shared, a, b, c, ...more] = jar;
  assertEquals([jar.size, more], [4, []]);
  assertEquals([shared?.name, shared?.domain, b?.hostOnly, c?.path], ["shared", "", true, "/x"]);
  const { expires, ...rest } = a as JarCookie;
  assertEquals(rest, {
    name: "a",
    value: "1",
    domain: "h.com",
    hostOnly: false,
    path: "/p",
    secure: true,
    httpOnly: true,
    sameSite: "lax",
    partitioned: false,
  });
  assert(expires !== null && Math.abs(expires.getTime() - Date.now() - 60_000) < 5000);
  jar.clear((cookie) => cookie.name === "b" || cookie.name === "shared");
  assertEquals(Array.from(jar, ({ name }) => name), ["a", "c"]);
  assertEquals(jar.cookieHeader(new URL("https://www.h.com/p")), "a=1");
  jar.clear();
  assertEquals([jar.size, jar.cookieHeader(new URL("https://h.com/p"))], [0, ""]);
});

Deno.test("updateCookies() refuses characters that would break the header", () => {
  const jar = new CookieJar();
  for (const bad of [{ "a b": "1" }, { "": "1" }, { a: "x;y" }, { a: "x\r\ny" }, { a: "\0" }]) {
    assertThrows(() => jar.updateCookies(bad), TypeError, "Cannot send cookie");
  }
  assertThrows(() => new CookieJar({ treatAsSecureOrigin: "h.com" }), TypeError);
  assertEquals(jar.size, 0);
});

Deno.test("a session takes any jar: none, or one of the caller's", async () => {
  class LoudJar extends AbstractCookieJar {
    override readonly size = 1;
    readonly seen: string[] = [];
    override updateCookies(): void {}
    override updateFromHeaders(headers: readonly string[]): void {
      this.seen.push(...headers);
    }
    override filterCookies(): Map<string, string> {
      return new Map([["loud", "1"]]);
    }
    override clear(): void {}
    override [Symbol.iterator](): Iterator<JarCookie> {
      return [].values();
    }
  }
  const routes = [web.get("/", (request) => {
    const response = web.textResponse(request.headers.get("cookie") ?? "none");
    web.setCookie(response, "a", "1");
    return response;
  })];
  const loud = new LoudJar();
  for (const [cookieJar, expected] of [[new DummyCookieJar(), "none"], [loud, "loud=1"]] as const) {
    await using served = await serve(routes, { cookieJar });
    for (let count = 0; count < 2; count++) {
      await using response = await served.session.get("/");
      assertEquals(await response.text(), expected);
    }
    await using own = await served.session.get("/", { cookies: { own: "2" } });
    assertEquals(await own.text(), expected === "none" ? "own=2" : "loud=1; own=2");
  }
  assertEquals(loud.seen, ["a=1; Path=/", "a=1; Path=/", "a=1; Path=/"]);
});

overEachApp(
  "cookies are stored between requests, except those of a single request",
  async (served) => {
    await using network = served((request) =>
      new Response(request.headers.get("cookie") ?? "none", {
        headers: [["set-cookie", "a=1"], ["set-cookie", "b=2; Path=/deep"]],
      })
    );
    const cookieJar = new CookieJar({ unsafe: true });
    await using session = new ClientSession({ ...network.options, cookieJar, cookies: { s: "0" } });
    const seen: string[] = [];
    for (const [path, cookies] of [["/", {}], ["/deep/er", { own: "x" }], ["/", {}]] as const) {
      await using response = await session.get(path, { cookies });
      seen.push((await response.text()).split("; ").sort().join());
      assertEquals([...response.cookies.keys()], ["a", "b"]);
    }
    assertEquals(seen, ["s=0", "a=1,b=2,own=x,s=0", "a=1,s=0"]);
  },
);

const HOSTS = ["example.com", "www.example.com", "a.b.example.com", "example.org", "localhost"];
const PATHS = ["/", "/a", "/a/b", "/ab"];
const cookieLine = fc.record({
  name: fc.constantFrom("a", "b", "c", "__Secure-d"),
  value: fc.constantFrom("", "1", '"q r"', "x=y", "é", "%3B"),
  attributes: fc.array(
    fc.constantFrom(
      "Domain=example.com",
      "Domain=www.example.com",
      "Path=/",
      "Path=/a",
      "Secure",
      "HttpOnly",
      "Max-Age=1000",
      "Max-Age=0",
      "Expires=Fri, 01 Jan 2100 00:00:00 GMT",
      "SameSite=Strict",
    ),
    { maxLength: 4 },
  ),
  host: fc.constantFrom(...HOSTS),
  path: fc.constantFrom(...PATHS),
});

Deno.test("random jars send the same after save() and load()", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/jar.json`;
    let stored = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(cookieLine, { maxLength: 12 }),
        fc.boolean(),
        async (lines, shared) => {
          const jar = new CookieJar();
          if (shared) jar.updateCookies({ shared: "1", a: "everywhere" });
          for (const { name, value, attributes, host, path } of lines) {
            const header = [`${name}=${value}`, ...attributes].join("; ");
            jar.updateFromHeaders([header], new URL(`https://${host}${path}`));
          }
          await jar.save(path);
          const copy = new CookieJar();
          copy.updateCookies({ old: "1" });
          await copy.load(path);
          stored += copy.size;
          for (const scheme of ["http", "https"]) {
            for (const host of HOSTS) {
              for (const each of PATHS) {
                const url = new URL(`${scheme}://${host}${each}/x`);
                assertEquals(copy.cookieHeader(url), jar.cookieHeader(url), url.href);
              }
            }
          }
          assertEquals([...copy], [...jar]);
        },
      ),
      { numRuns: scaled(1000) },
    );
    assert(stored > scaled(2000), `the jars were almost empty: ${stored}`);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["jar.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "save() writes a file of mode 0600, also over an existing one",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/jar.json`;
      const victim = `${folder}/victim`;
      await Deno.writeTextFile(victim, "mine");
      await Deno.symlink(victim, path);
      const jar = new CookieJar();
      jar.updateCookies({ a: "1" });
      await jar.save(path);
      const { mode, isSymlink } = await Deno.lstat(path);
      assertEquals([(mode ?? 0) & 0o777, isSymlink], [0o600, false]);
      assertEquals(await Deno.readTextFile(victim), "mine");
      await assertRejects(() => jar.save(`${folder}/nowhere/jar.json`));
      await jar.save(new URL(`file://${path}`));
      await jar.load(new URL(`file://${path}`));
      assertEquals(jar.size, 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

const GOOD = {
  name: "a",
  value: "1",
  domain: "h.com",
  hostOnly: true,
  path: "/",
  expires: null,
  secure: false,
  httpOnly: false,
  sameSite: null,
};
const HOSTILE: [string, unknown][] = [
  ["no JSON", "{"],
  ["nothing", ""],
  ["null", null],
  ["a list", []],
  ["no version", { cookies: [] }],
  ["another version", { version: 2, cookies: [] }],
  ["no cookies", { version: 1 }],
  ["cookies that are not a list", { version: 1, cookies: { length: 1 } }],
  ["a cookie that is null", { version: 1, cookies: [null] }],
  ["a cookie that is text", { version: 1, cookies: ["a=1"] }],
  ...Object.entries({
    name: ["", "a b", "a;b", "a=b", "a\n", 1, null],
    value: ["a;b", "a\r\nb", "\0", 1, null, { toString: "x" }],
    domain: ["a b", "a/b", "a;b", null],
    hostOnly: [null, 1, "true"],
    path: ["", "a", "/;", "/\n", null],
    expires: ["soon", 1, "2100-99-99T00:00:00.000Z", {}, true],
    secure: [null, "x"],
    httpOnly: [0],
    sameSite: ["junk", 1, []],
  }).flatMap(([field, values]) =>
    values.map((value): [string, unknown] => [
      `a ${field} of ${JSON.stringify(value)}`,
      { version: 1, cookies: [GOOD, { ...GOOD, [field]: value }] },
    ])
  ),
];
Deno.test("load() refuses a hostile file, names it, and leaves the jar as it was", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/jar.json`;
    const jar = new CookieJar();
    jar.updateCookies({ mine: "1" });
    for (const [name, content] of HOSTILE) {
      await Deno.writeTextFile(
        path,
        typeof content === "string" ? content : JSON.stringify(content),
      );
      await assertRejects(() => jar.load(path), SyntaxError, `Cannot load cookies from "${path}": `)
        .catch((cause) => {
          throw new Error(name, { cause });
        });
      assertEquals(Array.from(jar, (cookie) => cookie.name), ["mine"]);
    }
    const odd = `{"version":1,"cookies":[${
      JSON.stringify(GOOD).replace("{", '{"__proto__":{"x":1},')
    }]}`;
    await Deno.writeTextFile(path, odd);
    await jar.load(path);
    assertEquals([jar.cookieHeader(new URL("http://h.com/")), "x" in {}], ["a=1", false]);
    await assertRejects(() => jar.load(`${folder}/nowhere`), Error, "ENOENT");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("CookieJar sends the cookies of every path that matches (RFC 6265 section 5.1.4)", () => {
  const piece = fc.constantFrom("/", "a", "b", "/a", "/a/", "//", "x".repeat(600));
  const path = fc.array(piece, { maxLength: 4 }).map((pieces) => `/${pieces.join("")}`);
  const host = fc.constantFrom("http://h", "http://www.h.com");
  fc.assert(
    fc.property(host, fc.uniqueArray(path, { maxLength: 8 }), path, (host, paths, wanted) => {
      const jar = new CookieJar();
      const short = paths.filter((each) => each.length <= 1024);
      jar.updateFromHeaders(short.map((each, at) => `c${at}=1; Path=${each}`), new URL(host));
      const expected = [...short.keys()].filter((at) => {
        const own = short[at] ?? "";
        return wanted === own || wanted.startsWith(own.endsWith("/") ? own : `${own}/`);
      });
      const sent = [...jar.filterCookies(new URL(host + wanted)).keys()].sort();
      assertEquals(sent, expected.map((at) => `c${at}`).sort());
    }),
  );
});
