import { assertEquals, assertStringIncludes } from "@std/assert";
import { assertTable, CLEAN, cli, type Expected, rawServer, serving, tempDir } from "./_cli.ts";
import { inTerminal, terminalTest } from "./_terminal.ts";

const USAGE = 64;
const OFFLINE = ["--offline", "-p", "H", ":1/"];

Deno.test("headers: UTF-8, empty ones next to others, the last one wins", async () => {
  const lines = (...names: string[]): Expected => ({
    code: 0,
    stdout: new RegExp(`^(?=GET )${names.map((each) => `(?=[^]*\\r\\n${each}\\r\\n)`).join("")}`),
  });
  await using server = rawServer({ "/": "HTTP/1.1 204 N\r\nX-Own: caf\xc3\xa9\r\n\r\n" });
  const table: [name: string, args: string[], Expected][] = [
    ["UTF-8", [...OFFLINE, "X-Own:Łódź café"], lines("X-Own: Łódź café")],
    ["UTF-8 by -H", [...OFFLINE, "-H", "X-Own: 東京"], lines("X-Own: 東京")],
    ["UTF-8 of a cookie", [...OFFLINE, "--show-secrets", "Cookie:a=ż"], lines("Cookie: a=ż")],
    ["UTF-8 for curl", ["--curl", "a.test", "X-Own:Łódź"], { code: 0, stdout: /'X-Own: Łódź'/ }],
    ["UTF-8 of a reply", ["-h", server.url], { code: 0, stdout: /\nX-Own: café\n/ }],
    ["Foo; first", [...OFFLINE, "Foo;", "Foo:bar"], lines("Foo: \r\nFoo: bar")],
    ["Foo; last", [...OFFLINE, "Foo:bar", "Foo;"], lines("Foo: bar\r\nFoo: ")],
    ["Foo; between", [...OFFLINE, "Foo:a", "Foo;", "Foo:b"], lines("Foo: a\r\nFoo: \r\nFoo: b")],
    ["Foo: first", [...OFFLINE, "Foo:", "Foo:bar"], lines("Foo: bar")],
    ["Foo: last", [...OFFLINE, "Foo:bar", "Foo:"], {
      code: 0,
      stdout: /^(?![^]*Foo)GET /,
    }],
  ];
  await assertTable(table.map(([name, args, expected]) => [name, args, expected, { env: CLEAN }]));
});

Deno.test("the bytes of a header on the wire are UTF-8, to a WebSocket as well", async () => {
  await using bin = await serving(["httpbin"]);
  const url = `127.0.0.1:${bin.port}/headers`;
  // As ISO 8859-1 characters, which is how the platform reads them.
  const expected = { code: 0, stdout: /"X-Own":"caf\u00c3\u00a9"/ };
  await assertTable([["a request", [url, "X-Own:café"], expected, { env: CLEAN }]]);
  let seen = "";
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    seen = request.headers.get("x-own") ?? "";
    return new Response("no", { status: 400 });
  });
  await cli(["ws", `:${server.addr.port}`, "X-Own:café"], { stdin: "", env: CLEAN });
  assertStringIncludes(seen, "caf\u00c3\u00a9");
  await server.shutdown();
});

Deno.test("wrong words are explained in one line", async () => {
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/note.txt`, "at home");
  const usage = (said: string): Expected => ({
    code: USAGE,
    stderr: new RegExp(
      `^usage: [^\\n]+\\nroundtrip: error: [^\\n]*${RegExp.escape(said)}[^\\n]*\\n$`,
    ),
  });
  const form = "a form is -f NAME=VALUE NAME@FILE";
  const table: [words: string, Expected][] = [
    ["-I -a ada a.test", usage('"ada" has no password; expected USER:PASS')],
    ["-I :1 note@~/nope.txt -f", {
      code: 1,
      stderr: `roundtrip: error: cannot read ${folder.path}/nope.txt: no such file\n`,
    }],
    ["--offline -p B :1 @~/note.txt", { code: 0, stdout: "at home" }],
    ["--offline -p B :1 a=@~/note.txt", { code: 0, stdout: '{"a":"at home"}' }],
    ["--offline -p B :1 a=~/note.txt", { code: 0, stdout: '{"a":"~/note.txt"}' }],
    ["--verify=~/nope.pem https://a.test", usage(`cannot read ~/nope.pem`)],
    ["--offline :1 a=b Content-Length:5", {
      code: 1,
      stderr:
        'roundtrip: error: Cannot send Content-Length "5": it is not the body\'s length; leave out ' +
        "the header to send the right one\n",
    }],
    ["--offline :1 Content-Length:x", { code: 1, stderr: /^roundtrip: error: [^\n]+\n$/ }],
    ["fils .", { code: 1, stderr: /^[^\n]+spelled right\? Did you mean roundtrip files\?\n$/ }],
    ["htpbin -P 80", usage("Did you mean roundtrip httpbin?")],
    ["htpbin", {
      code: 1,
      stderr: /^roundtrip: error: [^\n]*Did you mean roundtrip httpbin\?\n$/,
    }],
    ["nope.invalid", { code: 1, stderr: /^(?!.*Did you mean)roundtrip: error: [^\n]*\n$/ }],
    ["-d a=1 http://a.test", usage("-d downloads here; a body is --data TEXT")],
    ["-F a=1 http://a.test", usage(form)],
    ["-F a=1 :1", usage(form)],
    ["-X POST -F a=1 http://a.test", usage(form)],
    ["-b a=1 a.test", usage("a cookie is Cookie:NAME=VALUE")],
    ["-m 5 https://a.test", usage("curl's limit is --timeout SECONDS")],
    ["-x http://proxy:1 https://a.test", usage("curl's proxy is --proxy URL")],
    ["-c jar https://a.test", usage("curl's cookie jar, -c, is --session NAME")],
    ["-c jar.txt https://a.test", usage("curl's cookie jar is --session NAME")],
    ["--offline -p H -F http://a.test url:http://b.test", { code: 0, stdout: /^GET \/ / }],
    ["--offline -p H get http://a.test -F", { code: 0, stdout: /^GET \/ / }],
  ];
  // `deno run` has its cache in the home folder by default.
  const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  const env = { ...CLEAN, HOME: folder.path, DENO_DIR: cache };
  const options = { cwd: folder.path, env };
  await assertTable(table.map(([words, expected]) => [words, words.split(" "), expected, options]));
});

terminalTest("-I asks for no password on a terminal", async () => {
  await using terminal = inTerminal(["-I", "-a", "ada", ":1/"]);
  const { code, output } = await terminal.end();
  assertEquals([code, output.includes("Password for")], [USAGE, false], output);
});
