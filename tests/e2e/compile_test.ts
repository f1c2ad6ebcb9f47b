// The executable: ROUNDTRIP=build/roundtrip deno test -A tests/e2e/compile_test.ts
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT } from "../_process.ts";
import { cli, COMPILED, ROUNDTRIP, serving, tempDir } from "./_cli.ts";

const MOST = 8 * 1024 ** 2; // bytes besides the runtime; 30 MB with every package of the lock file

async function holdsNoTests(): Promise<void> {
  const file = await Deno.readFile(new URL(ROUNDTRIP[0] ?? "", ROOT));
  // On Linux the program is appended to the runtime, after its section table.
  const view = new DataView(file.buffer);
  const runtime = Number(view.getBigUint64(0x28, true)) +
    view.getUint16(0x3a, true) * view.getUint16(0x3c, true);
  const program = new TextDecoder("latin1").decode(file.subarray(runtime));
  assert(program.startsWith("d3n0l4nd"), "no appended program");
  assert(program.length < MOST, `${program.length} bytes`);
  const held = ["fast-check", "playwright"];
  assertEquals(held.filter((each) => program.includes(each)), []);
  assert(program.includes("roundtrip httpbin: what you send is what you read"));
}

/** A folder with a package in ES modules and one in CommonJS. */
async function packages(): ReturnType<typeof tempDir> {
  const folder = await tempDir();
  const write = async (name: string, type: string, code: string): Promise<void> => {
    const path = `${folder.path}/node_modules/${name}`;
    await Deno.mkdir(path, { recursive: true });
    const json = { name, version: "1.2.3", type, exports: { ".": "./index.js" } };
    await Deno.writeTextFile(`${path}/package.json`, JSON.stringify(json));
    await Deno.writeTextFile(`${path}/index.js`, code);
  };
  await write("words", "module", 'export { hello } from "./hello.js";');
  const hello = `${folder.path}/node_modules/words/hello.js`;
  await Deno.writeTextFile(hello, 'export const hello = "hello";');
  await write("old", "commonjs", "module.exports = () => '!';");
  const dependencies = { words: "^1.0.0", old: "^1.0.0" };
  await Deno.writeTextFile(`${folder.path}/package.json`, JSON.stringify({ dependencies }));
  return folder;
}

const app = (first: string, expression: string): string =>
  `${first}\nimport { web } from "jsr:@roundtrip/http@^0.1.0";
const app = new web.Application();
app.addRoutes([web.get("/", () => web.textResponse(${expression}))]);
export default app;`;

async function importsPackages(): Promise<void> {
  await using folder = await packages();
  for (const specifier of ["words", "npm:words@^1", "npm:words"]) {
    const code = app(`import { hello } from "${specifier}";`, "hello");
    await Deno.writeTextFile(`${folder.path}/app.js`, code);
    await using server = await serving(["serve", `${folder.path}/app.js`]);
    assertEquals(await (await fetch(server.url)).text(), "hello", specifier);
  }
}

async function saysWhatToDo(): Promise<void> {
  await using folder = await packages();
  const rows: [specifier: string, error: RegExp][] = [
    ["absent", /Relative import path "absent".*node_modules beside the module: `npm install`/],
    ["npm:absent@1", /Could not find .*'npm:absent@1' in the node_modules directory\. This/],
    ["jsr:@std/assert", /Module not found.*jsr:@std\/assert.*node_modules beside the module/],
  ];
  const { stdout } = await cli(["--version"]);
  const [, minor = "0", patch = "0"] = /deno \d+\.(\d+)\.(\d+)/.exec(stdout) ?? [];
  if (Number(minor) * 100 + Number(patch) < 802) {
    rows.push(["old", /The Deno 2\.\S+ in this executable imports ES modules only/]);
  }
  for (const [specifier, error] of rows) {
    await Deno.writeTextFile(`${folder.path}/app.js`, app(`import x from "${specifier}";`, "x()"));
    const { code, stderr } = await cli(["serve", `${folder.path}/app.js`]);
    assertEquals(code, 2, stderr);
    assertMatch(stderr, error);
    assertStringIncludes(stderr, "deno bundle --external @roundtrip/http -o bundle.js ");
  }
}

if (COMPILED) {
  if (Deno.build.os === "linux") {
    Deno.test(
      "the executable holds what the command uses, without packages of tests",
      holdsNoTests,
    );
  }
  Deno.test("the executable imports npm packages from node_modules", importsPackages);
  Deno.test("the executable says what to do for packages that it cannot import", saysWhatToDo);
}
