import { assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { freePort, run, start } from "../_process.ts";
import { pythonWith } from "./_python.ts";

const python = await pythonWith("aiohttp");
const ignore = python === null;

async function seenBy(mode: string, base: string): Promise<unknown> {
  const result = await run([python ?? "", "tests/interop/aiohttp_client.py", mode, base]);
  assertEquals(result.code, 0, result.stderr);
  return JSON.parse(result.stdout);
}

Deno.test({ name: "aiohttp's client talks to the tutorial's server", ignore }, async () => {
  const port = freePort();
  const command = [Deno.execPath(), "run", "--allow-net", "examples/0001_request.ts"];
  await using server = start([...command, "0", `${port}`]);
  await server.waitFor(/CTRL\+C/);
  assertEquals(await seenBy("tutorial", `http://127.0.0.1:${port}`), [
    [200, "hello, shadaileng", "text/plain"],
    ["a=1&a=ж ", "a=1&a=%D0%B6+"],
    [
      200,
      "Attempt to decode JSON with unexpected mimetype: text/json;charset=utf-8",
      '{"status": "ok"}',
    ],
    "hello, x y",
    "one/answer",
    ["CLOSE", 1000],
  ]);
});

Deno.test({
  name: "aiohttp's client and our server agree on cookies, redirects, JSON and forms",
  ignore,
}, async () => {
  const app = new web.Application();
  app.addRoutes([
    web.get("/set", () => {
      const response = web.textResponse("set");
      web.setCookie(response, "a", "1", { httpOnly: true });
      web.setCookie(response, "b", "x=y");
      return response;
    }),
    web.get("/cookies", (request) => web.jsonResponse(Object.fromEntries(request.cookies))),
    web.get("/away", (request) => {
      const url = request.app.router.named("here").urlFor({ who: "a b" }).withQuery({ x: "ж" });
      throw new web.HTTPFound(url);
    }),
    web.get("/here/{who}", (request) => web.textResponse(request.matchInfo.who), { name: "here" }),
    web.post("/form", async (request) => web.jsonResponse([...await request.post()])),
    web.post("/json", async (request) => web.jsonResponse(await request.json())),
  ]);
  await using runner = new web.AppRunner(app);
  const base = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  assertEquals(await seenBy("application", base), [
    { a: "1", b: "x=y" },
    { a: "1", b: "x=y" },
    [200, "/here/a%20b?x=%D0%B6", [302]],
    [["a", "1 2"], ["a", "ж"], ["b", "&="]],
    { a: [1, null] },
    [200, 19, true],
    [405, "POST"],
  ]);
});
