import { assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import * as v from "valibot";
import { z } from "zod";

const errors: unknown[] = [];

function appOf(routes: Iterable<web.RouteDef>): web.Application {
  errors.length = 0;
  const app = new web.Application({ logger: { error: (_, error) => errors.push(error) } });
  app.addRoutes(routes);
  return app;
}

async function ask(
  app: web.Application,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: unknown; type: string | null }> {
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  const body = response.headers.get("content-type")?.startsWith("application/json")
    ? await response.json()
    : await response.text();
  return { status: response.status, body, type: response.headers.get("content-type") };
}

const ITEM = z.object({ name: z.string().min(2), tags: z.array(z.string()).default([]) });

const app = () =>
  appOf([
    web.post(
      "/items/{id}",
      web.validate({
        params: z.object({ id: z.coerce.number().int() }),
        query: z.object({ tag: z.union([z.string(), z.array(z.string())]).optional() }),
        headers: z.object({ "x-key": z.string() }),
        json: ITEM,
      }, (_, data) => {
        // The types are those of the schemas: this would not compile otherwise.
        const id: number = data.params.id;
        const tags: string[] = data.json.tags;
        return web.jsonResponse({ id, tags, ...data, headers: data.headers["x-key"] });
      }),
    ),
    web.post(
      "/form",
      web.validate(
        { form: v.object({ a: v.array(v.string()), b: v.pipe(v.string(), v.transform(Number)) }) },
        (_, { form }) => web.jsonResponse({ a: form.a, twice: form.b * 2 }),
        { status: 400 },
      ),
    ),
    web.get(
      "/proto",
      web.validate({ query: z.any() }, (_, { query }) =>
        web.jsonResponse([Object.keys(query), ({} as Record<string, unknown>).x === undefined])),
    ),
    web.get(
      "/async",
      web.validate({
        query: v.pipeAsync(
          v.unknown(),
          v.checkAsync(() =>
            Promise.resolve(false), "never"),
        ),
      }, () =>
        web.textResponse("not reached")),
    ),
    web.get(
      "/broken",
      web.validate({
        query: z.unknown().transform(() => {
          throw new Error("a fault of the schema");
        }),
      }, () => web.textResponse("not reached")),
    ),
    web.get(
      "/nothing",
      web.validate({ // written in JavaScript, without its return
        query: { "~standard": { version: 1, vendor: "own", validate: () => undefined as never } },
      }, () => web.textResponse("not reached")),
    ),
  ]);

Deno.test("validate() passes the schemas' output to the handler", async () => {
  const { status, body } = await ask(app(), "/items/7?tag=a&tag=b", {
    method: "POST",
    headers: { "x-key": "k" },
    body: JSON.stringify({ name: "ann", extra: 1 }),
  });
  assertEquals([status, body], [200, {
    id: 7,
    tags: [],
    params: { id: 7 },
    query: { tag: ["a", "b"] },
    headers: "k",
    json: { name: "ann", tags: [] },
  }]);
});

Deno.test("validate() answers 422 with the issues of all parts", async () => {
  const { status, body, type } = await ask(app(), "/items/x", {
    method: "POST",
    body: JSON.stringify({ name: "a", tags: ["x", 1] }),
  });
  assertEquals([status, type], [422, "application/json"]);
  const { issues } = body as { issues: web.RequestIssue[] };
  assertEquals(issues.map((issue) => [issue.in, issue.path]), [
    ["params", ["id"]],
    ["headers", ["x-key"]],
    ["json", ["name"]],
    ["json", ["tags", 1]],
  ]);
  assertEquals(issues.every(({ message }) => message.length > 5), true);
  assertEquals(errors, [], "a client's mistake is nothing to log");
});

Deno.test("validate() answers 400 if configured, and reads forms", async () => {
  const post = (body: string) =>
    ask(app(), "/form", {
      method: "POST",
      body,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  const good = await post("a=1&a=2&b=21");
  assertEquals([good.status, good.body], [200, { a: ["1", "2"], twice: 42 }]);
  const bad = await post("a=1&a=2");
  assertEquals(bad.status, 400);
  assertEquals((bad.body as { issues: web.RequestIssue[] }).issues.map(({ path }) => path), [[
    "b",
  ]]);
});

Deno.test("validate() leaves malformed JSON to request.json()", async () => {
  const { status, body } = await ask(app(), "/items/7", {
    method: "POST",
    headers: { "x-key": "k" },
    body: "{",
  });
  assertEquals([status, String(body).startsWith("The body is not JSON")], [400, true]);
});

Deno.test("validate() treats __proto__ as a plain name", async () => {
  const { body } = await ask(app(), "/proto?__proto__=1&__proto__=x&constructor=2");
  assertEquals(body, [["__proto__", "constructor"], true]);
});

Deno.test("validate() waits for schemas, and reports their own failures", async () => {
  const routes = app();
  const waited = await ask(routes, "/async");
  assertEquals([waited.status, waited.body], [422, {
    issues: [{ in: "query", message: "never", path: [] }],
  }]);
  const { status } = await ask(routes, "/broken");
  assertEquals([status, errors.map(String)], [500, ["Error: a fault of the schema"]]);
  assertEquals((await ask(routes, "/nothing")).status, 500);
});
