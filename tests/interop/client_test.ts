import { assert, assertEquals } from "@std/assert";
import { ClientSession, CookieJar } from "@roundtrip/http";
import { start } from "../_process.ts";
import { pythonWith } from "./_python.ts";

const python = await pythonWith("aiohttp");
const ignore = python === null;

interface Echo {
  readonly method: string;
  readonly query: readonly (readonly [string, string])[];
  readonly type: string | null;
  readonly body: string;
}

async function talk(test: (session: ClientSession) => Promise<void>): Promise<void> {
  await using server = start([python ?? "", "tests/interop/aiohttp_server.py"]);
  const [, port] = await server.waitFor(/\{"port": (\d+)\}/);
  await using session = new ClientSession({
    baseUrl: `http://127.0.0.1:${port}`,
    cookieJar: new CookieJar({ unsafe: true }),
  });
  await test(session);
}

Deno.test({ name: "our session and an aiohttp server agree on cookies", ignore }, async () => {
  await talk(async (session) => {
    await using set = await session.get("/cookies/set");
    assertEquals([...set.cookies.keys()].sort(), ["elsewhere", "plain", "quoted"]);
    await set.read();
    await using seen = await session.get("/cookies");
    assertEquals(await seen.json(), { plain: "1", quoted: "a b" });
  });
});

Deno.test({ name: "our session and an aiohttp server agree on redirects", ignore }, async () => {
  const methods: [number, string, string][] = [
    [301, "GET", ""],
    [302, "GET", ""],
    [303, "GET", ""],
    [307, "POST", "kept"],
    [308, "POST", "kept"],
  ];
  await talk(async (session) => {
    for (const [status, method, body] of methods) {
      await using response = await session.post(`/redirect/${status}/3`, { data: "kept" });
      const echo = await response.json<Echo>();
      assertEquals([echo.method, echo.body], [method, body], String(status));
      assertEquals(response.history.map((entry) => entry.status), [status, status, status]);
    }
  });
});

Deno.test({ name: "an aiohttp server reads our queries, JSON and forms", ignore }, async () => {
  const pairs = [["a", "1 2"], ["a", "&=+;%"], ["ж", "/?"], ["e", ""]] as const;
  await talk(async (session) => {
    await using query = await session.get("/echo", { params: pairs });
    assertEquals((await query.json<Echo>()).query, pairs);
    await using json = await session.put("/echo", { json: { ж: [1, null, "x"] } });
    const echo = await json.json<Echo>();
    assertEquals([echo.type, echo.body], ["application/json", '{"ж":[1,null,"x"]}']);
    await using form = await session.post("/form", { data: pairs });
    assertEquals(await form.json(), pairs);
  });
});

Deno.test({ name: "our session reads an aiohttp server's gzip and chunks", ignore }, async () => {
  await talk(async (session) => {
    await using gzip = await session.get("/gzip");
    assertEquals(await gzip.json(), { packed: "x".repeat(1000) });
    await using chunked = await session.get("/chunked");
    const lines: string[] = [];
    for await (const line of chunked.content) lines.push(new TextDecoder().decode(line));
    assertEquals(lines, ["0\n", "1\n", "2\n", "3\n", "4\n"]);
    assert(chunked.content.atEof());
  });
});
