import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type CommandSpec, USAGE_CODE } from "../cli/specs/command_spec.ts";
import { manualOf } from "../cli/help/manual.ts";
import { COMMANDS, GLOBAL_OPTIONS } from "../cli/specs/mod.ts";
import { cli } from "./e2e/_cli.ts";
import { pythonWith } from "./interop/_python.ts";
import { ROOT, run, start } from "./_process.ts";
import { inChinese, tableIn } from "./_tables.ts";
import { recordRun, recordTerminal } from "./_terminal.ts";
import { terminalTest } from "./e2e/_terminal.ts";

const textOf = (path: string): Promise<string> => Deno.readTextFile(new URL(path, ROOT));
const README = await textOf("README.md");
const COMMAND = await textOf("docs/command.md");
const COMING_FROM = await textOf("docs/coming_from.md");

const python = await pythonWith("aiohttp");

/** The code block that begins with a line. */
function block(firstLine: string, text = README): string {
  const [, code] = text.split(`${firstLine}\n`);
  assert(code !== undefined, `no block begins with ${firstLine}`);
  return code.slice(0, code.indexOf("\n```"));
}

Deno.test("docs/dependencies.md names exactly the runtime dependencies", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const used = Object.entries<string>(imports)
    .filter(([, target]) => target.startsWith("npm:")).map(([name]) => name);
  const rows = [...(await textOf("docs/dependencies.md")).matchAll(/^\| `([^`]+)` +\|/gm)];
  assertEquals(rows.map((row) => row[1]).sort(), used.sort());
});

Deno.test("README's first command is the example's own first line", async () => {
  const example = await Deno.readTextFile(new URL("examples/0001_request.ts", ROOT));
  const [first = ""] = example.split("\n");
  assertStringIncludes(README, first.replace(/^\/\/ /, "").replace(" N [PORT]", " 0"));
});

/** A folder with the README's programs, with another port. */
async function programs(...files: readonly string[]): Promise<{ dir: string; port: number }> {
  const dir = await Deno.makeTempDir();
  using free = Deno.listen({ hostname: "localhost", port: 0 });
  const { port } = free.addr;
  for (const file of files) {
    const code = file.endsWith(".py") ? block(`# ${file}`, COMING_FROM) : block(`// ${file}`);
    await Deno.writeTextFile(`${dir}/${file}`, code.replaceAll("8080", `${port}`));
  }
  return { dir, port };
}

/** The command that README shows for a program, adapted to another folder. */
function shownCommand(file: string, dir: string): string[] {
  const line =
    README.split("\n").find((each) => each.startsWith("deno") && each.endsWith(` ${file}`)) ?? "";
  const [program, verb = "", ...rest] = line.split(" ");
  assertEquals(program, "deno", `README has no command for ${file}`);
  // Types are checked once for all programs.
  const options = rest.slice(0, -1).filter((option) => option !== "--check");
  return [Deno.execPath(), verb, "--config", "deno.json", ...options, `${dir}/${file}`];
}

const PROGRAMS = ["server.ts", "client.ts", "app_test.ts", "upload.ts", "socket.ts"];

Deno.test("README's programs print the documented output with the commands shown", async () => {
  const { dir, port } = await programs(...PROGRAMS);
  const paths = PROGRAMS.map((file) => `${dir}/${file}`);
  const check = await run([Deno.execPath(), "check", "--config", "deno.json", ...paths]);
  assertEquals(check.code, 0, check.stderr);
  {
    await using server = start(shownCommand("server.ts", dir));
    await server.waitFor(/CTRL\+C/);
    const client = await run(shownCommand("client.ts", dir));
    assertEquals(client.stdout.trimEnd(), block("```text").replaceAll("8080", `${port}`));
  }
  for (const file of ["upload.ts", "socket.ts"]) {
    const { code, stdout, stderr } = await run(shownCommand(file, dir));
    assertEquals(code, 0, stderr);
    const [, prints] = /\); \/\/ (.+)$/m.exec(block(`// ${file}`)) ?? [];
    assertEquals(stdout.trimEnd(), prints, file);
  }
  await Deno.remove(dir, { recursive: true });
});

