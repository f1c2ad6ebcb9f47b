import {
  type ClientResponse,
  ClientSession,
  type StandardSchemaV1,
  typedClient,
  web,
} from "../mod.ts";

// Tests of types: a line that compiles without its expected error fails `deno check`. The calls are
// never made.

const h = () => web.textResponse("x");
declare const schema: StandardSchemaV1<unknown, { page: number }>;

function clientMistakes(session: ClientSession): readonly Promise<ClientResponse>[] {
  // @ts-expect-error: it is `data`
  void session.post("/", { body: "x" });
  // @ts-expect-error: it is `json`
  void session.post("/", { josn: 1 });
  // @ts-expect-error: it is `data`
  void session.post("/", { text: "x" });
  // @ts-expect-error: it is `params`
  void session.get("/", { query: {} });
  // @ts-expect-error: how often, or options
  void session.get("/", { retry: true });
  // @ts-expect-error: it is `timeout`
  new ClientSession({ timeuot: {} });
  // @ts-expect-error: it is `baseUrl`
  new ClientSession({ base_url: "http://localhost/" });
  // @ts-expect-error: it is `total`
  new ClientSession({ timeout: { totla: 1 } });
  // @ts-expect-error: it is `limit`
  new ClientSession({ connector: { limt: 1 } });
  // @ts-expect-error: it is `protocols`
  void session.wsConnect("/", { protocol: "a" });
  // @ts-expect-error: it is `protocols`, beside a schema that gives the type
  void session.wsConnect("/", { schema, protocol: "a" });
  // @ts-expect-error: it is an object of limits
  void session.get("/", { timeout: 1 });
  // @ts-expect-error: it is `status`
  void session.get("/").then((response) => response.status_code);
  // @ts-expect-error: it is `json()`
  void session.get("/").then((response) => response.data);
  return [session.post("/", { data: "x", timeout: { total: 1 } })];
}

function serverMistakes(app: web.Application, runner: web.AppRunner): readonly unknown[] {
  // @ts-expect-error: it is `clientMaxSize`
  new web.Application({ client_max_size: 1 });
  // @ts-expect-error: status stands in an object
  web.jsonResponse({}, 201);
  // @ts-expect-error: it is `status`
  web.jsonResponse({}, { statusCode: 201 });
  // @ts-expect-error: a list of middlewares
  web.get("/", h, { middlewares: h });
  // @ts-expect-error: schemas stand before the handler
  web.get("/", h, { query: schema });
  // @ts-expect-error: it is `name`
  web.get("/", h, { nmae: "x" });
  // @ts-expect-error: it is `query`
  web.validate({ qurey: schema }, h);
  // @ts-expect-error: it is `query`, beside one that is right
  web.validate({ json: schema, qurey: schema }, h);
  // @ts-expect-error: it is a schema
  web.validate({ query: { page: "number" } }, h);
  // @ts-expect-error: it is `status`
  web.validate({ query: schema }, h, { code: 400 });
  // @ts-expect-error: there is no part `json` to read
  web.validate({ query: schema }, (_, { json }) => web.jsonResponse(json));
  // @ts-expect-error: it is `protocols`
  web.webSocket(() => {}, { protocol: "a" });
  // @ts-expect-error: it is `protocols`, beside a schema that gives the type
  web.webSocket(() => {}, { schema, protocol: "a" });
  // @ts-expect-error: it is `headTimeout`
  web.socketEngine({ headTimeuot: 1 });
  // @ts-expect-error: it is `showIndex`
  web.static("/", ".", { show_index: true });
  // @ts-expect-error: it is `httpOnly`
  web.setCookie(h(), "a", "b", { httponly: true });
  // @ts-expect-error: it is `port`
  void runner.listen({ prot: 80 });
  // @ts-expect-error: it is a name or an address
  void runner.listen({ host: 1 });
  // @ts-expect-error: it is `port`
  void web.runApp(app, { prot: 80 });
  // @ts-expect-error: text stands in an object
  new web.HTTPNotFound("text");
  // @ts-expect-error: a list of routes
  app.addRoutes(web.get("/", h));
  // @ts-expect-error: routes are given to addRoutes()
  app.post("/", h);
  // @ts-expect-error: keys are AppKeys
  app.get("/", h);
  // @ts-expect-error: it is `addRoute`
  app.router.add_get("/", h);
  // @ts-expect-error: a handler returns a response
  web.get("/", () => "text");
  // @ts-expect-error: a handler gets the request alone
  web.get("/", (_request: web.ServerRequest, _response: Response) => h());
  // @ts-expect-error: a middleware returns a response
  new web.Application({ middlewares: [async (request, handler) => void await handler(request)] });
  return [
    web.validate(
      { query: schema, json: schema },
      (_, { query, json }) => web.jsonResponse(query.page + json.page),
    ),
    web.validate({}, h),
  ];
}

