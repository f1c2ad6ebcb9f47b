import { type ClientResponse, ClientSession, type StandardSchemaV1, web } from "../mod.ts";

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

Deno.test("TypeScript refuses calls that throw at run time", () => {
  // The functions above are only compiled; this marks them as used.
  for (const checked of [clientMistakes, serverMistakes]) {
    if (typeof checked !== "function") throw new TypeError("The compiler has checked nothing");
  }
});
