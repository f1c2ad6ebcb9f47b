// The npm package in an empty project: its features on this machine's Node, and its types.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "../_process.ts";
import { packed, project, type Results, runIn } from "./runtimes.ts";

const hasNpm = await run(["npm", "--version"]).then(({ code }) => code === 0, () => false);

const TYPES = `
import { ClientSession, web, WSMsgType } from "@roundtrip/http";
import { fromHono } from "@roundtrip/http/hono";
import { nodeEngine } from "@roundtrip/http/node";
import { cors } from "hono/cors";
const app = new web.Application({ middlewares: [fromHono(cors())] });
app.addRoutes([web.get("/users/{id}", (request) => web.jsonResponse(request.matchInfo.id))]);
// @ts-expect-error the path has no such variable
app.addRoutes([web.get("/people/{id}", (request) => web.jsonResponse(request.matchInfo.name))]);
export const runner = new web.AppRunner(app, { engine: nodeEngine({ maxConnections: 5 }) });
export const status = async (): Promise<number> => (await new ClientSession().get("/")).status;
export const text: 1 = WSMsgType.TEXT;
`;

/** Workers forbid these before the first request; `deno task runtimes` runs the package on one. */
const AT_ONCE = `
const refuse = (name) => () => { throw new Error(name + " before the first request"); };
globalThis.Response = new Proxy(Response, { construct(Target, [body, init]) {
  return body == null ? new Target(body, init) : refuse("a Response with a body")();
} });
for (const name of ["fetch", "setTimeout", "setInterval"]) globalThis[name] = refuse(name);
crypto.getRandomValues = crypto.randomUUID = refuse("random values");
for (const entry of ["", "/client", "/server", "/shared", "/hono", "/redis"]) {
  await import("@roundtrip/http" + entry);
}
process.exit();
`;

const ON_WORKERS = `
Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Cloudflare-Workers" } });
const { web } = await import("@roundtrip/http");
await web.runApp(new web.Application()).catch((error) => console.log(String(error)));
process.exit();
`;

Deno.test({
  name: "the npm package: every feature works on Node, and its types are strict",
  ignore: !hasNpm,
  async fn() {
    const folder = new URL(`file://${await Deno.makeTempDir({ prefix: "npm-" })}/`);
    try {
      await project(folder, await packed(), ["typescript@5", "@types/node@20"]);
      const results: Results = JSON.parse(await runIn(folder, "node", "run_features.js"));
      const elsewhere = "is not supported: leave AppRunner's engine out, or take nodeEngine()";
      assertEquals(Object.entries(results).filter(([, text]) => text !== "works"), [
        ["server: listening by `web.denoEngine`", `NotSupportedError: web.denoEngine ${elsewhere}`],
        [
          "server: listening by `web.socketEngine`",
          `NotSupportedError: web.socketEngine() ${elsewhere}`,
        ],
      ]);
      assertEquals(await runIn(folder, "node", "--input-type=module", "-e", AT_ONCE), "");
      assertStringIncludes(
        await runIn(folder, "node", "--input-type=module", "-e", ON_WORKERS),
        "NotSupportedError: Listening here is not supported: write export default { fetch: app.fetch }",
      );
      await Deno.writeTextFile(new URL("types.ts", folder), TYPES);
      const options =
        "--noEmit --strict --target es2022 --module nodenext --lib esnext,dom,dom.iterable";
      assertEquals(await runIn(folder, "npx", "tsc", ...options.split(" "), "types.ts"), "");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