declare const user: StandardSchemaV1<{ id: string; role: "admin" | "user" }>;
declare const someone: { id: string; role: "admin" | "user" };
declare const list: StandardSchemaV1<{ id: string; role: "admin" | "user" }[]>;
declare const either: StandardSchemaV1<{ kind: "a"; a: number } | { kind: "b"; b: [number] }>;
declare const unknown: StandardSchemaV1<unknown>;
declare const problem: StandardSchemaV1<{ error: string }>;

function routeMistakes(): readonly unknown[] {
  const spec = { json: user, response: { 200: user, 404: problem } } as const;
  web.get("/users/{id}", spec, (request, { json }) => {
    // @ts-expect-error: it is `id`
    request.matchInfo.di;
    // @ts-expect-error: it is `role`
    json.rloe;
    return web.jsonResponse(json);
  });
  // @ts-expect-error: a user has a role
  web.get("/", spec, () => web.jsonResponse({ id: "7" }));
  // @ts-expect-error: not a role
  web.get("/", spec, () => web.jsonResponse({ id: "7", role: "owner" }));
  // @ts-expect-error: a problem has an error
  web.get("/", spec, () => web.jsonResponse({ id: "7", role: "user" }, { status: 404 }));
  // @ts-expect-error: 409 is not declared
  web.get("/", spec, () => web.jsonResponse({ error: "x" }, { status: 409 }));
  // @ts-expect-error: it is `response`
  web.get("/", { responses: { 200: user } }, h);
  // @ts-expect-error: a schema or null
  web.get("/", { response: { 200: "user" } }, h);
  // @ts-expect-error: 400 or 422
  web.get("/", { query: schema, status: 404 }, h);
  // @ts-expect-error: only `web.get()` has it
  web.post("/", { query: schema, allowHead: false }, h);
  new web.RouteTable({ prefix: "/{user}" }).get(
    "/",
    // @ts-expect-error: the prefix has no variable `id`
    (request) => web.textResponse(request.matchInfo.id),
  );
  // @ts-expect-error: it is `prefix`
  new web.RouteTable({ prefx: "/x" });
  const wrapped = <Params>(handler: web.Handler<Params>) => handler;
  // @ts-expect-error: the path's types survive a wrapper
  web.get("/{id}", wrapped((request) => web.textResponse(request.matchInfo.di)));
  web.get(
    "/{id}",
    // @ts-expect-error: and one that validates
    web.validate({ query: schema }, (request) => web.textResponse(request.matchInfo.di)),
  );
  const db = web.provide("db", async function* () {
    yield await Promise.resolve({ size: 1 });
  });
  const request = web.makeRequest("GET", "/");
  // @ts-expect-error: it is `size`
  void db.of(request).then((value) => value.sze);
  // @ts-expect-error: the same type
  new web.Application().set(db, () => ({ size: "1" }));
  // @ts-expect-error: it is `application`
  web.provide("x", () => 1, { scope: "app" });
  // @ts-expect-error: an application has no path
  web.provide("x", (app) => app.path, { scope: "application" });
  const all = {
    response: { 200: user, 201: either, 202: list, 203: unknown, 404: problem },
  } as const;
  return [
    // Literals keep their types in any of several replies, and variables may be changeable.
    web.get("/", all, () => web.jsonResponse({ id: "7", role: "user" })),
    web.get("/", all, () => web.jsonResponse({ kind: "b", b: [1] }, { status: 201 })),
    web.get("/", all, () => web.jsonResponse([{ id: "7", role: "user" }], { status: 202 })),
    web.get("/", all, () => web.jsonResponse([someone], { status: 202 })),
    web.get("/", all, () => web.jsonResponse(new Map(), { status: 203 })),
    web.get("/", all, async (request) => {
      if (await request.text() === "") return web.jsonResponse({ error: "x" }, { status: 404 });
      return web.jsonResponse({ kind: "a", a: 1 }, { status: 201 });
    }),
    web.get("/", web.validate(all, () => web.jsonResponse({ id: "7", role: "user" }))),
    web.get("/{id}", wrapped((request) => web.textResponse(request.matchInfo.id))),
    web.get("/", spec, () => new Response()),
    web.get("/", spec, () => web.jsonResponse({ error: "x" }, { status: 404 })),
  ];
}

