import { assert, assertEquals } from "@std/assert";
import { CookieJar } from "@roundtrip/http";

const url = new URL("http://a.example.com/");

Deno.test("CookieJar drops a cookie of more than 4096 bytes (RFC 6265bis section 5.6)", () => {
  const jar = new CookieJar();
  jar.updateFromHeaders([`fits=${"v".repeat(4092)}`, `large=${"v".repeat(4092)}`], url);
  jar.updateFromHeaders(["old=1"], url);
  jar.updateFromHeaders([`old=${"v".repeat(1e6)}`], url);
  assertEquals([...jar].map(({ name, value }) => [name, value.length]), [["fits", 4092], [
    "old",
    1,
  ]]);
});

Deno.test("CookieJar ignores attributes of more than 1024 bytes", () => {
  const jar = new CookieJar();
  const path = `/${"p".repeat(1100)}`;
  jar.updateFromHeaders([`a=1; Path=${path}`, `b=2; Domain=${"x".repeat(1100)}.example.com`], url);
  assertEquals([...jar].map(({ name, path, hostOnly }) => [name, path, hostOnly]), [
    ["a", "/", true],
    ["b", "/", true],
  ]);
});

Deno.test("CookieJar keeps the 180 most recently used cookies of a domain", () => {
  const jar = new CookieJar();
  const other = new URL("http://b.example.com/");
  jar.updateFromHeaders(["kept=1"], other);
  jar.updateFromHeaders(["wide=1; Domain=example.com"], other);
  for (let at = 0; at < 5_000; at++) jar.updateFromHeaders([`c${at}=v; Path=/p${at % 7}`], url);
  const names = [...jar].map(({ name }) => name);
  assertEquals(names.length, 182);
  assert(names.includes("kept") && names.includes("wide"), "another domain's were lost");
  assertEquals(names.at(-1), "c4999");
  assertEquals(names.filter((name) => /^c48[3-9]\d$/.test(name)).length, 70);
});

Deno.test("CookieJar keeps at most 3000 cookies of all servers", () => {
  const jar = new CookieJar();
  jar.updateCookies({ mine: "1" });
  for (let host = 0; host < 40; host++) {
    const from = new URL(`http://h${host}.example.com/`);
    jar.updateFromHeaders(Array.from({ length: 150 }, (_, at) => `c${at}=v`), from);
    assert(jar.size <= 3001, `${jar.size}`);
  }
  assert(jar.size > 2_500, `${jar.size}`);
  assertEquals(jar.filterCookies(new URL("http://h39.example.com/")).size, 151);
  assertEquals(jar.filterCookies(new URL("http://h0.example.com/")).size, 1);
});

Deno.test("CookieJar has no limit for cookies added by the program", () => {
  const jar = new CookieJar();
  const cookies = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`c${at}`, "v"]));
  jar.updateCookies(cookies, url);
  jar.updateCookies({ large: "v".repeat(10_000) }, url);
  assertEquals(jar.size, 401);
});
