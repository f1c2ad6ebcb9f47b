import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cli, startCli, tempDir } from "./e2e/_cli.ts";
import { freePort, ROOT } from "./_process.ts";

const APP = `import { web } from "@roundtrip/http";
export default new web.Application();`;

Deno.test("the container's commands serve an application and tell its health", async () => {
  const text = await Deno.readTextFile(new URL("Containerfile", ROOT));
  assertStringIncludes(text, "\nUSER 65532:65532\n");
  // The command by its own name, which is the entry point of CMD.
  const [health = [], entry = [], command = []] = [
    ...text.matchAll(/^ *(?:CMD|ENTRYPOINT) (.+)$/gm),
  ]
    .map(([, words = ""]): string[] => JSON.parse(words));
  assertEquals([health[0], entry], ["roundtrip", ["roundtrip"]]);
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/main.js`, APP);
  const port = `${freePort()}`;
  const args = command.map((word) => word === "main.ts" ? `${folder.path}/main.js` : word);
  const check = health.slice(1).map((word) => word.replace("8080", port));
  assert(args.includes(`${folder.path}/main.js`) && check.join().includes(port));
  {
    await using server = startCli([...args, "--port", port]);
    await server.waitFor(/CTRL\+C/);
    assertEquals((await cli(check)).code, 0);
  }
  assert((await cli(check)).code !== 0, "a server that is gone is not healthy");
});
