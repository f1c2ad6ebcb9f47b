import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Validator } from "@seriousme/openapi-schema-validator";
import { toJsonSchema, toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import openapiTS, { astToString } from "openapi-typescript";
import * as v from "valibot";
import { z } from "zod";
import { web } from "../../../mod.ts";
import { findChromium, sharedBrowser } from "../../_chromium.ts";
import { run } from "../../_process.ts";

const INFO = { title: "Tests", version: "1.0.0" };

/** The document of some routes, checked by a validator. */
async function documentOf(
  routes: Iterable<web.RouteDef>,
  options: web.OpenAPIOptions = {},
): Promise<web.OpenAPIDocument> {
  const app = new web.Application();
  app.addRoutes(routes);
  const document = web.openapi(app, { info: INFO, ...options });
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert(valid, JSON.stringify(errors));
  return document;
}

// deno-lint-ignore no-explicit-any -- reaching into a document
type Any = any;

const ok = () => web.jsonResponse({});

Deno.test("the parts of a request are described by their schemas, of every library", async () => {
  const libraries = {
    zod: [
      z.object({ page: z.string(), tags: z.array(z.string()).optional() }),
      z.object({ name: z.string(), size: z.number().default(1) }),
    ],
    arktype: [
      type({ page: "string", "tags?": "string[]" }),
      type({ name: "string", size: "number = 1" }),
    ],
    valibot: [
      v.object({ page: v.string(), tags: v.optional(v.array(v.string())) }),
      v.object({ name: v.string(), size: v.optional(v.number(), 1) }),
    ],
    "valibot by Standard JSON Schema": [
      toStandardJsonSchema(v.object({ page: v.string(), tags: v.optional(v.array(v.string())) })),
      toStandardJsonSchema(v.object({ name: v.string(), size: v.optional(v.number(), 1) })),
    ],
  };
  for (const [name, [query, json]] of Object.entries(libraries)) {
    assert(query !== undefined && json !== undefined);
    const { paths } = await documentOf([
      web.post(
        "/things/{id:\\d+}",
        { query, json, headers: query, response: { 200: json } },
        () => new Response(),
      ),
    ], {
      toJsonSchema: (schema: v.GenericSchema, side) =>
        name === "valibot" ? toJsonSchema(schema, { typeMode: side }) : undefined,
    });
    const operation: Any = paths["/things/{id}"]?.["post"];
    assertEquals(
      operation.parameters.map((
        each: Any,
      ) => [each.in, each.name, each.required, each.schema.type]),
      [
        ["path", "id", true, "string"],
        ["query", "page", true, "string"],
        ["query", "tags", false, "array"],
        ["header", "page", true, "string"],
        ["header", "tags", false, "array"],
      ],
      name,
    );
    const body = operation.requestBody.content["application/json"].schema;
    assertEquals([body.required, body.properties.size.type], [["name"], "number"], name);
    const reply = operation.responses["200"].content["application/json"].schema;
    assertEquals(Object.keys(reply.properties).sort(), ["name", "size"], name);
    assertEquals(Object.keys(operation.responses), ["200", "422"], name);
  }
});

Deno.test("a schema that cannot be converted is named with its route and library", () => {
  const noJson = {
    "~standard": { version: 1, vendor: "mine", validate: () => ({ value: 1 }) },
  } as const;
  const rows: readonly (readonly [web.RouteDef, string])[] = [
    [
      web.get("/a/{id:\\d+}", { query: z.object({ at: z.date() }) }, ok),
      "query of GET /a/{id} (zod): Date",
    ],
    [
      web.post("/", { json: v.object({}) }, ok),
      'json of POST /: schemas of valibot have no "~standard"',
    ],
    [
      web.put("/", { response: { 201: z.map(z.string(), z.string()) } }, () => new Response()),
      "reply 201 of PUT / (zod): Map",
    ],
    [web.patch("/", { form: type({ at: "symbol" }) }, ok), "form of PATCH / (arktype): its domain"],
    [web.patch("/", { form: type({ at: "Date" }) }, ok), "form of PATCH / (arktype): its date"],
    [web.del("/", { headers: noJson }, ok), "headers of DELETE /: schemas of mine"],
    [
      web.get("/", ok, { openapi: { security: [{ key: [] }] } }),
      '"key" is not in securitySchemes (none)',
    ],
  ];
  for (const [route, message] of rows) {
    const app = new web.Application();
    app.addRoutes([route]);
    const error = assertThrows(() => web.openapi(app), TypeError);
    assertStringIncludes(error.message, message);
  }
  const app = new web.Application();
  assertThrows(() => web.openapi(app, { title: "x" } as never), TypeError, 'Write "info');
  assertThrows(
    () => web.openapi(app, { security: [{ a: [] }] }),
    TypeError,
    "describe the document",
  );
  assertThrows(() => web.openapiRoutes(app, { ui: "redoc" as never }), TypeError, 'got "redoc"');
  assertThrows(
    () => web.openapiRoutes(app, { doc: "/" } as never),
    TypeError,
    'did you mean "docs"',
  );
});

Deno.test("definitions are shared, and two of one name are told apart", async () => {
  const User = z.object({
    id: z.string(),
    age: z.number().default(1),
    get friends() {
      return z.array(User);
    },
  }).meta({ id: "User", description: "One of us" });
  const Other = z.object({ x: z.string() }).meta({ id: "User" });
  const Tree = z.object({
    get left() {
      return Tree.optional();
    },
  });
  const { paths, components } = await documentOf([
    web.post(
      "/users",
      { json: User, response: { 200: User, 201: z.array(User) } },
      () => new Response(),
    ),
    web.post("/others", { json: z.object({ a: Other, b: Other }) }, ok),
    web.post("/trees", { json: Tree }, ok),
  ]);
  assertEquals(
    Object.keys(components["schemas"] ?? {}).sort(),
    [
      "RequestIssues",
      "User",
      "UserInput",
      "UserOutput",
      "json_of_POST_trees",
    ].sort(),
  );
  const users: Any = paths["/users"]?.["post"];
  assertEquals(users.responses["200"].description, "OK");
  const text = JSON.stringify([paths, components]);
  for (const [, ref = ""] of text.matchAll(/"\$ref":"([^"]*)"/g)) {
    const name = ref.replace("#/components/schemas/", "");
    assert(Object.hasOwn(components["schemas"] ?? {}, name), ref);
  }
  assert(!/"\$(?:defs|schema)"/.test(text), text);
});

