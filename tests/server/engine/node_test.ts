import { assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";

const APP = `
import * as web from "@roundtrip/http/server";
const KEY = new web.AppKey("greeting");
const app = new web.Application({
  clientMaxSize: 100,
  logger: { error() {} },
  middlewares: [web.normalizePathMiddleware()],
});
app.set(KEY, "hello");
app.addRoutes([
  web.get("/hello/{name}", (r) => web.textResponse(r.app.get(KEY) + ", " + r.matchInfo.name)),
  web.post("/json", async (r) => web.jsonResponse(await r.json())),
  web.get("/bad", (r) => new Response("", { headers: { "x-bad": "\\u0001" } })),
  web.get("/page/", () => web.textResponse("page")),
]);
const sub = new web.Application();
sub.addRoutes([web.get("/x", (r) => web.textResponse(String(r.apps.length)))]);
app.addSubapp("/sub", sub);
export default app;
`;

const NODE = `
import { serve } from "npm:@hono/node-server@^2.1.8";
import app from "./app.ts";
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, async () => {
  const base = "http://127.0.0.1:" + server.address().port;
  const seen = [];
  const ask = async (path, init) => {
    const response = await fetch(base + path, { redirect: "manual", ...init });
    seen.push([path, response.status, await response.text(), response.headers.get("allow")]);
  };
  await ask("/hello/node");
  await ask("/json", { method: "POST", body: '{"a":1}' });
  await ask("/json", { method: "POST", body: '"' + "x".repeat(200) + '"' });
  await ask("/bad");
  await ask("/page");
  await ask("/sub/x");
  await ask("/json", { method: "PUT", body: "x" });
  await ask("/none");
  console.log(JSON.stringify(seen));
  server.close();
  server.closeAllConnections();
});
`;

const node = await hasNode();

Deno.test({
  name: "the same application runs on Node by app.fetch",
  ignore: !node,
  async fn() {
    const directory = await Deno.makeTempDir({ dir: new URL(".", import.meta.url).pathname });
    try {
      await Deno.writeTextFile(`${directory}/app.ts`, APP);
      await Deno.writeTextFile(`${directory}/main.ts`, NODE);
      const bundle = await new Deno.Command(Deno.execPath(), {
        args: [
          "bundle",
          "--platform=browser",
          "-o",
          `${directory}/main.mjs`,
          `${directory}/main.ts`,
        ],
      }).output();
      assertEquals(bundle.code, 0, new TextDecoder().decode(bundle.stderr));
      const { code, stdout, stderr } = await new Deno.Command("node", {
        args: [`${directory}/main.mjs`],
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      assertEquals(JSON.parse(new TextDecoder().decode(stdout)), [
        ["/hello/node", 200, "hello, node", null],
        ["/json", 200, '{"a":1}', null],
        ["/json", 413, "Maximum request body size 100 exceeded.", null],
        ["/bad", 500, "500 Internal Server Error\n\nServer got itself in trouble", null],
        ["/page", 308, "308: Permanent Redirect", null],
        ["/sub/x", 200, "2", null],
        ["/json", 405, "405: Method Not Allowed", "POST"],
        ["/none", 404, "404: Not Found", null],
      ]);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

Deno.test("an application is what deno serve asks of a default export", () => {
  const app = new web.Application();
  assertEquals(Object.hasOwn(app, "fetch"), true);
});

async function hasNode(): Promise<boolean> {
  try {
    const { success, stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
    const major = Number(/^v(\d+)/.exec(new TextDecoder().decode(stdout))?.[1]);
    if (success && major >= 20) return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.log("ignored: no Node 20 or later to run an application on");
  return false;
}
