/**
 * Formatting of bodies.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { assertTable, cli, type Expected, rawServer, type RunOptions, tempDir } from "./_cli.ts";

type Row = readonly [name: string, args: readonly string[], Expected, RunOptions?];

function reply(type: string, body: string | Uint8Array, ...more: string[]): string {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const head = ["HTTP/1.1 200 OK", `Content-Length: ${bytes.length}`, ...more, "Connection: close"];
  if (type !== "") head.push(`Content-Type: ${type}`);
  return `${head.join("\r\n")}\r\n\r\n${String.fromCharCode(...bytes)}`;
}

function utf16(text: string, bigEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, !bigEndian);
  for (let at = 0; at < text.length; at++) {
    view.setUint16(2 + at * 2, text.charCodeAt(at), !bigEndian);
  }
  return bytes;
}

Deno.test("response bodies are formatted by content, even with a wrong type", async () => {
  const json = '{"a":[1,2]}';
  const shown = '{\n  "a": [\n    1,\n    2\n  ]\n}\n';
  await using server = rawServer({
    "/text": reply("text/plain", json),
    "/script": reply("application/javascript", json),
    "/typeless": reply("", json),
    "/guarded": reply("application/json", `)]}',\n${json}`),
    "/guarded-line": reply("application/json", `while(1);${json}`),
    "/guarded-text": reply("text/plain", `)]}'\n${json}`),
    "/no-json": reply("text/plain", "[12:00] hello"),
    "/escapes": reply("application/json", '{"\\u4f60":"\\ud83e\\udd95\\u0000\\u202e\\"\\\\u0041"}'),
    "/xml": reply(
      "application/xml",
      '<?xml version="1.0"?><a><b c="1>2"/><d>t <i>x</i></d><e></e><!--n--></a>',
    ),
    "/svg": reply("image/svg+xml", "<svg><g><path/></g></svg>"),
    "/no-xml": reply("text/xml", "<a><b></a>"),
    "/utf16le": reply("application/json", utf16('{"é":1}', false)),
    "/utf16be": reply("text/plain", utf16("Grüße", true)),
    "/utf8-mark": reply("application/json; charset=utf-8", `\ufeff${json}`),
    "/repeated": reply(
      "text/plain",
      "",
      "X-One: 1",
      "x-two: \u00c3\u00bc",
      "Set-Cookie: b=1",
      "Set-Cookie: a=2",
      "X-One: 0",
    ),
  });
  const at = (path: string): string => `${server.url}${path}`;
  const form = ["--pretty", "format"];
  const rows: Row[] = [
    ...["text", "script", "typeless", "utf8-mark"].map((path): Row => [
      path,
      [...form, at(`/${path}`)],
      { code: 0, stdout: shown },
    ]),
    ["guarded", [...form, at("/guarded")], { code: 0, stdout: `)]}',\n${shown}` }],
    ["guarded text", [...form, at("/guarded-text")], { code: 0, stdout: `)]}'\n${shown}` }],
    ["guarded on its line", [...form, at("/guarded-line")], {
      code: 0,
      stdout: `while(1);${shown}`,
    }],
    ["text that begins as JSON", [...form, at("/no-json")], { code: 0, stdout: "[12:00] hello\n" }],
    ["escapes are letters, where a letter can stand", [...form, at("/escapes")], {
      code: 0,
      stdout: '{\n  "你": "🦕\\u0000\\u202e\\"\\\\u0041"\n}\n',
    }],
    ["XML", [...form, at("/xml")], {
      code: 0,
      stdout:
        '<?xml version="1.0"?>\n<a>\n  <b c="1>2"/>\n  <d>t <i>x</i></d>\n  <e></e>\n  <!--n-->\n</a>\n',
    }],
    ["SVG", [...form, at("/svg")], {
      code: 0,
      stdout: "<svg>\n  <g>\n    <path/>\n  </g>\n</svg>\n",
    }],
    ["no XML", [...form, at("/no-xml")], { code: 0, stdout: "<a><b></a>\n" }],
    ["XML, not", [...form, "--format-options", "xml.format:no", at("/svg")], {
      code: 0,
      stdout: "<svg><g><path/></g></svg>\n",
    }],
    ["UTF-16, little end first", [...form, at("/utf16le")], {
      code: 0,
      stdout: '{\n  "é": 1\n}\n',
    }],
    ["UTF-16, big end first", [...form, at("/utf16be")], { code: 0, stdout: "Grüße" }],
    ["a pipe gets what came", [at("/text")], { code: 0, stdout: json }],
    ["headers that repeat, and UTF-8 in one", ["-h", "--show-secrets", at("/repeated")], {
      code: 0,
      stdout: "HTTP/1.1 200 OK\nConnection: close\nContent-Length: 0\nContent-Type: text/plain\n" +
        "Set-Cookie: b=1\nSet-Cookie: a=2\nX-One: 1\nX-One: 0\nX-Two: ü\n\n",
    }],
  ];
  await assertTable(rows);
});

Deno.test("request bodies are shown, files and forms too", async () => {
  await using folder = await tempDir();
  const options = { cwd: folder.path };
  await Deno.writeTextFile(`${folder.path}/a.json`, '{"n": 1}');
  await Deno.writeFile(`${folder.path}/bin`, new Uint8Array([1, 0, 2]));
  await Deno.writeFile(`${folder.path}/big5`, new Uint8Array([0xa8, 0xf7, 0xad, 0xba]));
  await Deno.writeTextFile(`${folder.path}/big.txt`, "x".repeat(200_000));
  const form = ["--offline", "--pretty", "format", "-p", "B", ":1"];
  await assertTable([
    [
      "text, in the charset that is named",
      [
        ...form,
        "Content-Type:text/plain; charset=big5",
        "@big5",
      ],
      { code: 0, stdout: "卷首\n\n" },
      options,
    ],
    ["a file of JSON", [...form, "@a.json"], { code: 0, stdout: '{\n  "n": 1\n}\n\n' }, options],
    ["a form with files", [...form, "-f", "name=Ada", "f@a.json", "g@bin"], {
      code: 0,
      stdout:
        /name="name"[^]*\r\n\r\nAda\r\n[^]*name="f"; filename="a\.json"[^]*\{"n": 1\}\r\n[^]*filename="bin"[^]*\r\n\r\n\[binary data, not shown\]\r\n--[^\n]*--\r\n\n\n$/,
    }, options],
    ["a big file, its start", [...form, "@big.txt"], {
      code: 0,
      stdout:
        /^x{65000,}\n\[the first 65\.5 kB of 200\.0 kB; the rest is sent and not shown\]\n\n$/,
    }, options],
  ]);
});

Deno.test("--offline prints a message into a pipe that can be sent", async () => {
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/big.txt`, "x".repeat(200_000));
  const rows: (readonly [args: readonly string[], request: RegExp])[] = [
    [["a=1"], /^POST \/p HTTP\/1\.1\r\n(?:[^\r\n]+\r\n)+\r\n\{"a":"1"\}$/],
    [["@big.txt"], /^POST \/p HTTP\/1\.1\r\n(?:[^\r\n]+\r\n)+\r\nx{200000}$/],
    [["--chunked", "a=1"], /\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n\{"a":"1"\}\r\n0\r\n\r\n$/],
    [[], /^GET \/p HTTP\/1\.1\r\n(?:[^\r\n]+\r\n)+\r\n$/],
  ];
  await assertTable(rows.map(([args, stdout]) => [
    args.join(" "),
    ["--offline", ":1/p", ...args],
    { code: 0, stdout },
    { cwd: folder.path },
  ]));
});

Deno.test("a body too large to indent is reported", async () => {
  const text = `[${"1,".repeat(9_000_000)}1]`; // 18 MB
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(text, { headers: { "content-type": "application/json" } }),
  );
  const { code, stdout, stderr } = await cli([
    "--pretty",
    "format",
    `http://127.0.0.1:${server.addr.port}`,
  ]);
  assertEquals([code, stderr], [
    0,
    "roundtrip: warning: the body is larger than 16.8 MB: not indented\n",
  ]);
  assert(stdout === text, "as it came");
});
