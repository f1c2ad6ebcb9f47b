import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Finished, ROOT } from "../_process.ts";
import {
  assertTable,
  cli,
  type Expected,
  notOnOld,
  ROUNDTRIP,
  type RunOptions,
  serving,
  tempDir,
} from "./_cli.ts";

const USAGE = 64;
type Row = readonly [name: string, args: readonly string[], Expected, RunOptions?];

/** Raw responses of a server. */
async function withReply(
  reply: string | Uint8Array,
  body: (url: string, requests: string[]) => Promise<void>,
): Promise<void> {
  const requests: string[] = [];
  const bytes = typeof reply === "string" ? new TextEncoder().encode(reply) : reply;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(65_536);
      const count = await connection.read(buffer) ?? 0;
      requests.push(new TextDecoder().decode(buffer.subarray(0, count)));
      try {
        for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
        connection.close();
      } catch {
        connection.close();
      }
    }
  })();
  try {
    await body(`http://127.0.0.1:${listener.addr.port}`, requests);
  } finally {
    listener.close();
    await serving;
  }
}

const decoding = notOnOld("requests", { zstd: "its node:zlib has no zstd, for either side" });

Deno.test("requests: methods, items, bodies", async () => {
  await using bin = await serving(["httpbin"]);
  const at = (path: string): string => `:${bin.port}${path}`;
  await using folder = await tempDir();
  const cwd = folder.path;
  await Deno.writeTextFile(`${cwd}/note.txt`, "from a file\n");
  await Deno.writeTextFile(`${cwd}/data.json`, '{"deep":[1]}');
  const has = (text: string): Expected => ({ code: 0, stdout: new RegExp(RegExp.escape(text)) });
  const rows: Row[] = [
    ["GET without data", [at("/anything")], has('"method":"GET"')],
    ["POST with data", [at("/anything"), "a=b"], has('"method":"POST"')],
    ["a method in lower case", ["put", at("/anything"), "a=b"], has('"method":"PUT"')],
    ["any method token", ["PURGE", at("/anything")], has('"method":"PURGE"')],
    ["TRACE", ["TRACE", at("/anything")], has('"method":"TRACE"')],
    ["localhost and an item", [`localhost:${bin.port}/anything`, "a=b"], has('"POST"')],
    ["query", [at("/get?x=1"), "y==2", "y==3 4"], has('"args":{"x":"1","y":["2","3 4"]}')],
    ["header", [at("/headers"), "X-Own: kept"], has('"X-Own":"kept"')],
    ["header, empty", [at("/headers"), "X-Own;"], has('"X-Own":""')],
    ["header from a file", [at("/headers"), "X-Own:@note.txt"], has('"X-Own":"from a file"'), {
      cwd,
    }],
    ["-H as in curl", [at("/headers"), "-H", "X-Own: a b"], has('"X-Own":"a b"')],
    [
      "string and JSON",
      [at("/post"), "name=Ada", "age:=36", "ok:=true"],
      has(
        '"json":{"name":"Ada","age":36,"ok":true}',
      ),
    ],
    [
      "numbers stay as written",
      [at("/post"), "n:=12345678901234567890"],
      has(
        String.raw`"data":"{\"n\":12345678901234567890}"`,
      ),
    ],
    [
      "nested JSON",
      [at("/post"), "a[b][]=1", "a[b][]:=2", "a[c][1][id]=x"],
      has(
        '"json":{"a":{"b":["1",2],"c":[null,{"id":"x"}]}}',
      ),
    ],
    ["an array at the top", [at("/post"), "[]:=1", "[]=b"], has('"json":[1,"b"]')],
    ["escaped brackets", [at("/post"), String.raw`a\[b\]=1`], has('"json":{"a[b]":"1"}')],
    [
      "__proto__ is a key like any other",
      [at("/post"), "__proto__[x]=1"],
      has(
        String.raw`"data":"{\"__proto__\":{\"x\":\"1\"}}"`,
      ),
    ],
    ["string from a file", [at("/post"), "t=@note.txt"], has('"t":"from a file\\n"'), { cwd }],
    ["JSON from a file", [at("/post"), "d:=@data.json"], has('"json":{"d":{"deep":[1]}}'), {
      cwd,
    }],
    ["query from a file", [at("/get"), "q==@note.txt"], has('"q":"from a file"'), { cwd }],
    [
      "escaped separators",
      [at("/post"), String.raw`a\:b=c`, String.raw`x\=y=z`],
      has(
        '"json":{"a:b":"c","x=y":"z"}',
      ),
    ],
    ["form", ["-f", at("/post"), "a=1", "a=2 &"], has('"form":{"a":["1","2 &"]}')],
    [
      "file",
      ["-f", at("/post"), "f@note.txt", "a=1"],
      has(
        '"files":{"f":"from a file\\n"},"form":{"a":"1"}',
      ),
      { cwd },
    ],
    [
      "file with type and name",
      [
        "-v",
        "-f",
        at("/post"),
        "f@note.txt;type=text/x-own;filename=other.bin",
      ],
      { code: 0, stdout: /multipart\/form-data/ },
      { cwd },
    ],
    ["--multipart without a file", ["--multipart", at("/post"), "a=1"], has('"form":{"a":"1"}')],
    ["body from a file", [at("/post"), "@note.txt"], has('"data":"from a file\\n"'), { cwd }],
    ["--raw", [at("/post"), "--raw", "[1]"], has('"json":[1]')],
    ["body from a pipe", [at("/anything")], has('"json":{"piped":true}'), {
      stdin: '{"piped":true}',
    }],
    ["a pipe beside items is left alone", [at("/post"), "a=1"], has('"json":{"a":"1"}'), {
      stdin: "ignored",
    }],
    ["-I", ["-I", at("/anything")], has('"method":"GET"'), { stdin: "ignored" }],
    ["GET with a body", ["GET", at("/anything"), "a=1"], has('"method":"GET"')],
    ["-- ends options", [at("/post"), "--", "-a=1"], has('"json":{"-a":"1"}')],
    [
      "--no-OPTION takes one back",
      ["--form", "--no-form", at("/post"), "a=1"],
      has(
        '"json":{"a":"1"}',
      ),
    ],
    ["user and password of the URL", [
      `http://ada:s%40cret@localhost:${bin.port}/basic-auth/ada/s@cret`,
    ], has('"authenticated":true')],
    ["basic", ["-a", "ada:secret", at("/basic-auth/ada/secret")], has("true")],
    ["bearer", ["-A", "bearer", "-a", "tok", at("/bearer")], has('"token":"tok"')],
    [
      "digest",
      ["-A", "digest", "-a", "ada:secret", at("/digest-auth/auth/ada/secret")],
      has(
        "true",
      ),
    ],
    ["digest by SHA-256, auth-int", [
      "-A",
      "digest",
      "-a",
      "ada:secret",
      at("/digest-auth/auth-int/ada/secret/SHA-256"),
    ], has("true")],
    ["gzip", [at("/gzip")], has('"gzipped":true')],
    ["brotli, to its last byte", [at("/brotli")], {
      code: 0,
      stdout: /^\{.*"brotli":true.*\}\s*$/,
    }],
    ["zstd", [at("/zstd")], has('"zstd":true')],
  ];
  await assertTable(decoding(rows));
});

