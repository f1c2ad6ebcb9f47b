import { assertEquals, assertRejects } from "@std/assert";
import { z } from "zod";
import { ClientSession, typedClient, web } from "../../mod.ts";

const User = z.object({ id: z.string(), role: z.enum(["admin", "user"]) });

const users = new web.RouteTable({ prefix: "/users" })
  .get("/{id}", { response: { 200: User, 404: z.object({ error: z.string() }) } }, (request) => {
    const { id } = request.matchInfo;
    return id === "none"
      ? web.jsonResponse({ error: `no ${id}` }, { status: 404 })
      : web.jsonResponse({ id, role: "user" });
  })
  .post(
    "",
    { json: User, response: { 201: User } },
    (_, { json }) => web.jsonResponse(json, { status: 201 }),
  )
  .delete("/{id:\\d{3}}", { response: { 204: null } }, () => new Response(null, { status: 204 }));

const routes = [
  web.get("/search", {
    query: z.object({
      q: z.string(),
      page: z.coerce.number<number>().default(1),
      tag: z.array(z.string()).optional(),
    }),
  }, (_, { query }) => web.jsonResponse({ ...query, at: new Date(0) })),
  web.get(
    "/key",
    { headers: z.object({ "x-key": z.string() }) },
    (_, { headers }) => web.textResponse(headers["x-key"]),
  ),
  web.post(
    "/form",
    { form: z.object({ name: z.string(), file: z.instanceof(web.FileField) }) },
    async (_, { form }) => web.jsonResponse(`${form.name} ${await form.file.text()}`),
  ),
  web.put("/echo", async (request) => web.jsonResponse(await request.json())),
  web.get("/bytes", () => new Response(new Uint8Array([1, 2]))),
  web.get("/fails", () => {
    throw new web.HTTPServiceUnavailable({ text: "later" });
  }),
  web.head("/head", () => new Response(null, { headers: { "x-size": "7" } })),
  web.get("/slow", async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return web.textResponse("late");
  }),
];

function makeApp(): web.Application {
  const app = new web.Application({ logger: { error: () => {} } });
  app.addRoutes([...routes, ...users]);
  return app;
}

Deno.test("a typed client calls the routes, in process and over the network", async () => {
  const app = makeApp();
  await using runner = new web.AppRunner(app);
  const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const outer = new web.Application();
  outer.addSubapp("/sub", makeApp());
  const below = { app: outer, baseUrl: "http://localhost/sub" };
  for (const options of [{ app }, { baseUrl }, { baseUrl, raiseForStatus: true }, below]) {
    await using session = new ClientSession(options);
    const client = typedClient<typeof routes>(session);
    const byUser = typedClient<typeof users>(session);
    const file = new File(["content"], "a.txt");
    const rows: readonly (readonly [
      name: string,
      reply: () => Promise<{ status: number; ok: boolean; data: unknown; headers: Headers }>,
      status: number,
      data: unknown,
    ])[] = [
      ["a user", () => byUser.get("/users/{id}", { params: { id: 7 } }), 200, {
        id: "7",
        role: "user",
      }],
      ["an error", () => byUser.get("/users/{id}", { params: { id: "none" } }), 404, {
        error: "no none",
      }],
      ...["a/b", "é ?#%2F", "%2e%2e", "...", "a\\b"].map((id) =>
        [id, () => byUser.get("/users/{id}", { params: { id } }), 200, {
          id,
          role: "user",
        }] as const
      ),
      ["JSON", () => byUser.post("/users", { json: { id: "1", role: "admin" } }), 201, {
        id: "1",
        role: "admin",
      }],
      [
        "a regular expression",
        () => byUser.delete("/users/{id}", { params: { id: 123 } }),
        204,
        null,
      ],
      [
        "a query",
        () => client.get("/search", { query: { q: "x y", page: 2, tag: ["a", "b"] } }),
        200,
        {
          q: "x y",
          page: 2,
          tag: ["a", "b"],
          at: "1970-01-01T00:00:00.000Z",
        },
      ],
      [
        "invalid data",
        () => client.get("/search", { query: { q: "x", page: "x" as never } }),
        422,
        {
          issues: [{
            in: "query",
            message: "Invalid input: expected number, received NaN",
            path: ["page"],
          }],
        },
      ],
      ["headers", () => client.get("/key", { headers: { "x-key": "secret" } }), 200, "secret"],
      ["a form", () => client.post("/form", { form: { name: "ann", file } }), 200, "ann content"],
      ["a part without a schema", () => client.put("/echo", { json: [1, null] }), 200, [1, null]],
      ["bytes", () => client.get("/bytes"), 200, new Uint8Array([1, 2])],
      ["an exception", () => client.get("/fails"), 503, "later"],
      ["HEAD", () => client.head("/head"), 200, null],
    ];
    for (const [name, ask, status, data] of rows) {
      const reply = await ask();
      assertEquals([reply.status, reply.ok, reply.data], [status, status < 300, data], name);
    }
    assertEquals((await client.head("/head")).headers.get("x-size"), "7");
    await assertRejects(() => client.get("/slow", {}, { timeout: { total: 50 } }), Error, "50 ms");
  }
});

Deno.test("values that no path can hold, and unknown parts, are refused before a request", async () => {
  await using session = new ClientSession({ app: { fetch: () => new Response("asked") } });
  const client = typedClient<typeof users>(session);
  for (const id of ["", ".", "..", undefined as never]) {
    await assertRejects(
      () => client.get("/users/{id}", { params: { id } }),
      TypeError,
      `Cannot send /users/{id}: "id" is "${id ?? ""}", which no path can hold`,
    );
  }
  const wrong = client as unknown as Record<
    string,
    (path: string, input: object) => Promise<unknown>
  >;
  for (
    const [input, message] of [[{ data: 1 }, 'Write "json"'], [
      { parms: {} },
      'did you mean "params"',
    ]] as const
  ) {
    await assertRejects(async () => await wrong["get"]?.("/users", input), TypeError, message);
  }
});
