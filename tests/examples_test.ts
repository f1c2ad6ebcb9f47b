import { assert, assertEquals } from "@std/assert";
import { ROOT, run, start } from "./_process.ts";

// The sections of the tutorial, their examples, and text required in their code; then further
// examples. A section without an example fails, and so does an example without a section.
const NOTES: [section: string, example: string, shows: string[]][] = [
  ["make a request", "0001_request", ["session.get", "params"]],
  ["parameters: an object, pairs, encoded", "0002_parameters", ["{ key1:", '[["key"', '"key=a+b']],
  ["response content, encodings, bytes", "0003_response_content", ['"gbk"', ".read()"]],
  ["JSON requests and custom serializers", "0004_json_requests", ["json:", "jsonSerialize"]],
  ["JSON responses, the mimetype error, custom parsing", "0005_json_responses", [
    "ContentTypeError",
    "contentType:",
    "loads",
  ]],
  ["stream a response into a file", "0006_streaming_responses", ["iterChunked", "Deno.open"]],
  ["post forms, bytes, JSON and text", "0007_posting", [
    "data: {",
    "TextEncoder",
    "json:",
    'data: "text',
    ...["put", "patch", "delete", "head", "options"].map((name) => `session.${name}(`),
  ]],
  ["multipart files and FormBody", "0008_multipart", ["openFile(", "FormBody", "filename"]],
  ["streaming upload", "0009_streaming_uploads", ["new ReadableStream", "onUploadProgress"]],
  ["client WebSockets", "0010_client_websockets", ["wsConnect", "WSMsgType.ERROR", ".exception()"]],
  ["timeouts", "0011_timeouts", ["timeout:", "connect:", "sockConnect:", "sockRead:"]],
  ["sessions, headers and cookies", "0012_sessions", ["headers:", "cookies:"]],
  ["response headers, cookies and redirect history", "0013_response_details", [
    ".headers",
    ".cookies",
    ".history",
  ]],
  ["a simple server", "0014_simple_server", ["web.runApp"]],
  ["the command line", "0015_command_line", ["cli/main.ts serve"]],
  ["handlers and route tables", "0016_route_tables", ["new web.RouteTable", "addRoutes"]],
  ["wildcards", "0017_wildcards", ['web.route("*"', "{path:.*}"]],
  ["variable and regex resources", "0018_variable_resources", ['"/{name}"', "{id:\\\\d+}"]],
  ["named resources and URL building", "0019_named_resources", ["name:", "urlFor("]],
  ["listing resources", "0020_listing_resources", [".resources()", "log(resource"]],
  ["handler classes", "0021_handler_classes", ["class ", "@routes.get("]],
  ["class-based views", "0022_class_based_views", ["extends web.View", ".view("]],
  ["JSON replies", "0023_json_replies", ["jsonResponse"]],
  ["encrypted sessions", "0024_encrypted_sessions", ["EncryptedCookieStorage"]],
  ["HTML forms by GET and POST", "0025_html_forms", ["<form", ".query", ".post()"]],
  ["file upload, small", "0026_small_uploads", [".post()", "new Response(file"]],
  ["file upload, large", "0027_large_uploads", [
    ".multipart(",
    "reader.next()",
    "decode: true",
    "readChunk(",
  ]],
  ["server WebSockets", "0028_server_websockets", [
    "WebSocketResponse",
    "WSMsgType.ERROR",
    ".exception()",
  ]],
  ["redirects by URL and by route name", "0029_redirects", ['HTTPFound("', "urlFor("]],
];
const BEYOND: [section: string, example: string, shows: string[]][] = [
  ["middlewares", "0030_middlewares", ["middlewares"]],
  ["sub-applications", "0031_subapplications", ["addSubapp"]],
  ["lifecycle", "0032_lifecycle", ["cleanupCtx", "onStartup", "onShutdown", "onCleanup"]],
  ["static files", "0033_static_files", ["web.static("]],
  ["server-sent events", "0034_server_sent_events", ["sseResponse", "events()"]],
  ["retries", "0035_retries", ["retry"]],
  ["validation", "0036_validation", ["web.validate("]],
  ["testing", "0037_testing", ["Deno.test("]],
  ["Hono middleware", "0038_hono_middleware", ["fromHono("]],
  ["behind a proxy", "0039_behind_a_proxy", ["x-forwarded-for"]],
  ["OpenAPI", "0040_openapi", ["response:", "web.openapiRoutes("]],
  ["a typed client", "0041_typed_client", ["typedClient<Api>", "type Api = typeof routes"]],
  ["groups and values", "0042_groups_and_values", ["prefix:", "addRoutes(", "web.provide("]],
  ["guards", "0043_guards", ["web.rateLimit(", "web.auth("]],
  ["work again and again", "0044_every", ["app.every(", "request.after("]],
  ["metrics", "0045_metrics", ["web.metrics("]],
  ["errors while developing", "0046_debug", ["debug, logger"]],
  ["resumable uploads", "0047_resumable_uploads", ["web.tusUploads(", "session.upload("]],
];

const PRINTS = "\n// Prints:\n";

interface Example {
  readonly text: string;
  /** The command on its first line. */
  readonly command: readonly string[];
  /** Its documented output, `null` for servers and tests. */
  readonly prints: string | null;
}

