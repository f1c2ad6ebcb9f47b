/**
 * Tests of the application of `roundtrip httpbin`, in process.
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { appTransport, ClientSession, CookieJar, digestAuthMiddleware } from "../../client/mod.ts";
import { httpbinApplication } from "../../cli/httpbin/application.ts";

const app = httpbinApplication({ redirectTo: [] });

async function send(path: string, init?: RequestInit): Promise<Response> {
  return await app.fetch(new Request(`http://localhost${path}`, init));
}

Deno.test("httpbin: repeated names take linear time", async () => {
  const body = "a&".repeat(40_000); // took 10 s: each value copied the ones before it
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const started = performance.now();
  const response = await send("/anything", { method: "POST", body, headers });
  const { form } = await response.json();
  assertEquals(form.a.length, 40_000);
  const took = performance.now() - started;
  assert(took < 3000, `${took} ms`);
});

Deno.test("httpbin: invalid statuses, headers and ETags are 400", async () => {
  const rows: [path: string, status: number][] = [
    ["/etag/%D0%B6", 400],
    ["/etag/%01", 400],
    ["/etag/a%22b", 400],
    ["/etag/%C3%BF", 400],
    ["/etag/a", 200],
    ["/drip?code=204&duration=0", 204],
    ["/drip?code=205&duration=0", 205],
    ["/drip?code=304&duration=0", 304],
    ["/drip?code=500&duration=0", 500],
    ["/digest-auth/auth/a/b/constructor", 400],
    ["/digest-auth/auth/a/b/__proto__", 400],
    ["/digest-auth/auth/a/b/MD5", 401],
  ];
  for (const [path, status] of rows) {
    const response = await send(path);
    assertEquals(response.status, status, path);
    await response.body?.cancel();
  }
});

Deno.test("httpbin: echoed content cannot run scripts on this origin", async () => {
  const decoded = await send("/base64/PHNjcmlwdD4="); // <script>
  assertEquals(await decoded.text(), "<script>");
  assertEquals(decoded.headers.get("content-type"), "text/plain");
  assertEquals(decoded.headers.get("x-content-type-options"), "nosniff");

  const query = "content-type=text/html&x=%3Cscript%3E";
  for (const more of ["", "&content-security-policy=default-src%20*"]) {
    const page = await send(`/response-headers?${query}${more}`);
    assertEquals(page.headers.get("content-type"), "text/html");
    // With several policies each one applies.
    assert(page.headers.get("content-security-policy")?.split(", ").includes("sandbox"), more);
    assertEquals((await page.json())["x"], "<script>");
  }
  const plain = await send("/response-headers?x=1");
  assertEquals(plain.headers.get("content-security-policy"), null);
  await plain.body?.cancel();
});

Deno.test("httpbin: the routes of go-httpbin and of Python's httpbin", async () => {
  type Row = [
    path: string,
    status: number,
    type: string | null,
    body: RegExp,
    headers?: Record<string, string>,
  ];
  const rows: Row[] = [
    ["/xml", 200, "application/xml; charset=utf-8", /^<\?xml version="1.0"[^]*<slideshow/],
    ["/forms/post", 200, "text/html; charset=utf-8", /<form method="post" action="\/post">/],
    ["/links/3", 302, "text/plain; charset=utf-8", /302/],
    [
      "/links/3/1",
      200,
      "text/html; charset=utf-8",
      /<a href="\/links\/3\/0">0<\/a> 1 <a href="\/links\/3\/2">2<\/a>$/,
    ],
    ["/image", 200, "image/png", /^.PNG/],
    ["/image", 200, "image/png", /^.PNG/, { accept: "*/*" }],
    ["/image", 200, "image/webp", /^RIFF.{4}WEBP/s, { accept: "image/webp,image/*" }],
    ["/image", 200, "image/jpeg", /JFIF/, { accept: "image/jpeg" }],
    ["/image", 200, "image/svg+xml", /^<svg/, { accept: "image/svg+xml" }],
    ["/image", 406, "text/plain; charset=utf-8", /image\/png, jpeg/, { accept: "text/html" }],
    ["/image/png", 200, "image/png", /^.PNG/],
    ["/image/constructor", 404, "text/plain; charset=utf-8", /png, jpeg, webp, svg/],
    ["/base64/encode/%C3%BC%3F", 200, "text/plain", /^w7w_$/],
    ["/base64/decode/w7w_", 200, "text/plain", /^\u00c3\u00bc\?$/],
    ["/base64/decode/%25", 400, "text/plain; charset=utf-8", /not valid base64/],
    ["/env", 200, "application/json", /^\{"env":\{"HTTPBIN_ENV_A":"1"\}\}$/],
    ["/hostname", 200, "application/json", /"roundtrip"/],
    ["/version", 200, "application/json", /"version":"\d+\.\d+/],
    ["/trailers", 501, "text/plain; charset=utf-8", /sends no trailers/],
    ["/cookies/set/a/b", 302, null, /^$/],
    ["/redirect-to?url=http://:1", 302, null, /^$/],
    ["/redirect-to?url=javascript:1", 400, "text/plain; charset=utf-8", /malformed/],
    ["/digest-auth/auth/u/p/SHA-512/often", 400, "text/plain; charset=utf-8", /stale_after/],
  ];
  Deno.env.set("HTTPBIN_ENV_A", "1");
  try {
    for (const [path, status, type, body, headers = {}] of rows) {
      const response = await send(path, { headers });
      assertEquals([response.status, response.headers.get("content-type")], [status, type], path);
      const bytes = new Uint8Array(await response.arrayBuffer());
      assertMatch(String.fromCharCode(...bytes), body, path);
    }
  } finally {
    Deno.env.delete("HTTPBIN_ENV_A");
  }
  const set = await send("/cookies/set/a/b");
  assertEquals(set.headers.get("set-cookie"), "a=b; Path=/");
  const posted = await send("/response-headers?x=1", { method: "POST" });
  assertEquals(posted.headers.get("x"), "1");
});

Deno.test("httpbin: a nonce becomes stale after the number of uses in the path", async () => {
  const inner = appTransport(app);
  const seen: string[] = [];
  await using session = new ClientSession({
    transport: {
      ...inner,
      async send(hop) {
        const result = await inner.send(hop);
        const stale = /stale=(\w+)/.exec(result.headers.get("www-authenticate") ?? "")?.[1];
        seen.push(stale === undefined ? `${result.status}` : `${result.status} ${stale}`);
        return result;
      },
    },
    cookieJar: new CookieJar({ unsafe: true }),
    middlewares: [digestAuthMiddleware({ login: "u", password: "p" })],
  });
  for (let at = 0; at < 3; at++) {
    const response = await session.get("http://localhost/digest-auth/auth/u/p/SHA-512/2");
    assertEquals(await response.json(), { authenticated: true, user: "u" });
  }
  assertEquals(seen, ["401 FALSE", "200", "200", "401 TRUE", "200"]);
});
