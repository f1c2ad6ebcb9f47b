import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT, run, start } from "./_process.ts";

const README = await Deno.readTextFile(new URL("README.md", ROOT));

/** The code block that begins with a line. */
function block(firstLine: string): string {
  const [, code] = README.split(`${firstLine}\n`);
  assert(code !== undefined, `README.md has no block that begins with ${firstLine}`);
  return code.slice(0, code.indexOf("\n```"));
}

Deno.test("README's server and client run as shown, with the permissions shown", async () => {
  const dir = await Deno.makeTempDir();
  using free = Deno.listen({ hostname: "localhost", port: 0 });
  const { port } = free.addr;
  free.close();
  for (const file of ["server.ts", "client.ts"]) {
    await Deno.writeTextFile(`${dir}/${file}`, block(`// ${file}`).replaceAll("8080", `${port}`));
  }
  assertStringIncludes(README, "deno run --allow-net=localhost server.ts");
  assertStringIncludes(README, "deno run --allow-net=localhost client.ts");
  const command = [Deno.execPath(), "run", "--config", "deno.json", "--allow-net=localhost"];
  {
    await using server = start([...command, `${dir}/server.ts`]);
    await server.waitFor(/CTRL\+C/);
    const client = await run([...command, `${dir}/client.ts`]);
    assertEquals(client.stderr, "");
    assertEquals(client.stdout.trimEnd(), block("```text").replaceAll("8080", `${port}`));
  }
  await Deno.remove(dir, { recursive: true });
});

Deno.test("README names every runtime dependency, and no other", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const used = Object.entries<string>(imports)
    .filter(([, target]) => target.startsWith("npm:")).map(([name]) => name);
  const [, table = ""] = README.split("## What it stands on\n");
  const rows = [...table.slice(0, table.indexOf("\n## ")).matchAll(/^\| `([^`]+)` +\|/gm)];
  assertEquals(rows.map((row) => row[1]).sort(), used.sort());
});

Deno.test("README's first command is the example's own first line", async () => {
  const example = await Deno.readTextFile(new URL("examples/0001_request.ts", ROOT));
  const [first = ""] = example.split("\n");
  assertStringIncludes(README, first.replace(/^\/\/ /, "").replace(" N [PORT]", " 0"));
});