Deno.test("paths, methods and options of routes", async () => {
  class Things extends web.View {
    get = undefined;
    post(): Response {
      return ok();
    }
    put(): Response {
      return ok();
    }
  }
  const sub = new web.Application();
  sub.addRoutes([web.get("/x", ok, { openapi: { summary: "in a sub-application" } })]);
  const app = new web.Application();
  const group = new web.RouteTable({
    prefix: "/g/{g}",
    openapi: { tags: ["g"], deprecated: true },
  });
  group.get("/{a}", ok, { openapi: { tags: ["own"], "x-own": 1 } });
  group.get("/hidden", ok, { openapi: false });
  app.addRoutes([
    ...group,
    ...new web.RouteTable({ prefix: "/secret", openapi: false }).get("/a", ok),
    web.view("/things", Things as never),
    web.route("*", "/any", ok),
    web.route("PROPFIND", "/dav", ok),
    web.head("/head", ok),
    web.static("/files", new URL("./", import.meta.url)),
    web.get("/same/{a}", { params: z.object({ a: z.string() }) }, ok),
    web.put("/same/{b}/", ok),
    web.put("/same/{b}", { params: z.object({ b: z.string().min(2) }) }, ok),
    web.post("/form", { form: z.object({ a: z.string() }), status: 400 }, ok),
    web.get("/free", { query: z.record(z.string(), z.string()) }, ok),
    web.get("/both", { query: z.object({ a: z.string() }).and(z.object({ b: z.string() })) }, ok),
    web.get("/plain", web.validate({ json: z.string() }, ok)),
    web.get("/no", { response: { 204: null } }, () => new Response(null, { status: 204 })),
  ]);
  app.addSubapp("/sub", sub);
  const options = {
    info: INFO,
    servers: [{ url: "https://api.example" }],
    security: [{ bearer: [] }],
    securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    tags: [{ name: "g" }],
  };
  const document: Any = web.openapi(app, options);
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert(valid, JSON.stringify(errors));
  assertEquals(document.servers, options.servers);
  assertEquals(document.components.securitySchemes, options.securitySchemes);
  const { paths } = document;
  assertEquals(
    Object.entries(paths).map(([path, item]) => `${path} ${Object.keys(item as object)}`).sort(),
    [
      "/both get",
      "/form post",
      "/free get",
      "/g/{g}/{a} get",
      "/head head",
      "/no get",
      "/plain get",
      "/same/{a} get,put",
      "/same/{b}/ put",
      "/sub/x get",
      "/things post,put",
    ],
  );
  const names = (operation: Any) => operation.parameters.map((each: Any) => each.name).join();
  assertEquals(names(paths["/both"].get), "a,b");
  assertEquals(names(paths["/same/{a}"].put), "a");
  assertEquals(paths["/same/{a}"].put.parameters[0].schema.minLength, 2);
  assertEquals(paths["/free"].get.parameters[0].explode, true);
  assertEquals(paths["/g/{g}/{a}"].get.tags, ["own"]);
  assertEquals(paths["/g/{g}/{a}"].get.deprecated, true);
  assertEquals(paths["/g/{g}/{a}"].get["x-own"], 1);
  assertEquals(paths["/sub/x"].get.summary, "in a sub-application");
  assertEquals(Object.keys(paths["/form"].post.requestBody.content).length, 2);
  assertEquals(Object.keys(paths["/form"].post.responses), ["400", "default"]);
  assertEquals(paths["/no"].get.responses, { 204: { description: "No Content" } });
  assertEquals(paths["/plain"].get.requestBody.content["application/json"].schema.type, "string");
});

