import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ClientSession } from "../../../client/mod.ts";
import * as web from "../../../server/mod.ts";
import { ENGINES } from "../_engines.ts";

function counted(): web.Application {
  const app = new web.Application();
  const sub = new web.Application();
  sub.addRoutes([web.get("/{name}", () => web.textResponse("sub"))]);
  app.addRoutes([
    web.get("/users/{id:\\d+}", ({ matchInfo }) => web.textResponse(`é${matchInfo.id}`)),
    web.post("/users", async (request) => {
      await request.read();
      throw new web.HTTPConflict();
    }),
    web.get("/slow", async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return new Response("slow", { headers: { "content-length": "4" } });
    }),
    web.get(
      "/socket",
      web.webSocket(async (socket) => {
        for await (const _ of socket);
      }),
    ),
    web.get("/plain", () => new Response("plain")),
    web.get("/metrics", web.metrics(app)),
  ]);
  app.addSubapp("/sub", sub);
  return app;
}

/** The samples, without their comments. */
async function samplesOf(app: web.Application): Promise<Map<string, number>> {
  const text = await (await app.request("/metrics")).text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), Number(line.slice(at + 1))];
  }));
}

Deno.test("requests are counted by route, method and status", async () => {
  const app = counted();
  const requests: [string, string][] = [
    ["GET", "/users/7"],
    ["GET", "/users/8"],
    ["HEAD", "/users/8"],
    ["POST", "/users"],
    ["GET", "/none"],
    ["BREW", "/none"],
    ["TEA", "/users"],
    ["GET", "/sub/a"],
    ["GET", "/plain"],
  ];
  for (const [method, path] of requests) {
    const body = method === "POST" ? "12345" : null;
    await (await app.request(path, { method, body, headers: { "content-length": "5" } })).text();
  }
  const samples = await samplesOf(app);
  const total = [...samples].filter(([name]) => name.startsWith("http_requests_total"));
  assertEquals(total.sort(), [
    ['http_requests_total{route="",method="GET",status="404"}', 1],
    ['http_requests_total{route="",method="other",status="404"}', 1],
    ['http_requests_total{route="",method="other",status="405"}', 1],
    ['http_requests_total{route="/plain",method="GET",status="200"}', 1],
    ['http_requests_total{route="/sub/{name}",method="GET",status="200"}', 1],
    ['http_requests_total{route="/users",method="POST",status="409"}', 1],
    ['http_requests_total{route="/users/{id}",method="GET",status="200"}', 2],
    ['http_requests_total{route="/users/{id}",method="HEAD",status="200"}', 1],
  ]);
  const user = '{route="/users/{id}",method="GET"}';
  assertEquals(samples.get(`http_response_body_bytes_total${user}`), 6);
  assertEquals(samples.get('http_response_body_bytes_total{route="/plain",method="GET"}'), 5);
  assertEquals(samples.get('http_request_body_bytes_total{route="/users",method="POST"}'), 5);
  assertEquals(samples.get("http_requests_active"), 1); // this one
});

Deno.test("durations are a histogram in seconds", async () => {
  const app = counted();
  await Promise.all([app.request("/slow"), app.request("/slow"), app.request("/users/1")]);
  const samples = await samplesOf(app);
  const of = (suffix: string, route = "/slow", le = "") =>
    samples.get(
      `http_request_duration_seconds_${suffix}{route="${route}",method="GET"${
        le === "" ? "" : `,le="${le}"`
      }}`,
    );
  assertEquals(["0.005", "0.01", "10", "+Inf"].map((le) => of("bucket", "/slow", le)), [
    0,
    0,
    2,
    2,
  ]);
  assertEquals(of("count"), 2);
  assert((of("sum") ?? 0) > 0.05 && (of("sum") ?? 0) < 5);
  assertEquals(of("bucket", "/users/{id}", "10"), 1);
});

for (const [name, engine] of ENGINES) {
  if (name === "node:http") continue; // it has no WebSockets
  Deno.test(`engine ${name}: open sockets are counted, and connections where they are known`, async () => {
    const app = counted();
    await using runner = new web.AppRunner(app, { engine });
    const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    await using session = new ClientSession({ baseUrl });
    const ask = async (): Promise<string> => {
      await using response = await session.get("/metrics");
      assertEquals(
        response.headers.get("content-type"),
        "text/plain; version=0.0.4; charset=utf-8",
      );
      return await response.text();
    };
    const socket = await session.wsConnect("/socket");
    const text = await ask();
    assertMatch(text, /^websockets_open 1$/m);
    assertEquals(
      /^http_connections_open (\d+)$/m.exec(text)?.[1],
      name === "deno" ? undefined : "2",
    );
    await socket.close();
    assertMatch(text, /^http_requests_total\{route="\/socket",method="GET",status="101"\} 1$/m);
    assertMatch(await ask(), /^websockets_open 0$/m);
  });
}

Deno.test("every line is one of Prometheus's format", async () => {
  const app = counted();
  await app.request("/users/1");
  const text = await (await app.request("/metrics")).text();
  const line =
    /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="[^"\n]*"(?:,[a-z]+="[^"\n]*")*\})? [\d.e-]+)$/;
  for (const each of text.trimEnd().split("\n")) assertMatch(each, line);
});

Deno.test("a started application is refused", async () => {
  const app = new web.Application();
  await app.startup();
  assertThrows(() => web.metrics(app), TypeError, "has started");
});
