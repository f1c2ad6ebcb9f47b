import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { detectCharset } from "../../cli/output/detect_charset.ts";
import { ROOT } from "../_process.ts";
import {
  assertTable,
  cli,
  COMPILED,
  type Expected,
  rawServer,
  ROUNDTRIP,
  type RunOptions,
  serving,
  tempDir,
} from "./_cli.ts";

const USAGE = 64;
type Row = readonly [name: string, args: readonly string[], Expected, RunOptions?];

Deno.test("options of curl work", async () => {
  await using bin = await serving(["httpbin"]);
  await using folder = await tempDir();
  const at = (path: string): string => `:${bin.port}${path}`;
  const cwd = folder.path;
  await assertTable([
    ["-X", ["-X", "put", at("/anything"), "a=1"], { code: 0, stdout: /"method":"PUT"/ }],
    ["-X without a valid method", ["-X", "a b", at("/")], {
      code: USAGE,
      stderr: /-X: "A B" is not an HTTP method/,
    }],
    ["--data", ["--data", '{"a":1}', at("/post")], { code: 0, stdout: /"json":\{"a":1\}/ }],
    ["-u", ["-u", "a:b", at("/basic-auth/a/b")], { code: 0, stdout: /true/ }],
    ["-L", ["-L", at("/redirect/1")], { code: 0, stdout: /\/get"/ }],
    ["--location taken back", ["--location", "--no-location", at("/redirect/1")], {
      code: 3,
      stdout: /.*/,
      stderr: /302/,
    }],
    ["-O", ["-O", at("/base64/aGk=")], { code: 0, stderr: /saved to aGk=/ }, { cwd }],
    ["-i", ["-i", at("/base64/aGk=")], { code: 0, stdout: /^HTTP\/1\.1 200 OK\n[^]*\n\nhi$/ }],
    ["--max-time", ["--max-time", "0.2", at("/delay/3")], { code: 2, stderr: /--timeout 0\.2/ }],
    ["--fail-with-body", ["--no-check-status", "--fail-with-body", at("/status/404")], {
      code: 4,
      stderr: /404/,
    }],
    ["the last of two counts", ["--check-status", "--no-check-status", at("/status/404")], {
      code: 0,
    }],
    ["-k", ["-k", at("/base64/aGk=")], { code: 0, stdout: "hi" }],
    ["-d is a download: the body is not taken for a URL", ["-d", '{"a":1}', at("/post")], {
      code: USAGE,
      stderr: /"\{"a":1\}" is not a URL: -d downloads here; a body is --data TEXT/,
    }],
    ["--default-scheme", ["--offline", "-p", "H", "--default-scheme", "https", "a.test"], {
      code: 0,
      stdout: /^GET \/ HTTP\/1\.1\r\nHost: a\.test\r\n/,
    }],
    ["--default-scheme of curl", ["--curl", "--default-scheme", "https", "a.test"], {
      code: 0,
      stdout: "curl https://a.test/\n",
    }],
    ["--curl-long", [
      "--curl-long",
      "-L",
      "-k",
      "-u",
      "a:b",
      "--proxy",
      "http://p:1",
      "--connect-timeout",
      "3",
      "put",
      "a.test",
      "X-A:-b",
      "c=1",
    ], {
      code: 0,
      stdout: "curl \\\n  --request PUT http://a.test/ \\\n  --header 'X-A: -b' \\\n" +
        "  --header 'Accept: application/json, */*;q=0.5' \\\n" +
        "  --header 'Content-Type: application/json' \\\n  --user a:b \\\n" +
        `  --data-raw '{"c":"1"}' \\\n  --location \\\n  --insecure \\\n` +
        "  --connect-timeout 3 \\\n  --proxy http://p:1\n",
    }],
    ...["--http-version=2", "--http2", "--http3", "--style=auto", "--ssl=tls1", "--ciphers=x"].map(
      (word): Row => [`${word} is refused with the reason`, [word, at("/")], {
        code: USAGE,
        stderr: new RegExp(`argument ${word.split("=")[0]}: .{20,}`),
      }],
    ),
  ]);
});

Deno.test("-x, --chunked, --history-print, --format-options", async () => {
  await using bin = await serving(["httpbin"]);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { headers } = request;
    const plain = headers.has("content-encoding")
      ? request.body?.pipeThrough(new DecompressionStream("deflate"))
      : request.body;
    const text = await new Response(plain).text();
    return new Response(
      `${headers.get("content-encoding")} ${headers.get("content-length")} ${
        headers.get("transfer-encoding")
      } ${text}`,
    );
  });
  const mirror = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => new Response(request.body, { headers: { "content-type": "application/json" } }),
  );
  const echo = `http://127.0.0.1:${mirror.addr.port}/`;
  const inflating = `http://127.0.0.1:${server.addr.port}/`;
  const at = (path: string): string => `:${bin.port}${path}`;
  await assertTable([
    ["-xx", ["-xx", inflating, "a=1"], { code: 0, stdout: 'deflate 23 null {"a":"1"}' }],
    ["-xx of a form", ["-xx", "--multipart", inflating, "a=1"], {
      code: 0,
      stdout: /^deflate \d+ null --[^]*name="a"\r\n\r\n1\r\n/,
    }],
    ["-x of what grows by it", ["-x", inflating, "a=1"], {
      code: 0,
      stdout: 'null 9 null {"a":"1"}',
    }],
    ["-x --chunked", ["-x", "--chunked", inflating, `a=${"1".repeat(99)}`], {
      code: 0,
      stdout: /^deflate null chunked \{"a":"1{99}"\}$/,
    }],
    ["-x of standard input", ["-x", inflating], { code: 0, stdout: /^deflate \d+ null z{99}$/ }, {
      stdin: "z".repeat(99),
    }],
    ["-x and its header", ["-x", inflating, "a=1", "Content-Encoding:gzip"], {
      code: USAGE,
      stderr: /--compress sets Content-Encoding/,
    }],
    ["--chunked", ["--chunked", at("/post"), "a=1"], {
      code: 0,
      stdout: /^(?![^]*"Content-Length")[^]*"Transfer-Encoding":"chunked".*"json":\{"a":"1"\}/,
    }],
    ["--chunked multipart", ["--chunked", "--multipart", at("/post"), "a=1"], {
      code: 0,
      stdout: /"form":\{"a":"1"\}/,
    }],
    ["-P", ["-F", "--all", "-P", "H", "-p", "h", at("/redirect/1")], {
      code: 0,
      stdout: /^GET \/redirect\/1 HTTP\/1\.1\n(?:[^\n]+\n)+\nHTTP\/1\.1 200 OK\n(?:[^\n]+\n)+\n$/,
    }],
    ["--all without -P", ["-F", "--all", "-p", "Hh", at("/redirect/1")], {
      code: 0,
      stdout:
        /^GET \/redirect\/1 [^]*?\n\nHTTP\/1\.1 302 [^]*?\n\nGET \/get [^]*?\n\nHTTP\/1\.1 200 /,
    }],
    ["-P with an unknown letter", ["-P", "m", at("/")], {
      code: USAGE,
      stderr: /argument --history-print: "m" is not one of H, B, h, b/,
    }],
    ["json.indent", ["--format-options", "json.indent:4", at("/uuid")], {
      code: 0,
      stdout: /^\{\n {4}"uuid": /,
    }],
    ["json.format", ["--pretty", "all", "--format-options", "json.format:no", at("/uuid")], {
      code: 0,
      // deno-lint-ignore no-control-regex -- the pattern matches colours
      stdout: /^\{\x1b\[34m"uuid"\x1b\[0m:\x1b\[32m"[^\n]+"\x1b\[0m\}$/,
    }],
    ["--pretty colors leaves the form", ["--pretty", "colors", "--raw", '{ "a":1}', echo], {
      code: 0,
      stdout: '{ \x1b[34m"a"\x1b[0m:\x1b[36m1\x1b[0m}',
    }],
    ["invalid --format-options", ["--format-options", "headers.sort:maybe", at("/")], {
      code: USAGE,
      stderr: /"headers\.sort:maybe" is not one of headers\.sort:yes or no, json\.format:yes or no/,
    }],
    ["xml.format:no", ["--format-options", "xml.format:no", "-h", at("/html")], {
      code: 0,
      stdout: /^HTTP/,
    }],
    ["xml.indent", ["--format-options", "xml.indent:2", at("/xml")], {
      code: 0,
      stdout: /\n {2}<slide type="all">\n {4}<title>Round and round<\/title>\n {2}<\/slide>\n/,
    }],
    ["no charset, valid UTF-8", ["--pretty", "format", at("/base64/w6k=")], {
      code: 0,
      stdout: "é",
    }],
    ["-S, a carriage return at the end", ["-S", "--pretty", "format", at("/base64/YQ0=")], {
      code: 0,
      stdout: "a\r",
    }],
    ["no charset, not UTF-8", ["--pretty", "format", at("/base64/Y2Fm6Q==")], {
      code: 0,
      stdout: "café",
    }],
  ]);
  await server.shutdown();
  await mirror.shutdown();
});

Deno.test("--sorted, --unsorted, headers.sort, json.sort_keys", async () => {
  const body = '{"b": {"d": 1, "c": 1.50}, "a": []}';
  await using server = rawServer({
    "/": "HTTP/1.1 200 OK\r\nx-b: 2\r\nContent-Type: application/json\r\nX-A: 1\r\n" +
      `SET-COOKIE: a=1\r\nx-B: 3\r\nConnection: close\r\n\r\n${body}`,
  });
  const url = `${server.url}/`;
  const head = (...lines: string[]): Expected => ({
    code: 0,
    stdout: ["HTTP/1.1 200 OK", ...lines, "", ""].join("\n"),
  });
  const byName = head(
    ...["Connection: close", "Content-Type: application/json", "SET-COOKIE: a=[hidden]"],
    ...["X-A: 1", "X-B: 2", "x-B: 3"],
  );
  const asItCame = head(
    ...["x-b: 2", "Content-Type: application/json", "X-A: 1"],
    ...["SET-COOKIE: a=[hidden]", "x-B: 3", "Connection: close"],
  );
  const sorted = '{\n  "a": [],\n  "b": {\n    "c": 1.50,\n    "d": 1\n  }\n}\n';
  const unsorted = '{\n  "b": {\n    "d": 1,\n    "c": 1.50\n  },\n  "a": []\n}\n';
  const request = ["-p", "H", "--offline", url, "X-Z:1", "X-A:1"];
  const options = (value: string): string[] => ["--format-options", value];
  await assertTable([
    ["a head as ever", ["-h", url], byName],
    ["--sorted", ["-h", "--sorted", url], byName],
    ["headers.sort:true", ["-h", ...options("headers.sort:true"), url], byName],
    ["--unsorted", ["-h", "--unsorted", url], asItCame],
    ["headers.sort:no", ["-h", ...options("headers.sort:no"), url], asItCame],
    ["the last one counts", ["-h", "--unsorted", "--sorted", url], byName],
    [
      "and so does the last value",
      ["-h", "--sorted", ...options("headers.sort:no"), url],
      asItCame,
    ],
    ["a request as it was given", request, {
      code: 0,
      stdout: /\nX-Z: 1\r\nX-A: 1\r\n/,
    }],
    ["a request, sorted", ["--sorted", ...request], {
      code: 0,
      stdout: /\nHost: [^\n]+\nUser-Agent: [^\n]+\nX-A: 1\nX-Z: 1\n/,
    }],
    ["keys", ["--sorted", url], { code: 0, stdout: sorted }],
    ["json.sort_keys", [...options("json.sort_keys:true"), url], { code: 0, stdout: sorted }],
    ["keys, not", ["--pretty", "format", "--unsorted", url], { code: 0, stdout: unsorted }],
    ["keys in a form that stays", ["--pretty", "none", "--sorted", url], { code: 0, stdout: body }],
    ["a pipe gets what came", ["--unsorted", url], { code: 0, stdout: body }],
    ["--no-sorted", ["--sorted", "--no-sorted", url], { code: 0, stdout: body }],
    ["a body that is sent goes out as it was", [
      ...["-p", "B", "--sorted", "--offline", "--raw", '{"b":1,"a":2}'],
      ...[url, "Content-Type:application/json"],
    ], { code: 0, stdout: '{\n  "a": 2,\n  "b": 1\n}\n\n' }],
  ]);
});

Deno.test("lines of JSON are formatted as they arrive", async () => {
  const next = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    const encoder = new TextEncoder();
    let at = 0;
    const pieces = ['{"a":1}\r\n\n{"b"', ":2}\nno json\x1b\n", '{"c":3}'];
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (at === 1) await next.promise; // the first line must be printed before that
        const piece = pieces[at++];
        if (piece === undefined) controller.close();
        else controller.enqueue(encoder.encode(piece));
      },
    }, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
  });
  const [program = "", ...words] = ROUNDTRIP;
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const child = new Deno.Command(program, {
    args: [...words, "--pretty", "format", url],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
  let output = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += piece;
    if (output.includes("}\n\n")) next.resolve();
  }
  clearTimeout(timer);
  assertEquals((await child.status).code, 0);
  assertEquals(output, '{\n  "a": 1\n}\n\n{\n  "b": 2\n}\nno json\x1b\n{\n  "c": 3\n}\n');
  await server.shutdown();
});

Deno.test(
  "a session file given by path sends its secrets only to its own server",
  async () => {
    await using bin = await serving(["httpbin"]);
    await using other = await serving(["httpbin"]);
    await using folder = await tempDir();
    const cwd = folder.path;
    const session = ["--session", "./me.json"];
    const at = (path: string): string => `:${bin.port}${path}`;
    await assertTable([
      ["made", [...session, "-A", "bearer", "-a", "tok", at("/bearer"), "X-Own:kept"], {
        code: 0,
        stdout: /"token":"tok"/,
      }, { cwd }],
      ["used", [...session, at("/headers")], {
        code: 0,
        stdout: /(?=[^]*"Authorization":"Bearer tok")(?=[^]*"X-Own":"kept")/,
      }, { cwd }],
      ["another server", ["--session-read-only", "./me.json", `:${other.port}/headers`], {
        code: 0,
        stdout: /^(?![^]*(?:tok|kept))/,
      }, { cwd }],
      ["--offline changes nothing", [...session, "--offline", at("/"), "X-Own:new"], {
        code: 0,
        stdout: /X-Own: new/,
      }, { cwd }],
      [
        "a header given now counts",
        ["--session-read-only", "./me.json", at("/headers"), "x-own:1"],
        {
          code: 0,
          stdout: /^(?![^]*kept)[^]*"X-Own":"1"/,
        },
        { cwd },
      ],
      ["and is not kept", [...session, at("/headers")], { code: 0, stdout: /"X-Own":"kept"/ }, {
        cwd,
      }],
      ["a header left out", [...session, at("/headers"), "X-Own:"], {
        code: 0,
        stdout: /^(?![^]*kept)/,
      }, { cwd }],
      [
        "a folder that is missing, read only",
        ["--session-read-only", "./no/me.json", at("/uuid")],
        {
          code: 0,
          stdout: /uuid/,
        },
        { cwd },
      ],
    ]);
    const names = await Array.fromAsync(Deno.readDir(cwd), (each) => each.name);
    assertEquals(names.filter((name) => name !== "me.cookies.json"), ["me.json"]);
  },
);

Deno.test("the charset of a text is detected like in browsers", () => {
  const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (each) => each.charCodeAt(0));
  const rows: [name: string, bytes: Uint8Array, charset: string][] = [
    ["nothing", new Uint8Array(0), "utf-8"],
    ["ASCII", latin1("abc"), "utf-8"],
    ["UTF-8", new TextEncoder().encode("é你"), "utf-8"],
    ["UTF-8, cut within a character", new TextEncoder().encode("é你").subarray(0, 4), "utf-8"],
    ["no UTF-8", latin1("caf\xe9 x"), "windows-1252"],
    ["a mark of UTF-16", latin1("\xff\xfea\0"), "utf-16le"],
    ["the other mark", latin1("\xfe\xff\0a"), "utf-16be"],
    ["HTML that says it", latin1('<html><meta charset="koi8-r">\xc1'), "koi8-r"],
    ["HTML 4", latin1('<meta http-equiv=x content="text/html; charset=gbk">\xc4\xe3'), "gbk"],
    ["HTML that says nonsense", latin1("<meta charset=nope>\xe9 x"), "windows-1252"],
  ];
  for (const [name, bytes, charset] of rows) assertEquals(detectCharset(bytes), charset, name);
});

