/**
 * Follows README.md as a new user: a fresh clone, an empty home, all commands from top to bottom.
 * Each command is run and its output compared; an unknown one fails. Needs git, and a network that
 * reaches npm. `deno task walk [--quick]`; quick skips the tests.
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT } from "./_process.ts";

const quick = Deno.args.includes("--quick");
const home = await Deno.makeTempDir({ prefix: "walk-" });
const clone = `${home}/roundtrip`;
// Environment without caches and settings, except for the paths of programs and registries.
const env: Record<string, string> = { HOME: home, NO_COLOR: "1" };
for (const [name, value] of Object.entries(Deno.env.toObject())) {
  if (
    /^(?:PATH|(?:HTTPS?|NO)_PROXY|SSL_CERT_\w+|NODE_EXTRA_CA_CERTS|DENO_(?:CERT|TLS_CA_STORE)|NPM_CONFIG_.*)$/i
      .test(
        name,
      )
  ) {
    env[name] = value;
  }
}

function command(line: string, cwd = clone): Deno.Command {
  const [program = "", ...args] = line.split(" ");
  return new Deno.Command(program, {
    args,
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a command to its end. */
async function run(line: string, cwd?: string): Promise<string> {
  const { success, stdout, stderr } = await command(line, cwd).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  if (!success) throw new Error(`${line}\n${text}${decoder.decode(stderr)}`);
  return text;
}

/** Runs a server during `visit`; then SIGTERM has to end it gracefully. */
async function serve(line: string, visit: (url: string) => Promise<void>): Promise<void> {
  // npx does not forward signals; timeout sends them to all its processes.
  const isNpx = line.startsWith("npx");
  const child = command(isNpx ? `timeout 600 ${line}` : line).spawn();
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let output = "";
  while (!output.includes("CTRL+C")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`${line}\n${output}${await errors}`);
    output += value;
  }
  try {
    await visit(/http:\/\/\S+/.exec(output)?.[0] ?? "");
  } finally {
    child.kill("SIGTERM");
    while (!(await reader.read()).done);
    const { code } = await child.status;
    if (!isNpx) assertEquals(code, 0, await errors);
  }
}

await run(`git clone --quiet ${ROOT.pathname} ${clone}`, home);
const readme = await Deno.readTextFile(`${clone}/README.md`);
for (
  const [, file = "", code = ""] of readme.matchAll(/^```ts ignore\n\/\/ (\S+)\n([^]*?)^```$/gm)
) {
  await Deno.writeTextFile(`${clone}/${file}`, code);
}
/** The packages in Deno's cache. */
async function packages(): Promise<string[]> {
  const names: string[] = [];
  const cache = `${home}/.cache/deno/npm`;
  for await (const registry of Deno.readDir(cache)) {
    for await (const { name } of Deno.readDir(`${cache}/${registry.name}`)) names.push(name);
  }
  return names.sort();
}

const [, clientPrints = ""] = /^```text\n([^]*?)\n```$/m.exec(readme) ?? [];

/** Packages downloaded by a program that uses client and server, without those of the tests. */
const NEEDED = [
  "@noble", // its hashes
  "cookie",
  "eventsource-parser",
  "hono",
  "http-cache-semantics",
  "mime",
  "tldts",
  "tldts-core",
  "tough-cookie",
];

let commands = 0;

/** Expected results of the README's commands; client.ts uses the server of server.ts. */
const STEPS: [pattern: RegExp, step: (line: string) => Promise<void>][] = [
  [/ examples\/0001_request\.ts 0$/, (line) =>
    serve(line, async () => {
      const ask = (n: number) => run(line.replace(/0$/, `${n}`));
      assertEquals(await ask(1), "status: 200\nhello, shadaileng\n");
      assertStringIncludes(await ask(2), "/querystring?key1=val1&key2=val2&key2=val3\n");
      assertStringIncludes(await ask(3), "unexpected mimetype: text/json;charset=utf-8");
      assertEquals(await ask(4), "status: 200\nhello, shadaileng\n");
      if (commands === 0) assertEquals(await packages(), NEEDED, "the first command's downloads");
    })],
  [/ task test$/, async (line) => {
    if (quick) return console.log("  left out");
    assertMatch(await run(line), /ok \| \d+ passed .*\| 0 failed/);
  }],
  [/ cli\/main\.ts httpbin$/, (line) =>
    serve(line, async (url) => {
      const request = lines.find((each) => / cli\/main\.ts :8080\/anything /.test(each)) ?? "";
      const { method, headers, json } = JSON.parse(await run(request));
      assertEquals([method, json], ["POST", { name: "Ada", age: 36 }]);
      assertEquals(`http://${headers["Host"]}`, url);
    })],
  [/ cli\/main\.ts :8080\/anything /, () => Promise.resolve()], // runs with its server
  [/ server\.ts$/, (line) =>
    serve(line, async () => {
      const client = line.replace("server.ts", "client.ts");
      assertEquals((await run(client)).trimEnd(), clientPrints);
    })],
  [/ upload\.ts$/, async (line) => assertEquals(await run(line), "5 bytes\n")],
  [/ socket\.ts$/, async (line) => assertEquals(await run(line), "hi/answer\n")],
  [/ client\.ts$/, () => Promise.resolve()], // runs with its server
  [/ app_test\.ts$/, async (line) => assertStringIncludes(await run(line), "1 passed | 0 failed")],
  [/ examples\/playground\/main\.ts 8080$/, (line) =>
    serve(line, async (url) => {
      assertStringIncludes(await (await fetch(url)).text(), "Roundtrip playground");
    })],
];

const lines = [...readme.matchAll(/^```sh\n([^]*?)\n```$/gm)].flatMap(([, block = ""]) =>
  block.split("\n")
);
for (const line of lines) {
  console.log(`$ ${line}`);
  const [, step] = STEPS.find(([pattern]) => pattern.test(line)) ?? [];
  assert(step !== undefined, `README.md has a command that the walk does not know: ${line}`);
  await step(line);
  commands++;
}
await Deno.remove(home, { recursive: true });
console.log(`${commands} commands, all as README.md says`);
