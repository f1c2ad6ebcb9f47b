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