Deno.test("defaults of config.json, and options that cancel them", async () => {
  await using bin = await serving(["httpbin"]);
  await using folder = await tempDir();
  const at = (path: string): string => `:${bin.port}${path}`;
  await Deno.mkdir(`${folder.path}/roundtrip`);
  const path = `${folder.path}/roundtrip/config.json`;
  const env = { XDG_CONFIG_HOME: folder.path };
  const config = async (text: unknown): Promise<void> =>
    await Deno.writeTextFile(path, typeof text === "string" ? text : JSON.stringify(text));
  await config({
    defaults: {
      options: ["--form", "--pretty=format", "--no-check-status"],
      headers: { "X-Team": "web", "User-Agent": "mine" },
    },
  });
  await assertTable([
    ["options", [at("/post"), "a=1"], { code: 0, stdout: /\n {2}"form": \{\n {4}"a": "1"/ }, {
      env,
    }],
    ["--no-form takes one back", ["--no-form", at("/post"), "a=1"], {
      code: 0,
      stdout: /"json": \{\n {4}"a": "1"/,
    }, { env }],
    ["another value", ["--pretty", "none", at("/post"), "a=1"], {
      code: 0,
      stdout: /"form":\{"a":"1"\}/,
    }, { env }],
    ["a switch whose name begins with no-", [at("/status/404")], { code: 0 }, { env }],
    ["and its contrary", ["--check-status", at("/status/404")], { code: 4, stderr: /404/ }, {
      env,
    }],
    ["headers", ["--pretty", "none", at("/headers")], {
      code: 0,
      stdout: /^(?![^]*roundtrip\/)[^]*"User-Agent":"mine".*"X-Team":"web"/,
    }, { env }],
    [
      "a header of one's own counts first, another is left out",
      [
        "--pretty=none",
        at("/headers"),
        "x-team:api",
        "user-agent:",
      ],
      { code: 0, stdout: /^(?![^]*(?:web|mine))[^]*"X-Team":"api"/ },
      { env },
    ],
    ["other subcommands have none", ["tutorial", "--list"], { code: USAGE, stderr: /--list/ }, {
      env,
    }],
  ]);
  const wrong: [text: unknown, message: RegExp][] = [
    ["{", /cannot use .*config\.json: .*JSON/],
    [[], /config\.json: the file is not an object/],
    [{ defaults: { options: "x" } }, /defaults\.options is not a list/],
    [{ defaults: { options: ["get"] } }, /"get" of defaults\.options is not an option/],
    [{ defaults: { options: [1] } }, /1 of defaults\.options is not an option/],
    [{ defaults: { option: [] } }, /defaults has options and headers, not "option"/],
    [{ defaults: { headers: { a: 1 } } }, /the header a is not a string/],
    [{ defaults: { headers: { "a b": "x" } } }, /item 'a b:x': "a b" is not a valid header name/],
    [{ defaults: { options: ["--nope"] } }, /unknown option --nope/],
  ];
  for (const [text, message] of wrong) {
    await config(text);
    const result = await cli([at("/uuid")], { env });
    assertEquals(result.code, USAGE, result.stderr);
    assert(message.test(result.stderr), result.stderr);
  }
  await config({});
  if (!COMPILED) {
    // With the minimal permissions there is no prompt, and no file of the user is read.
    await config({ defaults: { options: ["--form"] } });
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", `--allow-net=localhost:${bin.port}`, "cli/main.ts", at("/post"), "a=1"],
      cwd: ROOT,
      env,
      stdin: "null",
    });
    const { code, stdout, stderr } = await child.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertStringIncludes(new TextDecoder().decode(stdout), '"json":{"a":"1"}');
    await config({});
  }
  assertEquals((await cli(["-q", at("/uuid")], { env })).code, 0);
});
