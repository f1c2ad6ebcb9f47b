import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromHono } from "../../../server/hono.ts";
import * as web from "../../../server/mod.ts";

function broken(options: web.ApplicationOptions, error?: () => unknown): web.Application {
  const app = new web.Application({ logger: { error() {} }, ...options });
  app.addRoutes([
    web.get("/users/{id}", () => {
      throw error?.() ?? new Error("<script>alert(1)</script>", { cause: new Error("the cause") });
    }),
  ]);
  return app;
}

const HEADERS = { cookie: "s=secret", authorization: "Bearer secret", "x-a": "<b>" };

async function ask(app: web.Application, accept: string): Promise<[Response, string]> {
  const response = await app.request("/users/7?q=<i>", { headers: { ...HEADERS, accept } });
  return [response, await response.text()];
}

Deno.test("without debug an error tells nothing, in any accepted type", async () => {
  for (const accept of ["text/html", "application/json", "*/*"]) {
    for (const middlewares of [[], [web.problemDetails()]]) {
      for (const debug of [undefined, false]) {
        const options = debug === undefined ? { middlewares } : { middlewares, debug };
        const [response, text] = await ask(broken(options), accept);
        assertEquals(response.status, 500);
        assert(!/alert|error_page|cause|secret/.test(text), text);
      }
    }
  }
});

Deno.test("with debug a browser gets a page with stack, source, route and request", async () => {
  const [response, page] = await ask(broken({ debug: true }), "text/html,*/*;q=0.8");
  assertEquals(response.status, 500);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(response.headers.get("cache-control"), "no-store");
  for (
    const text of [
      "Error: &lt;script&gt;alert(1)&lt;/script&gt;",
      "Caused by Error: the cause",
      "/tests/server/development/error_page_test.ts:",
      "/users/{id}",
      "<td>id<td>7",
      "GET /users/7?q=%3Ci%3E",
      "<td>x-a<td>&lt;b&gt;",
      "<td>cookie<td>(hidden)",
    ]
  ) assertStringIncludes(page, text);
  assert(!page.includes("<script>") && !page.includes("secret"), page);
  assertMatch(page, /<mark> +\d+ {2} +throw error\?\.\(\) \?\? new Error/);
  assertMatch(page, /<span class="other">.*dispatch\.ts/);
});

Deno.test("with debug other clients get the same as JSON", async () => {
  const [json, body] = await ask(broken({ debug: true }), "*/*");
  assertEquals(json.headers.get("content-type"), "application/problem+json");
  const { title, status, detail, route, stack, causes } = JSON.parse(body);
  assertEquals({ title, status, detail, route, causes }, {
    title: "Internal Server Error",
    status: 500,
    detail: "Error: <script>alert(1)</script>",
    route: { path: "/users/{id}", params: { id: "7" } },
    causes: ["Error: the cause"],
  });
  assertStringIncludes(stack[0], "error_page_test.ts");
  const [problem, members] = await ask(
    broken({ debug: true, middlewares: [web.problemDetails()] }),
    "*/*",
  );
  assertEquals(problem.headers.get("content-type"), "application/problem+json");
  assertStringIncludes(JSON.parse(members).stack[0], "error_page_test.ts");
});

Deno.test("known mistakes have a remedy", async () => {
  const cases: [() => unknown, RegExp][] = [
    [() => {
      try {
        Deno.readTextFileSync("./no-such-file");
      } catch (error) {
        return error;
      }
    }, /import\.meta\.url/],
    [() => new Deno.errors.NotCapable('Requires net access to "x:80"'), /--allow-net/],
    [() => {
      const loop: Record<string, unknown> = {};
      loop.self = loop;
      try {
        return JSON.stringify(loop);
      } catch (error) {
        return error;
      }
    }, /plain value/],
  ];
  for (const [error, remedy] of cases) {
    const [, body] = await ask(broken({ debug: true }, error), "application/json");
    assertMatch(JSON.parse(body).remedy, remedy);
  }
});

Deno.test("the flag of the outermost application counts, and HTTP exceptions stay", async () => {
  for (const debug of [true, false]) {
    const app = new web.Application({ debug, logger: { error() {} } });
    app.addSubapp("/sub", broken({ debug: !debug }));
    const text = await (await app.request("/sub/users/7")).text();
    assertEquals(text.includes("alert"), debug);
  }
  const forbidden = broken({ debug: true }, () => new web.HTTPForbidden());
  assertEquals((await ask(forbidden, "text/html"))[1], "403: Forbidden");
});

Deno.test("errors that are odd themselves, and Hono middlewares outside", async () => {
  const odd = [
    () => "a text",
    () => null,
    () => Object.assign(new Error(), { stack: undefined }),
    () => ({
      toString: () => {
        throw new Error();
      },
    }),
  ];
  for (const error of odd) {
    assertEquals((await ask(broken({ debug: true }, error), "text/html"))[0].status, 500);
  }
  const app = broken({ debug: true, middlewares: [fromHono(async (_, next) => await next())] });
  assertStringIncludes((await ask(app, "text/html"))[1], "the cause");
});
