/**
 * The application of `roundtrip httpbin` in process.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { httpbinApplication } from "../../cli/httpbin/application.ts";

const app = httpbinApplication({ redirectTo: [] });

async function send(path: string, init?: RequestInit): Promise<Response> {
  return await app.fetch(new Request(`http://localhost${path}`, init));
}

Deno.test("httpbin: a name that repeats costs no more than as many names", async () => {
  const body = "a&".repeat(40_000); // took 10 s: each value copied the ones before it
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const started = performance.now();
  const response = await send("/anything", { method: "POST", body, headers });
  const { form } = await response.json();
  assertEquals(form.a.length, 40_000);
  const took = performance.now() - started;
  assert(took < 3000, `${took} ms`);
});

Deno.test("httpbin: what cannot be sent is the client's mistake", async () => {
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

Deno.test("httpbin: what a client names is no page of this origin", async () => {
  const decoded = await send("/base64/PHNjcmlwdD4="); // <script>
  assertEquals(await decoded.text(), "<script>");
  assertEquals(decoded.headers.get("content-type"), "text/plain");
  assertEquals(decoded.headers.get("x-content-type-options"), "nosniff");

  const query = "content-type=text/html&x=%3Cscript%3E";
  for (const more of ["", "&content-security-policy=default-src%20*"]) {
    const page = await send(`/response-headers?${query}${more}`);
    assertEquals(page.headers.get("content-type"), "text/html");
    // Of several policies each one holds.
    assert(page.headers.get("content-security-policy")?.split(", ").includes("sandbox"), more);
    assertEquals((await page.json())["x"], "<script>");
  }
  const plain = await send("/response-headers?x=1");
  assertEquals(plain.headers.get("content-security-policy"), null);
  await plain.body?.cancel();
});