Deno.test("the document and its page are served, and know where the other is", async () => {
  for (
    const [options, path, docs, href] of [
      [{}, "/openapi.json", "/docs", "openapi.json"],
      [
        { ui: "swagger", path: "/v1/api.json", docs: "/v1/docs/ui", assets: "/assets/" },
        "/v1/api.json",
        "/v1/docs/ui",
        "../../v1/api.json",
      ],
      [{ ui: false }, "/openapi.json", null, ""],
    ] as const
  ) {
    const app = new web.Application();
    const sub = new web.Application();
    sub.addRoutes([
      web.get("/x", ok),
      ...web.openapiRoutes(sub, { ...options, info: { title: "<Tests>", version: "1" } }),
    ]);
    app.addSubapp("/sub", sub);
    const document = await (await app.request(`/sub${path}`)).json();
    assertEquals([document.info.title, Object.keys(document.paths)], ["<Tests>", ["/sub/x"]]);
    assertEquals(web.openapi(sub).info.title, "<Tests>");
    if (docs === null) {
      assertEquals((await app.request("/sub/docs")).status, 404);
      continue;
    }
    const page = await (await app.request(`/sub${docs}`)).text();
    assertStringIncludes(page, `url: "${href}"`);
    assertEquals(new URL(href, `http://x/sub${docs}`).pathname, `/sub${path}`);
    assertStringIncludes(page, "<title>&lt;Tests&gt;</title>");
    const isLocal = "assets" in options;
    assertEquals(page.includes("integrity="), !isLocal);
    assertStringIncludes(page, isLocal ? 'src="/assets/swagger-ui-bundle.js"' : "cdn.jsdelivr.net");
  }
});

