import { assertEquals, assertThrows } from "@std/assert";
import { ClientSession, CookieJar, type CookieOptions, web } from "@roundtrip/http";

// Single labels, special names, public suffixes, dots at the end.
const HOSTS = ["test", "local", "example", "localhost", "invalid", "com", "github.io", "x.test"];

for (const host of [...HOSTS, ...HOSTS.map((each) => `${each}.`)]) {
  Deno.test(`a cookie of the host ${host} is sent to that host`, async () => {
    const jar = new CookieJar();
    const url = new URL(`http://${host}/`);
    jar.updateFromHeaders(["a=1", `b=2; Domain=${host.replace(/\.$/, "")}`], url);
    assertEquals(jar.cookieHeader(url), "a=1; b=2");
    if (!host.startsWith("x.")) assertEquals(jar.cookieHeader(new URL(`http://sub.${host}/`)), "");
    const app = { fetch: (r: Request) => new Response(r.headers.get("cookie")) };
    await using session = new ClientSession({ app, cookieJar: jar });
    for (const each of HOSTS) (await session.get(`http://${each}/`)).release(); // none throws
    await using response = await session.get(url);
    assertEquals(await response.text(), "a=1; b=2");
  });
}

Deno.test("a cookie for a public suffix of the host is dropped", () => {
  const jar = new CookieJar();
  jar.updateFromHeaders(["a=1; Domain=com"], new URL("http://example.com/"));
  jar.updateFromHeaders(["a=1; Domain=test"], new URL("http://example.test/"));
  assertEquals(jar.size, 0);
});

for (const host of ["[::1]", "[fe80::1]", "127.0.0.1"]) {
  Deno.test(`unsafe: a cookie of ${host} is stored, also with its own Domain`, () => {
    const jar = new CookieJar({ unsafe: true });
    const url = new URL(`http://${host}:8080/`);
    const bare = host.replace(/[[\]]/g, "");
    jar.updateFromHeaders(
      ["a=1", `b=2; Domain=${bare}`, `c=3; Domain=${host}`, "d=4; Domain=h"],
      url,
    );
    assertEquals(jar.cookieHeader(url), "a=1; b=2; c=3");
    assertEquals(jar.cookieHeader(new URL("http://127.0.0.2/")), "");
    assertEquals([...jar].every((each) => each.hostOnly && each.domain === bare), true);
  });
}

Deno.test("cookies of one name on two paths are both sent; a request's own replaces them", async () => {
  const app = { fetch: (r: Request) => new Response(r.headers.get("cookie")) };
  const cookieJar = new CookieJar();
  const url = new URL("http://h.com/a/b");
  cookieJar.updateFromHeaders(
    ["id=root; Path=/", "x=1", "id=deep; Path=/a/b", "id=a; Path=/a"],
    url,
  );
  await using session = new ClientSession({ app, cookieJar, cookies: { id: "shared", s: "1" } });
  await using own = await session.get(url);
  assertEquals(await own.text(), "id=deep; x=1; id=a; id=root; s=1");
  assertEquals(cookieJar.filterCookies(url).get("id"), "deep");
  await using request = await session.get(url, { cookies: { id: "mine" } });
  assertEquals(await request.text(), "id=mine; x=1; s=1");
});

Deno.test("Partitioned is stored, in a file too", async () => {
  const url = new URL("https://h.com/");
  const jar = new CookieJar();
  jar.updateFromHeaders(["a=1; Secure; Partitioned", "b=2; Secure; partitioned=x", "c=3"], url);
  const kept = (from: CookieJar) => Array.from(from, ({ partitioned }) => partitioned);
  assertEquals(kept(jar), [true, false, false]);
  const path = await Deno.makeTempFile();
  await jar.save(path);
  const loaded = new CookieJar();
  await loaded.load(path);
  await Deno.remove(path);
  assertEquals(kept(loaded), [true, false, false]);
  await using session = new ClientSession({
    app: { fetch: () => new Response("", { headers: { "set-cookie": "a=1; Partitioned" } }) },
  });
  await using response = await session.get("/");
  assertEquals(response.cookies.get("a")?.partitioned, true);
});

// Each of these made tough-cookie throw, or might.
const DOMAINS = [
  ...["a b", "a\tb", "[", "]", "[::1]", "::1", "%", "%zz", "a..b", ".", "..", ".a", "a|b", "a^b"],
  ...[
    "a@h.com",
    "h.com?",
    "h.com#",
    "h.com/",
    "\\\\h.com",
    "h.com:80",
    "\xe9",
    "xn--",
    "x".repeat(70),
  ],
];
Deno.test("a cookie with an invalid domain is dropped, and no request fails", async () => {
  for (const host of ["h.com", "www.h.com", "test", "127.0.0.1", "[::1]"]) {
    for (const domain of DOMAINS.filter((each) => host !== "[::1]" || !each.includes("::1"))) {
      const headers = { "set-cookie": `a=1; Domain=${domain}` };
      const cookieJar = new CookieJar({ unsafe: true });
      await using session = new ClientSession({
        app: { fetch: () => new Response("ok", { headers }) },
        cookieJar,
      });
      await using response = await session.get(`http://${host}/`);
      const isNone = /^\.+$/.test(domain); // ignored, or not a domain
      assertEquals([await response.text(), isNone || cookieJar.size === 0], ["ok", true], domain);
    }
  }
});

Deno.test("a cookie that cannot be sent is an error with its name and the reason", () => {
  const rows: [string, string, CookieOptions, string][] = [
    ["a b", "x", {}, 'Cannot set cookie "a b": its name "a b" is not valid'],
    ["a", "x;y", {}, 'Cannot set cookie "a": its value "x;y" is not valid'],
    ["a", "x", { domain: "a;b" }, 'Cannot set cookie "a": its domain "a;b" is not valid'],
    ["a", "x", { maxAge: 1.5 }, 'Cannot set cookie "a": its maxAge "1.5" is not valid'],
  ];
  for (const [name, value, options, message] of rows) {
    const set = () => web.setCookie(web.textResponse(""), name, value, options);
    assertThrows(set, TypeError, message);
  }
});
