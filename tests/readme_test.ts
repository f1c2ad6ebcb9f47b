import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pythonWith } from "./interop/_python.ts";
import { ROOT, run, start } from "./_process.ts";

const README = await Deno.readTextFile(new URL("README.md", ROOT));

const python = await pythonWith("aiohttp");

/** The code block that begins with a line. */
function block(firstLine: string, text = README): string {
  const [, code] = text.split(`${firstLine}\n`);
  assert(code !== undefined, `there is no block that begins with ${firstLine}`);
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

/** A folder with the README's programs, for a port of their own. */
async function programs(...files: readonly string[]): Promise<{ dir: string; port: number }> {
  const dir = await Deno.makeTempDir();
  using free = Deno.listen({ hostname: "localhost", port: 0 });
  const { port } = free.addr;
  for (const file of files) {
    const code = block(`${file.endsWith(".py") ? "#" : "//"} ${file}`);
    await Deno.writeTextFile(`${dir}/${file}`, code.replaceAll("8080", `${port}`));
  }
  return { dir, port };
}

Deno.test("README's programs in Python do what those in TypeScript do", {
  ignore: python === null,
}, async () => {
  const { dir, port } = await programs("server.ts", "server.py", "client.ts", "client.py");
  const deno = [Deno.execPath(), "run", "--config", "deno.json", "--allow-net=localhost"];
  const expected = block("```text").replaceAll("8080", `${port}`);
  for (const command of [[...deno, `${dir}/server.ts`], [python ?? "", "-u", `${dir}/server.py`]]) {
    await using server = start(command);
    await server.waitFor(/CTRL\+C/);
    const ours = await run([...deno, `${dir}/client.ts`]);
    assertEquals(ours.stdout.trimEnd(), expected, ours.stderr);
    const theirs = await run([python ?? "", `${dir}/client.py`]);
    assertEquals(
      theirs.stdout.trimEnd().replace("{'id': '7'}", '{ id: "7" }'),
      expected,
      theirs.stderr,
    );
  }
  await Deno.remove(dir, { recursive: true });
});

Deno.test("README's test passes, without permissions", async () => {
  const { dir } = await programs("app_test.ts");
  const { code, stdout, stderr } = await run(
    [Deno.execPath(), "test", "--config", "deno.json", `${dir}/app_test.ts`],
  );
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, "1 passed | 0 failed");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("README's blocks are all run: by this file, or by deno test --doc", () => {
  const ignored = [...README.matchAll(/^```ts ignore\n\/\/ (\S+)$/gm)].map((match) => match[1]);
  assertEquals(ignored, ["server.ts", "client.ts", "app_test.ts"]);
  assertEquals(README.match(/^```ts ignore$/gm)?.length, ignored.length);
});

Deno.test("README names the commands of the programs that it shows", async () => {
  const playground = await Deno.readTextFile(new URL("examples/playground/main.ts", ROOT));
  const [first = ""] = playground.split("\n");
  assertStringIncludes(README, first.replace("// ", ""));
});

Deno.test("links of the documents lead to files", async () => {
  const documents = ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "SECURITY.md"];
  for await (const { name } of Deno.readDir(new URL("docs/", ROOT))) {
    if (name.endsWith(".md")) documents.push(`docs/${name}`);
  }
  for (const document of documents) {
    const text = await Deno.readTextFile(new URL(document, ROOT));
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      try {
        await Deno.stat(new URL(target, new URL(document, ROOT)));
      } catch {
        throw new Error(`${document} has a link to ${target}, which is not there`);
      }
    }
  }
});

Deno.test("the Chinese README shows the same programs", async () => {
  const chinese = await Deno.readTextFile(new URL("README.zh-CN.md", ROOT));
  const blocks = [...chinese.matchAll(/^```[^\n]+\n[^]*?\n```$/gm)].map(([text]) => text);
  assert(blocks.length >= 8, `${blocks.length} blocks`);
  for (const text of blocks) assertStringIncludes(README, text);
});

Deno.test("the application of docs/deploying.md runs, says that it is ready, and stops", async () => {
  const deploying = await Deno.readTextFile(new URL("docs/deploying.md", ROOT));
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/app.ts`, block("// app.ts", deploying).replace("8080", "0"));
  await using server = start(
    [Deno.execPath(), "run", "--config", "deno.json", "--allow-net=localhost", `${dir}/app.ts`],
  );
  const [url = ""] = await server.waitFor(/http:\/\/localhost:\d+/);
  assertEquals(await (await fetch(`${url}/ready`)).text(), "ready");
  server.child.kill("SIGTERM");
  assertEquals(await server.exitCode(), 0);
  await Deno.remove(dir, { recursive: true });
});
