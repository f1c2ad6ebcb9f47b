import { assertEquals, assertRejects } from "@std/assert";
import { ClientResponseError, ClientSession } from "@roundtrip/http";

Deno.test("the error for a status has the body of the response", async () => {
  const problem = { title: "Out of credit", status: 403 };
  const rows: [type: string | null, body: string, data: unknown][] = [
    ["application/json", '{"a":1}', { a: 1 }],
    ["application/problem+json; charset=utf-8", JSON.stringify(problem), problem],
    ["application/json", "null", null],
    ["application/json", '{"cut":', '{"cut":'],
    ["application/json", "", ""],
    ["text/plain", "1", "1"],
    [null, "{}", "{}"],
  ];
  for (const [type, body, data] of rows) {
    const headers: HeadersInit = type === null ? [] : { "content-type": type };
    const reply = () => new Response(new TextEncoder().encode(body), { status: 403, headers });
    await using session = new ClientSession({ app: { fetch: reply }, raiseForStatus: true });
    const error = await assertRejects(() => session.get("/"), ClientResponseError);
    assertEquals([error.status, error.body, error.data], [403, body, data], `${type} ${body}`);
  }
});

Deno.test("each verb is a method of the session", async () => {
  const app = {
    async fetch(request: Request) {
      return new Response(`${request.method} ${await request.text()}`.trim());
    },
  };
  await using session = new ClientSession({ app });
  const data = "x";
  for (
    const [name, send] of [
      ["GET", () => session.get("/")],
      ["OPTIONS", () => session.options("/")],
      ["DELETE x", () => session.delete("/", { data })],
      ["POST x", () => session.post("/", { data })],
      ["PUT x", () => session.put("/", { data })],
      ["PATCH x", () => session.patch("/", { data })],
      ["QUERY x", () => session.query("/", { data })],
    ] as const
  ) {
    await using response = await send();
    assertEquals(await response.text(), name);
  }
  await using head = await session.head("/");
  assertEquals([head.method, await head.text()], ["HEAD", ""]);
});
