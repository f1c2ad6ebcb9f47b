/** `roundtrip run`: a suite of requests against `roundtrip httpbin`; `--save` writes such files. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cli, type Serving, serving, tempDir } from "./_cli.ts";

const SUITE = "examples/requests/httpbin.http";

async function httpbin(): Promise<Serving & { readonly port: string }> {
  const server = await serving(["httpbin", "-P", "0"]);
  return Object.assign(server, { port: new URL(server.url).port });
}

Deno.test("run --test: the suite of the examples passes, in lines, TAP and JUnit", async () => {
  await using server = await httpbin();
  await using folder = await tempDir();
  const [tap, junit] = [`${folder.path}/r.tap`, `${folder.path}/r.xml`];
  const reports = ["--report-tap", tap, "--report-junit", junit];
  const env = { PORT: server.port };
  const result = await cli(["run", "--test", "--env", "ci", ...reports, SUITE], { env });
  assertEquals([result.code, result.stderr], [0, ""], result.stdout);
  const lines = result.stdout.trimEnd().split("\n");
  assert(lines.slice(0, -1).every((line) => line.startsWith("ok  ")), result.stdout);
  assertMatch(lines.at(-1) ?? "", /^21 requests, 21 passed, 0 failed, \d+ assertions, \d+ ms$/);
  const points = (await Deno.readTextFile(tap)).split("\n").filter((line) => /^ok/.test(line));
  assertEquals(points.length, 21);
  assertStringIncludes(await Deno.readTextFile(junit), '<testsuites tests="21" failures="0"');
});

const FAILING = `@host = http://127.0.0.1:{{port}}
### first
GET {{host}}/status/200
?? status == 201

### second
# @name second
GET {{host}}/get?x={{third.response.body.args.y}}

### third
# @name third
GET {{host}}/get?y=5

### fourth
GET {{host}}/status/500
`;

Deno.test("run: failures, references, names and the order of requests", async () => {
  await using server = await httpbin();
  await using folder = await tempDir();
  const path = `${folder.path}/a.http`;
  await Deno.writeTextFile(path, FAILING);
  const run = (...args: string[]) => cli(["run", "--var", `port=${server.port}`, ...args, path]);

  const all = await run("--test");
  assertEquals(all.code, 1);
  assertEquals(
    all.stdout.replaceAll(/, \d+ ms/g, "").trimEnd().split("\n"),
    [
      "not ok  first  GET /status/200  200",
      "  status == 201: it is 200 (a.http:4)",
      "ok  third  GET /get?y=5  200",
      "ok  second  GET /get?x=5  200",
      "not ok  fourth  GET /status/500  500",
      "  the status is 500 (a.http:15)",
      "4 requests, 2 passed, 2 failed, 1 assertion",
    ],
  );
  const fast = await run("--test", "--fail-fast");
  assertMatch(fast.stdout, /^1 request, 0 passed, 1 failed/m);
  const one = await run("--name", "second");
  assertEquals([one.code, one.stderr], [0, ""]);
  const replies = one.stdout.trimEnd().split("\n").map((each) => JSON.parse(each).args);
  assertEquals(replies, [{ y: "5" }, { x: "5" }]);
  const heads = await run("--name", "fourth", "-h");
  assertMatch(heads.stdout, /^HTTP\/1.1 500 Internal Server Error\nContent-Length: 0\n/);

  const wrong: readonly [args: string[], message: RegExp][] = [
    [["--name", "secnd"], /argument --name: no request "secnd"; did you mean second\?/],
    [["--env", "dev"], /argument --env: no environment "dev"; http-client.env.json beside/],
    [["--var", "x"], /argument --var: "x" is not NAME=VALUE/],
  ];
  for (const [args, message] of wrong) {
    const result = await run(...args);
    assertEquals([result.code, result.stdout], [64, ""]);
    assertMatch(result.stderr, message);
  }
  const dead = await cli(["run", "--test", "--var", "port=1", path]);
  assertMatch(
    dead.stdout,
    /^not ok {2}first {2}GET \/status\/200 {2}no reply, \d+ ms\n {2}Cannot connect/,
  );
  const report = `${folder.path}/r.xml`;
  const told = await cli(["run", "--var", "port=1", "--report-junit", report, path]);
  assertEquals(told.code, 1);
  assertStringIncludes(await Deno.readTextFile(report), 'tests="4" failures="4"');
  const missing = await cli(["run", `${folder.path}/b.http`]);
  assertMatch(missing.stderr, /cannot read .*b\.http: no such file/);
});

Deno.test("run: a request is sent once, even if an assertion needs the reply of a later one", async () => {
  await using server = await httpbin();
  await using folder = await tempDir();
  const path = `${folder.path}/a.http`;
  const later = `### later\n# @name later\nGET ${server.url}/get`;
  await Deno.writeTextFile(
    path,
    `### early\nGET ${server.url}/get?n=1\n?? status == {{later.response.status}}\n\n${later}\n`,
  );
  const { stdout } = await cli(["run", "--test", path]);
  assertEquals(stdout.replaceAll(/, \d+ ms/g, "").trimEnd().split("\n"), [
    "not ok  early  GET /get?n=1  200",
    "  status == {{later.response.status}}: the reply of later is used before it is sent (a.http:3)",
    "ok  later  GET /get  200",
    "2 requests, 1 passed, 1 failed, 1 assertion",
  ]);
});

Deno.test("run: prompts, Hurl's files, standard input, a message of --offline", async () => {
  await using server = await httpbin();
  await using folder = await tempDir();
  const path = `${folder.path}/a.http`;
  await Deno.writeTextFile(path, `# @prompt who Name\nGET ${server.url}/get?q={{who}}\n`);
  const asks = await cli(["run", path]);
  assertMatch(asks.stderr, /a\.http:2: a value for who is asked for: give it by --var who=VALUE/);
  const told = await cli(["run", "--var", "who=Ada", path]);
  assertEquals(JSON.parse(told.stdout).args, { q: "Ada" });

  const hurl = `${folder.path}/a.hurl`;
  await Deno.writeTextFile(
    hurl,
    `POST ${server.url}/post\n[Form]\na: 1\nHTTP 200\n[Captures]\nv: jsonpath "$.form.a"\n` +
      `GET ${server.url}/get?v={{v}}\nHTTP 200\n[Asserts]\njsonpath "$.args.v" == "1"\n`,
  );
  const ran = await cli(["run", "--test", hurl]);
  assertMatch(ran.stdout, /^2 requests, 2 passed, 0 failed, 3 assertions/m);

  const offline = await cli(["--offline", "-I", `${server.url}/post`, "name=Ada", "age:=36"]);
  const sent = await cli(["run", "-"], { stdin: offline.stdout });
  assertEquals(JSON.parse(sent.stdout).json, { name: "Ada", age: 36 });
});

Deno.test("--save appends requests that run sends again, without secrets", async () => {
  await using server = await httpbin();
  await using folder = await tempDir();
  const [path, file] = [`${folder.path}/a.http`, `${folder.path}/photo.txt`];
  await Deno.writeTextFile(file, "pixels");
  const url = `${server.url}/anything`;
  const rows: readonly string[][] = [
    [url, "name=Ada", "age:=36", "X-A:b"],
    ["-f", url, "title=Me", `file@${file}`, "-a", "ann:secret"],
    ["PUT", url, `@${file}`],
    [`${server.url}/redirect/1`, "q==1"],
  ];
  for (const row of rows) {
    const saved = await cli(["-I", "--no-check-status", "--save", path, ...row]);
    assertEquals(saved.code, 0, saved.stderr);
  }
  const text = await Deno.readTextFile(path);
  assert(!text.includes("secret"), text);
  const again = await cli(["run", "--var", "password=secret", path], { cwd: folder.path });
  assertEquals(again.stderr, "");
  const replies = again.stdout.trimEnd().split("\n").slice(0, 3).map((each) => JSON.parse(each));
  assertEquals(replies[0].json, { name: "Ada", age: 36 });
  assertEquals(replies[0].headers["X-A"], "b");
  assertEquals(replies[1].files, { file: "pixels" });
  assertEquals(replies[1].headers.Authorization, `Basic ${btoa("ann:secret")}`);
  assertEquals(replies[2].data, "pixels");
  const refused = await cli(["--save", path, "--raw", "### x", url]);
  assertEquals(refused.code, 64);
  assertMatch(refused.stderr, /a line of the body, "### x", has a meaning there; send @FILE/);
});
