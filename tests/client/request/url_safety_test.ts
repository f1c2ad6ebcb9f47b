import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ClientSession,
  CookieJar,
  DummyCookieJar,
  InvalidURLError,
  InvalidURLRedirectError,
} from "@roundtrip/http";
import { proxyFromEnvironment } from "../../../client/connect/environment.ts";

/** An application that echoes requests. */
const app = {
  fetch: ({ url, headers }: Request) =>
    Response.json({ url, headers: Object.fromEntries(headers) }),
};
type Seen = { url: string; headers: Record<string, string> };

async function ask(
  session: ClientSession,
  ...given: Parameters<ClientSession["get"]>
): Promise<Seen> {
  await using response = await session.get(...given);
  return await response.json<Seen>();
}

const BROKEN = [
  "http://ann:secret@host:99999/",
  "ftp://ann:secret@host/",
  "https://ann:secret@/",
  "http:ann:secret@host",
  "//ann:secret@host/",
  "http://ann:secret@ho st/",
  "http://secret@[::1",
  "http://ann:secret@host/\n",
];
for (const url of BROKEN) {
  Deno.test(`the error for ${JSON.stringify(url)} does not contain the password`, async () => {
    await using session = new ClientSession({ app });
    const error = await assertRejects(() => session.get(url), InvalidURLError);
    assert(!error.url.includes("secret"), error.url);
    assert(!Deno.inspect(error).replace(/\n +at .*/g, "").includes("secret"), Deno.inspect(error));
    const base = () => new ClientSession({ app, baseUrl: url });
    assert(!assertThrows(base, InvalidURLError).message.includes("secret"));
    const headers = { location: url.trim() };
    const moved = { fetch: () => new Response(null, { status: 302, headers }) };
    if (url.includes("\n") || url.startsWith("//")) return;
    await using other = new ClientSession({ app: moved });
    const wrong = await assertRejects(() => other.get("/"), InvalidURLRedirectError);
    assert(!Deno.inspect(wrong).includes("secret"), Deno.inspect(wrong));
  });
}

Deno.test("an error contains a URL without credentials unchanged", async () => {
  await using session = new ClientSession({ app });
  for (const url of ["mailto:ann@example.com", "ftp://host/@scope/a@b", "http://host:99999/?a@b"]) {
    assertEquals((await assertRejects(() => session.get(url), InvalidURLError)).url, url);
  }
});

Deno.test("credentials in baseUrl are sent only to its origin", async () => {
  await using session = new ClientSession({ app, baseUrl: "http://ann:p%40ss@host/api" });
  const seen = await ask(session, "users");
  assertEquals([seen.url, seen.headers["authorization"]], [
    "http://host/api/users",
    `Basic ${btoa("ann:p@ss")}`,
  ]);
  assertEquals((await ask(session, "http://other/")).headers["authorization"], undefined);
  assertThrows(
    () => new ClientSession({ app, baseUrl: "http://ann:p@host/", auth: { login: "bob" } }),
    TypeError,
    "credentials in baseUrl",
  );
});

Deno.test("params as a string are sent unchanged, or refused", async () => {
  await using session = new ClientSession({ app });
  for (const params of ["a=1\n2\t3", "a=\r", "a=\0", "a=\x7f"]) {
    for (const encoded of [false, true]) {
      await assertRejects(
        () => session.get("/", { params, encoded }),
        TypeError,
        "control character",
      );
    }
  }
  const rows: [string, string][] = [
    ["a=100%", "?a=100%25"],
    ["a=%zz&b=%41", "?a=%25zz&b=%41"],
    ["a=1&b=x+y", "?a=1&b=x+y"],
  ];
  for (const [params, search] of rows) {
    assertEquals(new URL((await ask(session, "/", { params })).url).search, search);
    assertEquals(
      new URL((await ask(session, "/?q=1", { params })).url).search,
      `?q=1&${search.slice(1)}`,
    );
  }
  const { url } = await ask(session, "/", { params: { a: "1\n2\t3" } });
  assertEquals(new URL(url).search, "?a=1%0A2%093");
});

Deno.test("quoteCookie applies to the cookies of a request", async () => {
  const cookies = { q: "b c", r: "b;c", s: "plain" };
  await using session = new ClientSession({ app, cookieJar: new CookieJar({ quoteCookie: true }) });
  assertEquals(
    (await ask(session, "/", { cookies })).headers["cookie"],
    'q="b c"; r="b\\073c"; s=plain',
  );
  await using plain = new ClientSession({ app });
  assertEquals((await ask(plain, "/", { cookies: { q: "b c" } })).headers["cookie"], "q=b c");
  await assertRejects(() => plain.get("/", { cookies }), TypeError, '";"');
  assertEquals(new DummyCookieJar().quoteCookie, false);
});

Deno.test("an invalid cookie is refused with its name", async () => {
  for (const quoteCookie of [false, true]) {
    const cookieJar = new CookieJar({ quoteCookie });
    await using session = new ClientSession({ app, cookieJar });
    await assertRejects(
      () => session.get("/", { cookies: { q: "ж" } }),
      TypeError,
      'Cannot send cookie "q": its value contains a character beyond ISO-8859-1',
    );
    assertThrows(() => cookieJar.updateCookies({ q: "ж" }), TypeError, "encodeURIComponent");
  }
});

const NO_PROXY: [string, string, boolean][] = [
  ["::1", "http://[::1]/", true],
  ["::1", "http://[::1]:8080/", true],
  ["fe80::1", "http://[fe80::1]/", true],
  ["fe80::1", "http://[fe80::2]/", false],
  ["a, 0:0:0:0:0:0:0:1", "http://[::1]/", true],
  ["FE80::A", "http://[fe80::a]/", true],
  ["[::1]", "http://[::1]/", true],
  ["[::1]:80", "http://[::1]/", true],
  ["[::1]:8080", "http://[::1]/", false],
  ["::", "http://[::1]/", false],
  ["localhost:80", "http://localhost/", true],
  ["localhost:81", "http://localhost/", false],
  ["1", "http://[::1]/", false],
];
for (const [list, url, isExcluded] of NO_PROXY) {
  Deno.test(`NO_PROXY=${list} ${isExcluded ? "excludes" : "does not exclude"} ${url}`, () => {
    const variables: Record<string, string> = { http_proxy: "http://p:1", no_proxy: list };
    const proxy = proxyFromEnvironment(new URL(url), (name) => variables[name]);
    assertEquals(proxy === null, isExcluded);
  });
}