Deno.test("output of requests", async () => {
  await using bin = await serving(["httpbin"]);
  const at = (path: string): string => `:${bin.port}${path}`;
  await assertTable([
    ["a pipe gets the body, byte for byte", [at("/base64/aGkb")], { code: 0, stdout: "hi\x1b" }],
    ["-h", ["-h", at("/uuid")], {
      code: 0,
      stdout: /^HTTP\/1\.1 200 OK\n(?:[\w-]+: .*\n)+\n$/,
    }],
    ["-b", ["-b", at("/base64/aGk=")], { code: 0, stdout: "hi" }],
    ["-m", ["-m", at("/uuid")], { code: 0, stdout: /^Elapsed: \d+\.\d{3} s\n/ }],
    ["-q", ["-q", at("/uuid")], { code: 0 }],
    ["-p H", ["-p", "H", "-I", at("/uuid")], {
      code: 0,
      stdout: `GET /uuid HTTP/1.1\nHost: localhost:${bin.port}\nConnection: keep-alive\n` +
        "User-Agent: roundtrip/0.1.0\nAccept: */*\nAccept-Encoding: gzip, deflate, br, zstd\n\n",
    }],
    ["the user's headers in their case and order, defaults left out", [
      "-p",
      "H",
      "-I",
      at("/uuid"),
      "x-B:1",
      "X-a:2",
      "user-agent:",
      "accept:text/plain",
      "Accept-Encoding:",
    ], {
      code: 0,
      stdout: `GET /uuid HTTP/1.1\nHost: localhost:${bin.port}\nConnection: keep-alive\n` +
        "x-B: 1\nX-a: 2\naccept: text/plain\n\n",
    }],
    ["-v masks credentials and cookies", [
      "-v",
      "-I",
      "-a",
      "ada:secret",
      at("/basic-auth/ada/secret"),
      "Cookie:a=1; b=2",
    ], {
      code: 0,
      stdout: /Cookie: a=\[hidden\]; b=\[hidden\]\n[^]*Authorization: Basic \[hidden\]\n/,
    }],
    ["--show-secrets", [
      "-v",
      "-I",
      "--show-secrets",
      "-a",
      "ada:secret",
      at("/basic-auth/ada/secret"),
    ], { code: 0, stdout: /Authorization: Basic YWRhOnNlY3JldA==\n/ }],
    ["--offline", ["--offline", ":1/x", "a=1"], {
      code: 0,
      stdout:
        /^POST \/x HTTP\/1\.1\r\nHost: localhost:1\r\n[^]*Content-Length: 9\r\n\r\n{"a":"1"}$/,
    }],
    ["--curl", ["--curl", ":8080/x", "a=it's", "b==2", "X-Own:3"], {
      code: 0,
      stdout: "curl 'http://localhost:8080/x?b=2' -H 'X-Own: 3' " +
        "-H 'Accept: application/json, */*;q=0.5' -H 'Content-Type: application/json' " +
        `--data-raw '{"a":"it'\\''s"}'\n`,
    }],
    ["--curl of a form", ["--curl", "-f", "put", ":8080/x", "f@a b.txt;type=t/x", "a=1"], {
      code: 0,
      stdout: "curl -X PUT http://localhost:8080/x -F 'f=@a b.txt;type=t/x' --form-string a=1\n",
    }],
    ["--pretty format", ["--pretty", "format", at("/json")], {
      code: 0,
      stdout: /^\{\n {2}"slideshow": \{\n {4}"title": "Sample",\n/,
    }],
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    ["--pretty colors", ["--pretty", "all", at("/json")], { code: 0, stdout: /\x1b\[34m"slides/ }],
    ["SSE", [at("/sse?count=2&duration=0")], {
      code: 0,
      stdout: /^event: ping\ndata: \{"id":0,.*\n\nevent: ping\ndata: \{"id":1,.*\n\n$/,
    }],
    ["SSE, formatted", ["--pretty", "format", at("/sse?count=1&duration=0")], {
      code: 0,
      stdout: /^event: ping\ndata: \{\ndata: {3}"id": 0,\n/,
    }],
    ["a request's body alone, to the byte", ["-p", "B", at("/post"), "--raw", "a\n"], {
      code: 0,
      stdout: "a\n",
    }],
    ["a request's body and the reply's", ["-p", "Bb", at("/base64/aGk="), "--raw", "a"], {
      code: 4,
      stdout: /^a\n\n405/,
      stderr: /405/,
    }],
    ["JSON in a form", [
      "-f",
      at("/post"),
      'a:="b"',
      "n:=1.50",
      "t:=true",
    ], { code: 0, stdout: /"form":\{"a":"b","n":"1\.50","t":"true"\}/ }],
    ["--response-charset", [
      "--response-charset",
      "latin1",
      "--pretty",
      "format",
      at("/base64/6Q=="),
    ], {
      code: 0,
      stdout: "é",
    }],
    ["-F", ["-F", at("/redirect/2")], { code: 0, stdout: /"url":".*\/get"/ }],
    ["--all", ["-F", "--all", "-h", at("/redirect/1")], {
      code: 0,
      stdout: /^HTTP\/1\.1 302 Found\n[^]*\nHTTP\/1\.1 200 OK\n/,
    }],
  ]);
});

Deno.test("exit codes of requests", async () => {
  await using bin = await serving(["httpbin"]);
  const at = (path: string): string => `:${bin.port}${path}`;
  const warning = (text: string): RegExp => new RegExp(`^roundtrip: warning: HTTP ${text}\n$`);
  await assertTable([
    ["3xx", [at("/status/304")], { code: 3, stderr: warning("304 Not Modified") }],
    ["4xx", [at("/status/404")], { code: 4, stderr: warning("404 Not Found") }],
    ["5xx", [at("/status/503")], { code: 5, stderr: warning("503 Service Unavailable") }],
    ["--no-check-status", ["--no-check-status", at("/status/503")], { code: 0 }],
    ["-qq", ["-qq", at("/status/404")], { code: 4 }],
    ["timeout", ["--timeout", "0.2", at("/delay/3")], {
      code: 2,
      stderr: /Timeout on http.*--timeout 0\.2 is the limit/,
    }],
    ["too many redirects", ["-F", "--max-redirects", "2", at("/redirect/5")], {
      code: 6,
      stderr: /more than 2 redirects/,
    }],
    ["as many as allowed", ["-F", "--max-redirects", "5", at("/redirect/5")], {
      code: 0,
      stdout: /get/,
    }],
    ["no server", [":1/"], {
      code: 1,
      stderr: /nothing listens there. Is the server running/,
    }],
    ["no such host", ["no-such-host.invalid"], {
      code: 1,
      stderr: /host not found/,
    }],
    ["usage: no URL", ["post"], { code: USAGE, stderr: /the URL is missing after post/ }],
    ["usage: no URL at all", ["-v"], { code: USAGE, stderr: /the URL is missing/ }],
    ["usage: an item of nothing", [":1/", "xyz"], {
      code: USAGE,
      stderr: /item 'xyz': expected NAME/,
    }],
    ["usage: a mistyped method", ["PSOT", ":1/x", "a=1", "b"], {
      code: USAGE,
      stderr: /item 'b': expected/,
    }],
    ["usage: no JSON", [":1/", "a:={"], {
      code: USAGE,
      stderr: /item 'a:={': "{" is not valid JSON/,
    }],
    ["usage: a header that would be two", [":1/", "a:b\r\nc: d"], {
      code: USAGE,
      stderr: /item 'a:b\n?\\?.*c: d': a header's value is one line/s,
    }],
    ["usage: a header with an escape sequence", [":1/", "a:\x1b[2J"], {
      code: USAGE,
      stderr: /item 'a:\\x1b\[2J': a header's value is one line, without control/,
    }],
    ["usage: a file beside JSON", [":1/", "a@x"], { code: USAGE, stderr: /add -f, or use @x/ }],
    ["usage: two bodies", [":1/", "a=1", "--raw", "x"], { code: USAGE, stderr: /only one source/ }],
    ["usage: no charset", ["--response-charset", "foo", ":1/"], {
      code: USAGE,
      stderr: /argument --response-charset: "foo" is not a known charset\n/,
    }],
    ["usage: no mime type", ["--response-mime", "foo", ":1/"], {
      code: USAGE,
      stderr: /argument --response-mime: "foo" is not TYPE\/SUBTYPE\n/,
    }],
    ["usage: an array in a form", ["-f", ":1/", "a:=[1]"], {
      code: USAGE,
      stderr: /item 'a:=\[1\]': a form has strings, numbers and booleans/,
    }],
    ["usage: two files", [":1/", "@a", "@b"], {
      code: USAGE,
      stderr: /one source, not @a and @b\n/,
    }],
    ["nested types, with a caret", [":1/", "a[b]=1", "a[0]=2"], {
      code: USAGE,
      stderr: /cannot use index \[0\] on a value that is an object.*\n {2}a\[0\]=2\n {3}\^/,
    }],
    ["usage: an open bracket", [":1/", "a[b=1"], {
      code: USAGE,
      stderr: /expected \]\n.*\n {2} {3}\^/,
    }],
    ["usage: another scheme", ["ftp://x/"], { code: USAGE, stderr: /ftp is not an HTTP scheme/ }],
    ["usage: a WebSocket", ["ws://x/"], { code: USAGE, stderr: /try roundtrip ws ws:\/\/x\/\n/ }],
    ["usage: no password in a pipe", ["-a", "ada", ":1/"], {
      code: USAGE,
      stderr: /"ada" has no password/,
    }],
    ["a file that is missing", ["-f", at("/post"), "f@nope"], {
      code: 1,
      stderr: /cannot read nope: no such file/,
    }],
  ]);
});

Deno.test("a silent standard input does not hang a request", async () => {
  await using bin = await serving(["httpbin"]);
  const { code, stdout, stderr } = await withSilentInput([`:${bin.port}/anything`]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, '"method":"GET"');
  assertMatch(stderr, /standard input was silent for 2 s: sending no body/);
});

/** Runs the command with an open, silent pipe. */
async function withSilentInput(args: readonly string[]): Promise<Finished> {
  const [program = "", ...first] = ROUNDTRIP;
  const child = new Deno.Command(program, {
    args: [...first, ...args],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [status, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.stdin.close();
  return { code: status.code, stdout, stderr };
}

Deno.test("sessions keep cookies, headers and credentials in files of mode 0600", async () => {
  await using bin = await serving(["httpbin"]);
  await using folder = await tempDir();
  const env = { XDG_CONFIG_HOME: folder.path };
  const at = (path: string): string => `:${bin.port}${path}`;
  const session = ["--session", "s"];
  await assertTable([
    ["set", [...session, "-a", "u:p", at("/cookies/set?a=1"), "X-Own:kept", "If-Match:no"], {
      code: 3,
      stderr: /302/,
      stdout: /.*/,
    }, { env }],
    ["cookies are back", [...session, at("/cookies")], {
      code: 0,
      stdout: '{"cookies":{"a":"1"}}',
    }, {
      env,
    }],
    ["headers are back, If-* are not", [...session, at("/headers")], {
      code: 0,
      stdout: /^(?![^]*If-Match)[^]*"X-Own":"kept"/,
    }, { env }],
    ["credentials are back", [...session, at("/basic-auth/u/p")], { code: 0, stdout: /true/ }, {
      env,
    }],
    ["read-only", ["--session-read-only", "s", at("/cookies/set?b=2")], {
      code: 3,
      stderr: /302/,
      stdout: /.*/,
    }, { env }],
    ["not changed", [...session, at("/cookies")], { code: 0, stdout: '{"cookies":{"a":"1"}}' }, {
      env,
    }],
    [
      "an invalid name",
      ["--session", "..", at("/get")],
      { code: USAGE, stderr: /is not a valid name/ },
      {
        env,
      },
    ],
  ]);
  const path = `${folder.path}/roundtrip/sessions/localhost_${bin.port}`;
  for await (const { name } of Deno.readDir(path)) {
    const { mode } = await Deno.stat(`${path}/${name}`);
    if (mode !== null) assertEquals((mode & 0o777).toString(8), "600", name);
  }
  await Deno.writeTextFile(`${path}/s.json`, "{");
  const broken = await cli([...session, at("/get")], { env });
  assertEquals(broken.code, 1);
  assertMatch(broken.stderr, /cannot read the session .*delete it to start over/);
});

Deno.test("session files of HTTPie and xh are read, and written in their format", async () => {
  await using bin = await serving(["httpbin"]);
  await using folder = await tempDir();
  const cwd = folder.path;
  const at = (path: string): string => `:${bin.port}${path}`;
  const cookie = { expires: null, path: "/", secure: false };
  const rows: [name: string, meta: Record<string, string>, domain: string, old: boolean][] = [
    ["HTTPie", { about: "HTTPie session file", httpie: "3.2.4" }, "localhost.local", false],
    ["HTTPie before 3.1", { httpie: "3.0.2" }, "", true],
    ["xh", { about: "xh session file", xh: "0.24.0" }, "localhost", false],
  ];
  for (const [name, meta, domain, old] of rows) {
    const file = {
      __meta__: meta,
      auth: { raw_auth: "foo:bar", type: "basic" },
      cookies: old
        ? { baz: { ...cookie, value: "quux" } }
        : [{ domain, ...cookie, name: "baz", value: "quux" }],
      headers: old ? { "X-Data": "value" } : [{ name: "X-Data", value: "value" }],
    };
    const path = `${cwd}/httpie.json`;
    await Deno.writeTextFile(path, JSON.stringify(file));
    const session = ["--session", "./httpie.json"];
    await assertTable([
      [`${name}: headers`, [...session, at("/headers")], { code: 0, stdout: /"X-Data":"value"/ }, {
        cwd,
      }],
      [
        `${name}: credentials`,
        [...session, at("/basic-auth/foo/bar")],
        { code: 0, stdout: /true/ },
        {
          cwd,
        },
      ],
      [`${name}: cookies`, [...session, at("/cookies"), "Cookie:own=1", "X-A:1"], {
        code: 0,
        stdout: /^(?=.*"baz":"quux").*"own":"1"/,
      }, { cwd }],
    ]);
    const written = JSON.parse(await Deno.readTextFile(path));
    const own = old ? { own: { ...cookie, value: "1" } } : [
      { domain, ...cookie, name: "own", value: "1" },
    ];
    assertEquals(written, {
      ...file,
      cookies: old ? { ...file.cookies, ...own } : [...Object.values(file.cookies), ...own as []],
      headers: old ? { ...file.headers, "X-A": "1" } : [
        ...Object.values(file.headers),
        { name: "X-A", value: "1" },
      ],
    }, name);
    assertEquals(await Array.fromAsync(Deno.readDir(cwd), (each) => each.name), ["httpie.json"]);
  }
});

Deno.test("cookies of a session are sent to their own host alone", async () => {
  await using folder = await tempDir();
  const cwd = folder.path;
  const rows: [domain: string, url: string, isSent: boolean][] = [
    ["a.test", "http://a.test/", true],
    ["a.test", "http://b.test/", false],
    ["a.test", "http://sub.a.test/", false],
    [".a.test", "http://sub.a.test/", true],
    ["::1", "http://[::1]/", true],
    ["[::1]", "http://[::1]/", true],
    ["::1", "http://b.test/", false],
    ["not a host", "http://b.test/", false],
  ];
  for (const [domain, url, isSent] of rows) {
    const cookie = { domain, expires: null, name: "a", path: "/", secure: false, value: "1" };
    const record = { __meta__: { roundtrip: "0.1.0" }, cookies: [cookie], headers: [] };
    await Deno.writeTextFile(`${cwd}/s.json`, JSON.stringify(record));
    const args = ["--session-read-only", "./s.json", "--offline", "--show-secrets", "-p", "H", url];
    const { stdout, stderr } = await cli(args, { cwd });
    assertEquals(
      /^Cookie: a=1\r$/m.test(stdout),
      isSent,
      `${domain} at ${url}: ${stderr}${stdout}`,
    );
  }
});

Deno.test("other JSON is refused as a session; sessions save cookies of the command line and repeated headers", async () => {
  await using bin = await serving(["httpbin"]);
  await using folder = await tempDir();
  const cwd = folder.path;
  const at = (path: string): string => `:${bin.port}${path}`;
  const bare = { headers: { "X-Data": "value" }, cookies: { baz: { value: "quux" } } };
  await Deno.writeTextFile(`${cwd}/bare.json`, JSON.stringify(bare));
  await assertTable([
    ["a file without a mark", ["--session", "./bare.json", at("/headers")], {
      code: 0,
      stdout: /"Cookie":"baz=quux".*"X-Data":"value"/,
    }, { cwd }],
  ]);
  for (
    const text of ['{"name":"a package"}', '{"headers":{"a":1}}', "{}", "[1]", '"text"']
  ) {
    await Deno.writeTextFile(`${cwd}/other.json`, text);
    const { code, stderr } = await cli(["--session", "./other.json", at("/get")], { cwd });
    assertEquals(code, 1, text);
    assertMatch(stderr, /cannot use \.\/other\.json as a session: it is not a session/);
    assertEquals(await Deno.readTextFile(`${cwd}/other.json`), text);
  }
  const former = { roundtrip: 1, origin: `http://localhost:${bin.port}`, headers: [], auth: null };
  await Deno.writeTextFile(`${cwd}/former.json`, JSON.stringify(former));
  const session = ["--session", "./s.json"];
  await assertTable([
    ["of before", ["--session", "./former.json", at("/get")], {
      code: 1,
      stderr: /former\.json as a session: an earlier version wrote it; delete it to start over/,
    }, { cwd }],
    ["set", [...session, at("/cookies"), "Cookie:a=1; b=2", "X-R:1", "X-R:2"], {
      code: 0,
      stdout: '{"cookies":{"a":"1","b":"2"}}',
    }, { cwd }],
    ["cookies are back", [...session, at("/cookies")], {
      code: 0,
      stdout: '{"cookies":{"a":"1","b":"2"}}',
    }, { cwd }],
    ["and both headers", [...session, "--offline", "-p", "H", at("/")], {
      code: 0,
      stdout: /\r\nX-R: 1\r\nX-R: 2\r\n/,
    }, { cwd }],
  ]);
});

Deno.test("downloads: names, no overwriting, no leaving the folder", async () => {
  const rows: [name: string, disposition: string | null, path: string, file: string][] = [
    ["from the URL", null, "/a/b.txt", "b.txt"],
    ["from the header", "attachment; filename=c.txt", "/b", "c.txt"],
    ["RFC 5987", "attachment; filename*=UTF-8''%C3%A9.txt", "/b", "é.txt"],
    ["a path", 'attachment; filename="../../x.txt"', "/b", "x.txt"],
    ["a path of Windows", 'attachment; filename="..\\\\..\\\\y.txt"', "/b", "y.txt"],
    ["a hidden file", 'attachment; filename=".bashrc"', "/b", "bashrc"],
    ["an escape sequence", "attachment; filename*=UTF-8''a%1B%5B31m.txt", "/b", "a_[31m.txt"],
    ["nothing", null, "/", "index"],
    ["dots in the URL", null, "/%2e%2e%2fetc%2fz", "z"],
    ["a device", "attachment; filename=CON.txt", "/b", "_CON.txt"],
  ];
  for (const [name, disposition, path, file] of rows) {
    await using folder = await tempDir();
    const header = disposition === null ? "" : `Content-Disposition: ${disposition}\r\n`;
    const reply = `HTTP/1.1 200 OK\r\n${header}Content-Length: 5\r\nConnection: close\r\n\r\nhello`;
    await withReply(reply, async (url) => {
      const first = await cli(["-d", url + path], { cwd: folder.path });
      assertEquals(first.code, 0, `${name}: ${first.stderr}`);
      assertEquals(first.stdout, "", name);
      assertMatch(first.stderr, /Downloading 5 bytes to .*\nDone\. 5 bytes/);
      await cli(["-d", url + path], { cwd: folder.path });
      const names = (await Array.fromAsync(Deno.readDir(folder.path), (each) => each.name)).sort();
      const second = file.replace(/(\.txt)?$/, "-1$1");
      assertEquals(names, [file, second].sort(), name);
      assertEquals(await Deno.readTextFile(`${folder.path}/${file}`), "hello", name);
    });
  }
});

Deno.test("downloads: -o, a short body, existing files", async () => {
  await using folder = await tempDir();
  const cwd = folder.path;
  await using bin = await serving(["httpbin"]);
  await Deno.writeTextFile(`${cwd}/old.txt`, "old");
  await Deno.writeTextFile(`${cwd}/kept.txt`, "kept");
  await Deno.writeTextFile(`${cwd}/elsewhere`, "old");
  await Deno.symlink("elsewhere", `${cwd}/link`);
  const at = (path: string): string => `:${bin.port}${path}`;
  await assertTable([
    ["-o", ["-o", "new.txt", at("/base64/aGk=")], { code: 0, stderr: /saved to new\.txt/ }, {
      cwd,
    }],
    ["-o of a file that exists, as curl, wget and HTTPie", ["-o", "old.txt", at("/base64/aGk=")], {
      code: 0,
      stderr: /saved to old\.txt/,
    }, { cwd }],
    ["--no-clobber keeps it", ["--no-clobber", "-o", "kept.txt", at("/base64/aGk=")], {
      code: 1,
      stderr: /kept\.txt already exists, and --no-clobber keeps it/,
    }, { cwd }],
    ["-o of a link goes where it points", ["-o", "link", at("/base64/aGk=")], {
      code: 0,
      stderr: /saved to \S*elsewhere/,
    }, { cwd }],
    ["-o -", ["-o", "-", at("/base64/aGk=")], { code: 0, stdout: "hi" }, { cwd }],
    ["-o of a device", ["-o", "/dev/null", at("/base64/aGk=")], { code: 0 }, { cwd }],
    ["-o /dev/stdout", ["-o", "/dev/stdout", at("/base64/aGk=")], { code: 0, stdout: "hi" }, {
      cwd,
    }],
    ["-o FOLDER/", ["-d", "-o", "./", at("/base64/aGk=")], { code: 0, stderr: /\.\/aGk=/ }, {
      cwd,
    }],
    ["no such folder", ["-o", "no/x", at("/base64/aGk=")], { code: 1, stderr: /no such folder/ }, {
      cwd,
    }],
    ["an error is printed, not saved", ["-d", at("/basic-auth/a/b")], {
      code: 4,
      stdout: /authenticated/,
      stderr: /401/,
    }, { cwd }],
    ["a redirect is followed", ["-d", "-o", "red.json", at("/redirect/1")], {
      code: 0,
      stderr: /Done/,
    }, {
      cwd,
    }],
  ]);
  for (const [name, text] of [["old.txt", "hi"], ["kept.txt", "kept"], ["elsewhere", "hi"]]) {
    assertEquals(await Deno.readTextFile(`${cwd}/${name}`), text, name);
  }
  assert((await Deno.lstat(`${cwd}/link`)).isSymlink);
  await withReply("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", async (url) => {
    const { code, stderr } = await cli(["-d", `${url}/cut.txt`], { cwd });
    assertEquals(code, 1);
    assertMatch(stderr, /not completed/);
    const names = await Array.fromAsync(Deno.readDir(cwd), (each) => each.name);
    assert(!names.includes("cut.txt"), names.join());
  });
});

Deno.test("interrupted downloads are resumed", async () => {
  await using folder = await tempDir();
  const cwd = folder.path;
  const whole = crypto.getRandomValues(new Uint8Array(60_000));
  const ranges: (string | null)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const range = request.headers.get("range");
    ranges.push(range);
    const headers = { etag: '"v1"', "accept-ranges": "bytes" };
    if (range === null) {
      // The connection breaks in the middle.
      let sent = false;
      const body = new ReadableStream({
        pull(controller) {
          if (sent) return controller.close(); // shorter than its Content-Length
          sent = true;
          controller.enqueue(whole.subarray(0, 20_000));
        },
      });
      return new Response(body, { headers: { ...headers, "content-length": "60000" } });
    }
    const start = Number(/^bytes=(\d+)-$/.exec(range)?.[1]);
    return new Response(whole.subarray(start), {
      status: 206,
      headers: { ...headers, "content-range": `bytes ${start}-59999/60000` },
    });
  });
  const url = `http://127.0.0.1:${server.addr.port}/big.bin`;
  const first = await cli(["-d", "-c", url], { cwd });
  assertEquals(first.code, 1, first.stderr);
  const second = await cli(["-d", "-c", url], { cwd });
  assertEquals(second.code, 0, second.stderr);
  assertMatch(second.stderr, /Done\. .* were there/);
  assertEquals(await Deno.readFile(`${cwd}/big.bin`), whole);
  assertEquals(ranges.length, 2);
  assertMatch(ranges[1] ?? "", /^bytes=[1-9]\d*-$/);
  const third = await cli(["-d", "-c", url], { cwd });
  assertEquals(third.code, 0);
  assertMatch(third.stderr, /big\.bin is complete \(60\.0 kB\): nothing to do/);
  await server.shutdown();
});

Deno.test("redirects to another origin drop credentials, cookies and custom headers", async () => {
  await withReply(
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    async (other, seen) => {
      const reply =
        `HTTP/1.1 302 Found\r\nLocation: ${other}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
      await withReply(reply, async (url) => {
        const { code } = await cli(["-F", "-a", "u:secret", url, "X-API-Key:k", "Cookie:a=1"]);
        assertEquals(code, 0);
        assertEquals(seen.length, 1);
        assert(!/secret|dTpz|x-api-key|cookie/i.test(seen.join()), seen.join());
      });
    },
  );
});

Deno.test("CONNECT names host and port, and ends with the head of the reply", async () => {
  const rows: [name: string, reply: string, code: number][] = [
    ["a tunnel", "HTTP/1.1 200 OK\r\nX-Own: 1\r\n\r\nraw bytes", 0],
    ["a refusal", "HTTP/1.1 405 No\r\nContent-Length: 2\r\n\r\nno", 4],
  ];
  for (const [name, reply, code] of rows) {
    await withReply(reply, async (url, requests) => {
      const result = await cli(["-h", "--timeout", "20", "CONNECT", url]);
      assertEquals(result.code, code, `${name}: ${result.stderr}`);
      assertMatch(result.stdout, /^HTTP\/1\.1 /, name);
      const { host } = new URL(url);
      assertMatch(
        requests[0] ?? "",
        new RegExp(`^CONNECT ${host} HTTP/1\\.1\r\nHost: ${host}\r\n`),
      );
    });
  }
});

Deno.test("a body is sent with any method, unchanged", async () => {
  await withReply("HTTP/1.1 204 No\r\nConnection: close\r\n\r\n", async (url, requests) => {
    for (const method of ["GET", "DELETE", "OPTIONS", "REPORT"]) {
      requests.length = 0;
      assertEquals((await cli([method, url, "a=1"])).code, 0, method);
      assertMatch(requests[0] ?? "", new RegExp(`^${method} / HTTP/1\\.1\r\n`));
      assertStringIncludes(requests[0] ?? "", '\r\nContent-Length: 9\r\n\r\n{"a":"1"}');
    }
  });
});

Deno.test("malformed responses are reported without a crash", async () => {
  const head = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
  const rows: [name: string, reply: string, code: number, pattern: RegExp][] = [
    ["no HTTP", "hello\r\n\r\n", 1, /roundtrip: error: (?!.*\n {4}at )/],
    ["nothing", "", 1, /disconnected/],
    ["another protocol", "HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nraw", 0, /^$/],
    ["cut in the head", "HTTP/1.1 200 O", 1, /roundtrip: error: /],
    ["cut in the body", `${head}Content-Length: 9\r\n\r\nabc`, 1, /not completed/],
    ["cut in a chunk", `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nab`, 1, /not completed/],
    [
      "no gzip",
      `${head}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc`,
      1,
      /roundtrip: error/,
    ],
    ["an unknown charset", `${head}Content-Type: text/plain; charset=nope\r\n\r\nabc`, 0, /^$/],
    [
      "a redirect to nowhere",
      "HTTP/1.1 302 F\r\nLocation: ftp://x\r\nContent-Length: 0\r\n\r\n",
      1,
      /ftp/,
    ],
  ];
  for (const [name, reply, code, stderr] of rows) {
    await withReply(reply, async (url) => {
      const result = await cli(["-F", "--timeout", "20", url]);
      assertEquals(result.code, code, `${name}: ${result.stderr}`);
      assertMatch(result.stderr, stderr, name);
      assert(!/^ {4}at /m.test(result.stderr), `${name}: a stack trace\n${result.stderr}`);
    });
  }
});