Deno.test("docs/coming_from.md's programs print the same in Python and TypeScript", {
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
    [Deno.execPath(), "test", "--no-check", "--config", "deno.json", `${dir}/app_test.ts`],
  );
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, "1 passed | 0 failed");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("all blocks of README are run by this file or doc_examples_test.ts", () => {
  const ignored = [...README.matchAll(/^```ts ignore\n\/\/ (\S+)$/gm)].map((match) => match[1]);
  assertEquals(ignored, PROGRAMS);
  assertEquals(README.match(/^```ts ignore$/gm)?.length, ignored.length);
});

Deno.test("README names the commands of its programs", async () => {
  const playground = await Deno.readTextFile(new URL("examples/playground/main.ts", ROOT));
  const [first = ""] = playground.split("\n");
  assertStringIncludes(README, first.replace("// ", ""));
});

/** The cells of a table's rows, without the head. */
function rowsOf(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("command lines in the documents use existing options", () => {
  const lines = [...(README + COMMAND).matchAll(/`roundtrip ([^`]+)`/g)].map(([, line = ""]) =>
    line
  );
  assert(lines.length > 20, `${lines.length}`);
  for (const line of lines) {
    const [first = "", ...rest] = line.split(" ");
    const spec = COMMANDS.find(({ name }) => name === first) ?? COMMANDS[0];
    const options = [...spec?.options ?? [], ...GLOBAL_OPTIONS];
    for (const word of spec?.name === first ? rest : [first, ...rest]) {
      if (!word.startsWith("-")) continue;
      const known = word.startsWith("--")
        ? options.some(({ long }) => long === word.slice(2))
        : options.some(({ short }) => short === word[1]);
      assert(known, `roundtrip ${line}: unknown option ${word}`);
    }
  }
});

Deno.test("docs/command.md lists the command's exit codes", () => {
  const table = COMMAND.split("Exit codes:\n")[1] ?? "";
  const rows = rowsOf(table.trimStart().split("\n\n")[0] ?? "");
  const specs = ["request", "ws", "serve"].map((name) =>
    COMMANDS.find((each) => each.name === name)
  );
  const meanings = (spec: CommandSpec): Map<number, string> =>
    new Map([
      [0, "success"],
      [1, "any other error"],
      [spec.usageCode ?? USAGE_CODE, "wrong command line"],
      ...manualOf(spec.name).exitCodes,
    ]);
  for (const [i, spec] of specs.entries()) {
    assert(spec !== undefined);
    const shown = rows.flatMap((cells) => {
      const text = cells[i + 1] ?? "";
      return text === "" ? [] : [[Number(cells[0]), text] as const];
    });
    assertEquals(shown, [...meanings(spec)].sort(([a], [b]) => a - b), spec.name);
  }
});

Deno.test("docs/command.md describes items correctly", async () => {
  const items = ["Name:value", "Gone:", "Empty;", "q==1", "user[name]=Ada", "ids[]:=7", "a\\:b=c"];
  const { code, stdout, stderr } = await cli(["--offline", ":8080/x", ...items]);
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^POST \/x\?q=1 HTTP\/1\.1\r?$/m);
  assertMatch(stdout, /^Name: value\r?$/m);
  assertMatch(stdout, /^Empty: ?\r?$/m);
  const text = stdout.slice(stdout.indexOf("{"));
  assertEquals(JSON.parse(text), { user: { name: "Ada" }, ids: [7], "a:b": "c" });
  assertStringIncludes(COMMAND, '`{"user":{"name":"Ada"},"ids":[7]}`');
});

const CASES: Readonly<Record<string, string>> = {
  "hello route, requests a second": "hello",
  "1,000 routes, the last one": "routes1000",
  "client GET, 32 at a time": "client_get",
  "WebSocket echo, messages a second": "ws_echo",
  "read an uploaded file of 300 MB, streamed": "multipart",
  "spool the same file to disk, `post()`": "post",
  "static file of 10 KB, requests a second": "static_10k",
  "static file of 100 MB": "static_100m",
  "`roundtrip --version`, start to end": "cli_startup",
  "`roundtrip URL`, one request": "cli_request",
  "`roundtrip files`, start to first reply": "cli_first_200",
  "`roundtrip files`, memory when idle": "cli_memory",
  "POST of JSON, CPU time of one": "work_post_json",
  "POST of a form, CPU time": "work_post_form",
  "JSON reply, CPU time": "work_json",
  "async handler, CPU time": "work_async",
  "access log, CPU time": "work_access_log",
  "client GET of 10 KB of JSON, CPU time": "client_json",
};

const PEERS: Readonly<Record<string, string>> = {
  "Hono": "hono",
  "Hono with our guards": "hono_guarded",
  "Elysia on Bun": "elysia",
  "Fastify": "fastify",
  "aiohttp": "aiohttp",
  "our 10 routes": "ours_few",
  "fetch with a timeout": "deno_fetch_timeout",
  "Node fetch": "node_fetch",
  "undici": "undici",
  "Bun": "bun_fetch",
  "`Deno.upgradeWebSocket`": "deno_serve",
  "ws on Node": "ws",
  "raw BYOB reader": "byob",
  "`request.formData()`": "form_data",
  "`Deno.open().readable`": "deno_open",
  "nginx": "nginx",
  "an empty program": "bare",
  "a compiled `Deno.serve`": "bare",
  "curl": "curl",
  "HTTPie": "http",
};

Deno.test("docs/speed.md has the recorded figures", async () => {
  interface Row {
    readonly id: string;
    readonly median: number;
    readonly ratio: number;
  }
  const results: Record<string, { readonly rows: readonly Row[] }> = JSON.parse(
    await Deno.readTextFile(new URL("bench/results.json", ROOT)),
  );
  const rows = rowsOf(await textOf("docs/speed.md"));
  assert(rows.length > 0);
  for (const [work = "", ours = "", peers = ""] of rows) {
    const recorded = results[CASES[work] ?? ""]?.rows;
    assert(recorded !== undefined, `nothing is recorded for "${work}"`);
    const median = recorded.find(({ id }) => id === "ours")?.median ?? NaN;
    assertEquals(parseFloat(ours), Math.round(median), work);
    for (const [, peer = "", shown = ""] of peers.matchAll(/([^,]+?) ([\d.]+)(?:, |$)/g)) {
      const ratio = recorded.find(({ id }) => id === PEERS[peer])?.ratio;
      assert(ratio !== undefined, `${work}: nothing is recorded for ${peer}`);
      // The record has four digits: 2.865 may be 2.8649.
      assert(Math.abs(Number(shown) - ratio) <= 0.00501, `${work}: ${peer} is ${ratio}`);
    }
  }
});

const PICTURES = [["terminal.svg", recordTerminal], ["run.svg", recordRun]] as const;
for (const [name, record] of PICTURES) {
  terminalTest(`${name} shows what the command prints`, async () => {
    const shown = await Deno.readTextFile(new URL(`docs/screenshots/${name}`, ROOT));
    const hint = `docs/screenshots/${name} is not what the command prints: deno task screenshots`;
    assertEquals(shown, await record(), hint);
  });
}

Deno.test("links of the documents lead to files", async () => {
  const documents = ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "SECURITY.md", "llms.txt"];
  documents.push(...await pagesIn("docs/"));
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

Deno.test("files named in the documents exist", async () => {
  for (
    const document of ["README.md", "CONTRIBUTING.md", "docs/security.md", "docs/migrating.md"]
  ) {
    const text = await Deno.readTextFile(new URL(document, ROOT));
    // A name without a folder may be the reader's file.
    for (const [, path = ""] of text.matchAll(/`((?:[\w-]+\/)+[\w.-]*)`/g)) {
      if (/^(?:build|tmp|application|text|image|multipart|docs\/api)\b/.test(path)) continue;
      const places = [new URL(path, ROOT), new URL(path, new URL(document, ROOT))];
      const found = await Promise.all(
        places.map((place) => Deno.stat(place).then(() => true, () => false)),
      );
      assert(found.includes(true), `${document} names ${path}, which is not there`);
    }
  }
});

/** Paths of the Markdown files in a folder and its folders. */
async function pagesIn(folder: string): Promise<string[]> {
  const pages: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory && name !== "api") pages.push(...await pagesIn(`${folder}${name}/`));
    else if (name.endsWith(".md")) pages.push(folder + name);
  }
  return pages.sort();
}

Deno.test("llms.txt names every document, entry and example", async () => {
  const text = await Deno.readTextFile(new URL("llms.txt", ROOT));
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const targets = Object.entries<string>(exports).map(([name, path]) =>
    `[@roundtrip/http${name.slice(1)}](${path.slice(2)}): `
  );
  for (const folder of ["", "examples/"]) {
    for await (const { name } of Deno.readDir(new URL(folder || ".", ROOT))) {
      const isListed = folder === "examples/" ? name.endsWith(".ts") : name.endsWith(".md");
      if (isListed) targets.push(`](${folder}${name}): `);
    }
  }
  // All pages, but for translations, which have the English page's name.
  for (const page of await pagesIn("docs/")) {
    if (!page.startsWith("docs/zh/")) targets.push(`[${page}](${page}): `);
  }
  assert(targets.length > 50, `${targets.length}`);
  for (const target of targets) assertStringIncludes(text, `- ${target}`.replace("- ]", "]"));
  const [, command = ""] = /`deno (doc --filter [^`]+)`/.exec(text) ?? [];
  const { code, stdout, stderr } = await run([Deno.execPath(), ...command.split(" ")]);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "class ClientSession");
});

Deno.test("the Chinese documents have the programs, figures, options and pictures of the English", async () => {
  const all = (text: string, pattern: RegExp): string[] =>
    [...text.matchAll(pattern)].map(([whole]) => whole);
  const blocks = (text: string): string[] => all(text, /^```[^\n]+\n[^]*?\n```$/gm);
  // Code, which is the same in any language, and the numbers of tables, pictures and headings.
  const code = (text: string): Set<string> =>
    new Set(all(text.replaceAll(/^```[^]*?^```$/gm, ""), /`[^`\n]+`/g));
  const pairs = [["README.md", "README.zh-CN.md"]];
  // The notes are in Chinese themselves, the table of names is the same in any language.
  for (const page of await pagesIn("docs/")) {
    if (/^docs\/(?:zh\/|notes\.md|aiohttp_names\.md)/.test(page)) continue;
    pairs.push([page, page.replace("docs/", "docs/zh/")]);
  }
  assertEquals(pairs.slice(1).map(([, page]) => page), await pagesIn("docs/zh/"));
  for (const [one = "", other = ""] of pairs) {
    const [english, chinese] = [await textOf(one), await textOf(other)];
    assertEquals(blocks(chinese), blocks(english), other);
    assertEquals([...code(chinese)].sort(), [...code(english)].sort(), `code in ${other}`);
    for (const pattern of [/\d+\.\d\d|\d+ MB\/s|\d{5,6}/g, /[\w-]+\.(?:svg|png)\)/g]) {
      assertEquals(all(chinese, pattern), all(english, pattern), other);
    }
    const headings = (text: string): number => all(text, /^#{2,3} /gm).length;
    assertEquals(headings(chinese), headings(english), other);
  }
});

for (const name of ["security.md", "runtimes.md"]) {
  Deno.test(`the measured table of docs/${name} is the same in Chinese`, async () => {
    const english = tableIn(await textOf(`docs/${name}`));
    const chinese = tableIn(await textOf(`docs/zh/${name}`));
    assert(english.length > 20, `${english.length}`);
    assertEquals(chinese, english.map((cells) => cells.map(inChinese)));
    // What a task may write is translated, but for names and code.
    const rest = chinese.flat().map((cell) =>
      cell.replaceAll(
        /`[^`]+`|Autobahn|aiohttp|nginx|workerd|kill|permessage-deflate|multipart|ping|pong|ms/g,
        "",
      )
    ).filter((cell) => /[a-z]{2,}/.test(cell.replaceAll(/[A-Z]\w+/g, "")));
    assertEquals(rest, [], "lines for tests/_tables.ts");
  });
}

Deno.test("README can be read in five minutes", () => {
  assert(new TextEncoder().encode(README).length <= 9 * 1024, "README.md is at most 9 KiB");
});

Deno.test("the application of docs/deploying.md starts, is ready, and stops", async () => {
  const deploying = await Deno.readTextFile(new URL("docs/deploying.md", ROOT));
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/app.ts`, block("// app.ts", deploying));
  await Deno.writeTextFile(`${dir}/main.ts`, block("// main.ts", deploying).replace("8080", "0"));
  await using server = start(
    [Deno.execPath(), "run", "--config", "deno.json", "--allow-net=localhost", `${dir}/main.ts`],
  );
  const [url = ""] = await server.waitFor(/http:\/\/localhost:\d+/);
  assertEquals(await (await fetch(`${url}/ready`)).text(), "ready");
  server.child.kill("SIGTERM");
  assertEquals(await server.exitCode(), 0);
  await Deno.remove(dir, { recursive: true });
});
