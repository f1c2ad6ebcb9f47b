import { assertEquals } from "@std/assert";
import { ClientSession, CookieJar } from "@roundtrip/http";

// Single labels, special names, public suffixes, dots at the end.
const HOSTS = ["test", "local", "example", "localhost", "invalid", "com", "github.io", "x.test"];

for (const host of [...HOSTS, ...HOSTS.map((each) => `${each}.`)]) {
  Deno.test(`a cookie of the host ${host} is kept for that host`, async () => {
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