Deno.test("a client of openapi-typescript and openapi-fetch has the types, and works", async () => {
  const User = z.object({ id: z.string(), name: z.string() }).meta({ id: "User" });
  const users = new Map([["7", { id: "7", name: "ann" }]]);
  const app = new web.Application();
  app.addRoutes([
    web.get("/users", {
      query: z.object({ limit: z.coerce.number() }),
      response: { 200: z.array(User) },
    }, (_, { query }) => web.jsonResponse([...users.values()].slice(0, query.limit))),
    web.get(
      "/users/{id}",
      { response: { 200: User, 404: z.object({ error: z.string() }) } },
      (request) => {
        const user = users.get(request.matchInfo.id);
        return user === undefined
          ? web.jsonResponse({ error: "no such user" }, { status: 404 })
          : web.jsonResponse(user);
      },
    ),
    web.post("/users", { json: User, response: { 201: User } }, (_, { json }) => {
      users.set(json.id, json);
      return web.jsonResponse(json, { status: 201 });
    }),
  ]);
  await using runner = new web.AppRunner(app);
  const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const folder = await Deno.makeTempDir();
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  await write(
    "deno.json",
    '{ "imports": { "openapi-fetch": "npm:openapi-fetch@^0.17.0" }, "nodeModulesDir": "none" }',
  );
  await write(
    "api.ts",
    astToString(await openapiTS(JSON.stringify(web.openapi(app, { info: INFO })))),
  );
  await write(
    "client.ts",
    `import createClient from "openapi-fetch";
import type { paths } from "./api.ts";
const client = createClient<paths>({ baseUrl: ${JSON.stringify(baseUrl)} });
const made = await client.POST("/users", { body: { id: "8", name: "bob" } });
const all = await client.GET("/users", { params: { query: { limit: 5 } } });
const names: string[] | undefined = all.data?.map((each) => each.name);
const none = await client.GET("/users/{id}", { params: { path: { id: "9" } } });
const error: string | undefined = none.error?.error;
// @ts-expect-error: a user has a name
const bad = await client.POST("/users", { body: { id: "8" } });
console.log(JSON.stringify([made.response.status, names, none.response.status, error, bad.response.status, bad.error]));
// @ts-expect-error: there is no such path
void (() => client.GET("/none"));
`,
  );
  const { code, stdout, stderr } = await run([
    Deno.execPath(),
    "run",
    "--check",
    "-A",
    `${folder}/client.ts`,
  ]);
  assertEquals(code, 0, stderr);
  const [made, names, none, error, bad, issues] = JSON.parse(stdout);
  assertEquals([made, names, none, error, bad], [201, ["ann", "bob"], 404, "no such user", 422]);
  assertEquals(issues.issues[0].path, ["name"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a browser draws the page by the files of an npm package, and asks no other host", async () => {
  const chromium = await findChromium();
  if (chromium === null) return;
  const { default: { getAbsoluteFSPath } } = await import("npm:swagger-ui-dist@^5.35.0");
  const app = new web.Application();
  app.addRoutes([
    web.get("/users/{id}", ok, { openapi: { summary: "One of the users" } }),
    web.static("/assets", getAbsoluteFSPath()),
    ...web.openapiRoutes(app, { ui: "swagger", assets: "/assets" }),
  ]);
  await using runner = new web.AppRunner(app);
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const browser = await sharedBrowser(chromium);
  await using page = await browser.newPage();
  const asked = new Set<string>();
  page.on("request", (request) => asked.add(new URL(request.url()).origin));
  await page.goto(`${url}/docs`);
  await page.getByText("One of the users").waitFor({ timeout: 30_000 });
  assertEquals([...asked].filter((each) => each !== "null"), [url]);
});