const api = () => [
  web.get("/users/{id:\\d{3}}/{tab}", {
    query: user,
    response: { 200: user, 404: problem, 204: null },
  }, () => new Response()),
  web.post(
    "/users",
    { json: user },
    (_, { json }) => web.jsonResponse({ ...json, at: new Date() }, { status: 201 }),
  ),
  web.put("/any", () => new Response()),
  web.static("/files", new URL("./", import.meta.url)),
];

async function typedClientMistakes(session: ClientSession): Promise<readonly unknown[]> {
  const client = typedClient<ReturnType<typeof api>>(session);
  const params = { id: "007", tab: 1 };
  const query = { id: "7", role: "user" } as const;
  // @ts-expect-error: it is `/users/{id}/{tab}`
  await client.get("/users/{id}");
  // @ts-expect-error: it is a POST
  await client.get("/users");
  // @ts-expect-error: it has variables and a query
  await client.get("/users/{id}/{tab}");
  // @ts-expect-error: `tab` is missing
  await client.get("/users/{id}/{tab}", { params: { id: "7" }, query });
  // @ts-expect-error: the query is missing
  await client.get("/users/{id}/{tab}", { params });
  // @ts-expect-error: not a role
  await client.get("/users/{id}/{tab}", { params, query: { id: "7", role: "owner" } });
  // @ts-expect-error: it is `json`
  await client.post("/users", { data: query });
  // @ts-expect-error: `role` is missing
  await client.post("/users", { json: { id: "7" } });
  // @ts-expect-error: it is `timeout`
  await client.put("/any", {}, { timeuot: {} });
  // @ts-expect-error: parts stand in the input
  await client.put("/any", {}, { params: {} });
  const reply = await client.get("/users/{id}/{tab}", { params, query });
  // @ts-expect-error: the status comes first
  reply.data.id;
  // @ts-expect-error: 201 is of another route
  void (reply.status === 201);
  if (reply.status === 200) {
    // @ts-expect-error: it is `role`
    reply.data.rloe;
    // @ts-expect-error: 200 is ok
    void (reply.ok === false);
  } else if (reply.status === 404) {
    // @ts-expect-error: it is `error`
    reply.data.id;
  } else if (reply.status === 204) {
    // @ts-expect-error: no body
    reply.data.id;
  } else if (reply.status === 422) {
    // @ts-expect-error: it is `issues`
    reply.data.error;
  } else {
    // @ts-expect-error: not declared
    reply.data.error;
  }
  const made = await client.post("/users", { json: query });
  // @ts-expect-error: JSON has no dates
  if (made.status === 201) made.data.at.getTime();
  const table = new web.RouteTable();
  table.get("/", h);
  // @ts-expect-error: a table knows the routes of one chain of calls
  await typedClient<typeof table>(session).get("/");
  return [
    await client.put("/any"),
    made.status === 201 ? made.data.at.slice(0, 4) : made.data,
    reply.status === 422 ? reply.data.issues : reply.ok,
  ];
}

Deno.test("TypeScript refuses calls that throw at run time", () => {
  // The functions above are only compiled; this marks them as used.
  for (
    const checked of [clientMistakes, serverMistakes, routeMistakes, typedClientMistakes]
  ) {
    if (typeof checked !== "function") throw new TypeError("The compiler has checked nothing");
  }
});
