import { assertEquals, assertMatch } from "@std/assert";
import { PROJECT } from "../../cli/init/command.ts";
import { ROOT } from "../_process.ts";
import { cli, tempDir } from "./_cli.ts";

/** The project's `deno.json` with this source in place of the packages of JSR. */
async function mapped(folder: string): Promise<string> {
  const own = JSON.parse(await Deno.readTextFile(`${folder}/deno.json`));
  const library = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const imports: Record<string, string> = { ...library.imports, "@roundtrip/http": "mod.ts" };
  for (const name of ["assert", "http", "streams"]) {
    imports[`@std/${name}`] = `tests/std/${name}.ts`;
  }
  for (const [name, target] of Object.entries(imports)) {
    if (target.endsWith(".ts")) imports[name] = new URL(target, ROOT).href;
  }
  assertEquals(Object.keys(own.imports).filter((name) => !Object.hasOwn(imports, name)), []);
  const path = `${folder}/mapped.json`;
  await Deno.writeTextFile(
    path,
    JSON.stringify({ imports, compilerOptions: library.compilerOptions }, null, 2) + "\n",
  );
  return path;
}

Deno.test("what init makes passes its own format, lint, types and tests, and runs", async () => {
  await using dir = await tempDir();
  const made = await cli(["init", "blog"], { cwd: dir.path });
  assertEquals([made.code, made.stderr], [0, ""]);
  assertMatch(made.stdout, /^blog\/app\.ts\n[^]*\n\ncd blog\ndeno task ok {3}# .*\ndeno task dev/);
  const folder = `${dir.path}/blog`;
  const deno = async (...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    assertEquals(code, 0, `${args.join(" ")}\n${text(stdout)}${text(stderr)}`);
  };
  await deno("fmt", "--check");
  await deno("lint");
  const config = await mapped(folder);
  await deno("check", "--no-lock", "--config", config, "app.ts", "main.ts", "app_test.ts");
  await deno("test", "--no-check", "--no-lock", "--config", config); // they are checked
  // The command itself knows the package.
  const routes = await cli(["routes", "./app.ts"], { cwd: folder });
  assertMatch(routes.stdout, /GET,HEAD +\/users\/\{id\}/);
});

Deno.test("init overwrites nothing", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/app.ts`, "mine");
  const refused = await cli(["init"], { cwd: dir.path });
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertMatch(refused.stderr, /app\.ts already exist/);
  assertEquals([...Deno.readDirSync(dir.path)].map(({ name }) => name), ["app.ts"]);
  await Deno.remove(`${dir.path}/app.ts`);
  assertEquals((await cli(["init"], { cwd: dir.path })).code, 0);
  const version = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))).version;
  assertMatch(PROJECT["deno.json"] ?? "", new RegExp(`roundtrip/http@\\^${version}"`));
  await Deno.writeTextFile(`${dir.path}/file`, "");
  const inFile = await cli(["init", "file"], { cwd: dir.path });
  assertEquals(inFile.code, 1);
  assertMatch(inFile.stderr, /cannot write file\/app\.ts/);
});