async function read(name: string): Promise<Example> {
  const text = await Deno.readTextFile(new URL(`examples/${name}.ts`, ROOT));
  const [first = ""] = text.split("\n");
  const [, program = "", ...args] = first.split(" ");
  const at = text.indexOf(PRINTS);
  return {
    text,
    command: [program === "deno" ? Deno.execPath() : program, ...args],
    prints: at < 0 ? null : text.slice(at + PRINTS.length).replaceAll(/^\/\/ ?/gm, ""),
  };
}

Deno.test("comments of every example are in English and in Chinese", async () => {
  for (const [section, name] of [...NOTES, ...BEYOND]) {
    const [code = ""] = (await read(name)).text.split(/\n\/\/ (?:1 p|P)rints:\n/);
    // Comments on lines of their own, in blocks; the first has the command on top.
    const blocks = code.match(/(?:^ *\/\/ .*\n)+/gm) ?? [];
    for (const block of blocks) {
      assert(/\p{Script=Han}/u.test(block), `${section}: no Chinese beside ${block}`);
    }
  }
});

/** Lines without trailing whitespace, which a comment cannot contain. */
const trimmed = (text: string): string => text.replaceAll(/[ \t]+$/gm, "").trimEnd();

Deno.test("every section has its example, and every example a section", async () => {
  const files: string[] = [];
  for await (const { name, isFile } of Deno.readDir(new URL("examples/", ROOT))) {
    if (isFile) files.push(name);
  }
  const listed = [...NOTES, ...BEYOND].map(([, example]) => `${example}.ts`);
  assertEquals(files.sort(), listed.sort());
  const notes = await Deno.readTextFile(new URL("docs/notes.md", ROOT));
  assertEquals(
    [...notes.matchAll(/examples\/(\w+\.ts)\)/g)].map(([, file]) => file),
    listed.sort(),
  );
});

Deno.test("every example contains the code of its section", async () => {
  for (const [section, name, shows] of [...NOTES, ...BEYOND]) {
    const [code = ""] = (await read(name)).text.split(PRINTS);
    for (const words of shows) assert(code.includes(words), `${section}: no ${words} in ${name}`);
  }
});

Deno.test("every example is short, and its first line has minimal permissions", async () => {
  for (const [section, name] of [...NOTES, ...BEYOND]) {
    const { text, command } = await read(name);
    // The first is the tutorial's whole program with its four clients.
    const lines = text.split("\n").filter((line) => !/^ *\/\/ .*\p{Script=Han}/u.test(line));
    if (name !== "0001_request") assert(lines.length <= 65, `${section}: too long`);
    assert(["run", "serve", "test"].includes(command[1] ?? ""), `${section}: ${command.join(" ")}`);
    assert(
      command.some((word) => word.split(":")[0] === `examples/${name}.ts`),
      `${section}: ${command.join(" ")}`,
    );
    for (const word of command.slice(2)) {
      assert(
        !word.startsWith("--allow") && word !== "-A" ||
          /^--allow-(net|read|write|env)=[\w.,/:]+$|^--allow-write$/.test(word),
        `${section}: ${word} allows too much`,
      );
    }
  }
});

// 0001 has a test of its own, e2e/example_0001_test.ts.
const ALONE = [...NOTES, ...BEYOND].filter(([, name]) => name !== "0001_request");

Deno.test("every example prints its documented output", async (t) => {
  for (const [section, name] of ALONE) {
    const { command, prints } = await read(name);
    if (prints === null) continue;
    await t.step({
      name: `${section}: ${name}`,
      fn: async () => {
        const { code, stdout, stderr } = await run(command);
        assertEquals(code, 0, stderr);
        assertEquals(trimmed(stdout), trimmed(prints));
      },
    });
  }
});

Deno.test("the example of a simple server serves until it is stopped", async () => {
  const { command, prints } = await read("0014_simple_server");
  assertEquals(prints, null);
  assertEquals(command.at(-1), "8080");
  await using server = start([...command.slice(0, -1), "0"]);
  const [url = ""] = await server.waitFor(/http:\/\/localhost:\d+/);
  for (const [path, text] of [["/", "hello, world"], ["/ann", "hello, ann"]]) {
    assertEquals(await (await fetch(`${url}${path}`)).text(), text);
  }
  server.child.kill("SIGTERM");
  assertEquals(await server.exitCode(), 0);
});

Deno.test("the example of the command line serves, and makes applications of arguments", async () => {
  const { command } = await read("0015_command_line");
  const module = "examples/0015_command_line.ts";
  assertEquals(command.slice(-2), [`${module}:initFunc`, "hi"]);
  const onAnyPort = command.map((word) => word === "8080" ? "0" : word);
  const deno = [Deno.execPath(), "serve", "--host", "localhost", "--port", "0", module];
  for (const [greeting, words] of [["hi", onAnyPort], ["hello", deno]] as const) {
    await using server = start(words);
    const [url = ""] = await server.waitFor(/http:\/\/[\w.:[\]]+\d/);
    assertEquals(await (await fetch(new URL("/ann", url))).text(), `${greeting}, ann`);
  }
});

Deno.test("the example of testing is a test that passes", async () => {
  const { command: [deno = "", verb = "", ...rest] } = await read("0037_testing");
  assertEquals(verb, "test");
  // Its types are checked with those of all files.
  const { code, stdout, stderr } = await run([deno, verb, "--no-check", ...rest]);
  assertEquals(code, 0, stdout + stderr);
  assert(stdout.includes("ok | 4 passed | 0 failed"), stdout);
});
