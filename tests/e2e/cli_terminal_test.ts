import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cli, OLD, rawServer, serving, tempDir } from "./_cli.ts";
import { inTerminal, terminalTest } from "./_terminal.ts";

/** Sequences that set a title, clear the screen or fake input; not colours. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const OBEYED = /\x1b(?!\[(?:\d*m|K))|\x07|[\x80-\x9f\u202a-\u202e]/;

/** Runs the command to its end. */
async function shown(
  args: readonly string[],
  cwd?: string,
): Promise<{ code: number; output: string }> {
  await using terminal = inTerminal(args, cwd === undefined ? {} : { cwd });
  return await terminal.end();
}

terminalTest("on a terminal headers and body are printed, coloured and indented", async () => {
  await using bin = await serving(["httpbin"]);
  const { code, output } = await shown([`:${bin.port}/json`]);
  assertEquals(code, 0, output);
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assertMatch(output, /^HTTP\/1\.1 \x1b\[32m200 OK\x1b\[0m\n\x1b\[36m/);
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assertMatch(output, /\n\n\{\n {2}\x1b\[34m"slideshow"\x1b\[0m: \{\n {4}\x1b\[34m"title"/);
  const piped = await cli([`:${bin.port}/json`]);
  assertEquals(piped.stdout, '{"slideshow":{"title":"Sample","slides":[{"n":1}]}}');
  // The status has been printed, so no warning repeats it.
  const failed = await shown([`:${bin.port}/status/404`]);
  assertEquals(failed.code, 4);
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assertMatch(failed.output, /^HTTP\/1\.1 \x1b\[31m404 Not Found/);
  assert(!failed.output.includes("warning"), failed.output);
});

terminalTest("NO_COLOR takes the colours off a terminal, not the form", async () => {
  await using bin = await serving(["httpbin"]);
  await using terminal = inTerminal([`:${bin.port}/json`], { env: { NO_COLOR: "1" } });
  const { output } = await terminal.end();
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assertMatch(output, /^HTTP\/1\.1 200 OK\n[^\x1b]*\n\n\{\n {2}"slideshow": \{\n[^\x1b]*$/);
});

terminalTest(
  "a binary body is not dumped on a terminal, and comes whole in a pipe",
  async () => {
    const head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n";
    await using server = rawServer({ "/": `${head}\x00\x01\x02\x1b]` });
    const { code, output } = await shown([`${server.url}/`]);
    assertEquals(code, 0, output);
    assertStringIncludes(
      output,
      "\n+-----------------------------------------+\n" +
        "| NOTE: binary data not shown in terminal |\n" +
        "+-----------------------------------------+\n",
    );
    assert(!output.includes("\x00"), JSON.stringify(output));
    assertEquals((await cli([`${server.url}/`])).stdout, "\x00\x01\x02\x1b]");
  },
);

terminalTest("nothing of a server is obeyed by a terminal", async () => {
  const reply = (type: string, body: string, more = ""): string =>
    `HTTP/1.1 200 O\x9bK\r\nContent-Type: ${type}\r\nConnection: close\r\n` +
    `X-Own: caf\xe9\x9b31m\r\n${more}\r\n${body}`;
  await using server = rawServer({
    "/text": reply("text/plain", "x\x1b]0;owned\x07\xc2\x9b2Jy\rz\n"),
    "/json": reply("application/json", '{"a\xc2\x9b":"\xc2\x9b31m\xe2\x80\xae"}'),
    "/broken": reply("application/json", '{"a\x1b[2J'),
    "/sse": reply("text/event-stream", "event: a\x1b]0;x\x07\nid: \x1b[1\ndata: b\x1b[2J\n\n"),
    "/head": reply("text/plain", "x", "X-More: \x1b[2J\r\n"),
    "/reason": "HTTP/1.1 200 O\x1b]0;owned\x07K\r\nConnection: close\r\n\r\nx",
    "/moved": "HTTP/1.1 302 F\x9b2Jound\r\nLocation: x://\x9b2J\r\n" +
      "Content-Length: 0\r\nConnection: close\r\n\r\n",
    "/none": "\x1b]0;owned\x07 no HTTP at all\r\n\r\n",
    "/file": "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n" +
      "Content-Disposition: attachment; filename*=UTF-8''a%1B%5D0%3Bx%07%C2%9B.txt\r\n\r\nx",
    "/cut": "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n" +
      'Content-Disposition: attachment; filename="b\x9b2J.txt"\r\n\r\nx',
  });
  await using folder = await tempDir();
  const rows: [args: string[], code: number, text: string][] = [
    [["/text"], 0, "x\\x1b]0;owned\\x07\\x9b2Jy\\x0dz"],
    [["/json"], 0, "\\u009b31m\\u202e"],
    [["/broken"], 0, '{"a\\x1b[2J'],
    [["/sse"], 0, "event: a\\x1b]0;x\\x07\n"],
    [["-v", "/text"], 0, "X-Own"],
    [["--pretty", "none", "/text"], 0, "x\\x1b]0;owned\\x07"],
    [["-S", "/text"], 0, "x\\x1b]0;owned\\x07"],
    [["-F", "/moved"], 1, "error: "],
    [["/moved"], 3, "302"],
    [["/none"], 1, "its reply is not HTTP"],
    [["/head"], 1, 'a header holds a control character: "X-More: \\x1b[2J"'],
    [["/reason"], 1, '"HTTP/1.1 200 O\\x1b]0;owned\\x07K"'],
    [["-d", "/file"], 0, "saved to a_]0;x__.txt"],
    [["-d", "/cut"], 1, "not completed"],
    [["--offline", "/x", "a=\x1b[2J"], 0, "\\u001b[2J"],
    [["--offline", "/x", "X-Own:\x1b[31m"], 64, "item 'X-Own:\\x1b[31m'"],
    [["--offline", "--raw", "\x1b]0;x\x07", "/x"], 0, "\\x1b]0;x\\x07"],
    [["/text", "\x1b[2J"], 64, "item '\\x1b[2J'"],
  ];
  for (const [words, code, text] of rows) {
    const args = words.map((word) => word.startsWith("/") ? server.url + word : word);
    const result = await shown(args, folder.path);
    const what = `${args.join(" ")}: ${JSON.stringify(result.output)}`;
    assertEquals(result.code, code, what);
    assertStringIncludes(result.output, text, what);
    assert(!OBEYED.test(result.output), what);
  }
});

terminalTest("a download on a terminal has a progress bar", async () => {
  let isSeen = false;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    let left = 2_000_000;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (left === 0) return controller.close();
        // The second half comes in small pieces until the bar was seen.
        const isSlow = left <= 1_000_000 && !isSeen;
        if (isSlow) await new Promise((resolve) => setTimeout(resolve, 20));
        const size = Math.min(left, isSlow ? 100 : 500_000);
        left -= size;
        controller.enqueue(new Uint8Array(size));
      },
    }, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-length": "2000000" } });
  });
  await using folder = await tempDir();
  await using terminal = inTerminal(["-d", `http://127.0.0.1:${server.addr.port}/a.bin`], {
    cwd: folder.path,
  });
  await terminal.waitFor("Downloading 2.00 MB to a.bin");
  await terminal.waitFor("\r\x1b[K");
  await terminal.waitFor("% [");
  await terminal.waitFor("of 2.00 MB, ");
  await terminal.waitFor("B/s");
  await terminal.waitFor(" s left");
  isSeen = true;
  const { code, output } = await terminal.end();
  assertEquals(code, 0, output);
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assertMatch(output, /\r\x1b\[K *\d+ % \[#*\.+\] \d+.* of 2\.00 MB, .*B\/s, \d+ s left/);
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assertMatch(output, /\r\x1b\[KDone\. 2\.00 MB in \d+\.\d s \(.*\/s\), saved to a\.bin\n$/);
  assertEquals((await Deno.stat(`${folder.path}/a.bin`)).size, 2_000_000);
  const piped = await cli(["-d", "-o", "b.bin", `http://127.0.0.1:${server.addr.port}/a.bin`], {
    cwd: folder.path,
  });
  assert(!piped.stderr.includes("\r"), piped.stderr);
  await server.shutdown();
});

terminalTest("-a USER asks for the password and does not show it", async () => {
  await using bin = await serving(["httpbin"]);
  const args = ["-b", "-a", "ada", `:${bin.port}/basic-auth/ada/geheim`];
  await using terminal = inTerminal(args);
  await terminal.waitFor("Password for ada: ");
  await terminal.type("gehx\x7feim\r");
  const { code, output } = await terminal.end();
  assertEquals(code, 0, output);
  assertStringIncludes(output, "authenticated");
  assert(!output.includes("geheim") && !output.includes("gehx"), output);
  // Ctrl-C at the prompt.
  await using given = inTerminal(args);
  await given.waitFor("Password for ada: ");
  await given.type("ge\x03");
  assertEquals((await given.end()).code, 130);
});

terminalTest("Ctrl-C ends requests, ws and ws -s with 130", async () => {
  await using bin = await serving(["httpbin"]);
  const rows: [name: string, args: string[], ready: string][] = [
    ["a request that waits", ["-v", "-I", `:${bin.port}/delay/9`], " /delay/9"],
    ["a stream", ["-S", `:${bin.port}/sse?count=99&duration=9`], "event: ping"],
    ["ws", ["ws", `:${bin.port}/websocket/echo`], "> "],
    ["ws --reconnect", ["ws", "--reconnect", `:${bin.port}/websocket/echo`], "> "],
    ["ws --no-close", ["ws", "-n", `:${bin.port}/websocket/echo`], "> "],
    ["ws -s", ["ws", "-s", "0"], "Running on ws://localhost:"],
  ];
  for (const [name, args, ready] of rows) {
    await using terminal = inTerminal(args);
    await terminal.waitFor(ready);
    await terminal.type("\x03");
    const { code, output } = await terminal.end();
    assertEquals(code, 130, `${name}: ${JSON.stringify(output)}`);
    assert(!/error|\n {4}at /.test(output), `${name}: ${output}`);
  }
});

terminalTest("on a terminal ws prompts, sends lines and knows commands", async () => {
  await using bin = await serving(["httpbin"]);
  await using terminal = inTerminal(["ws", `:${bin.port}/websocket/echo`]);
  const talk: [typed: string, answer: string][] = [
    ["hello", "< \x1b[0mhello"],
    ["/help", "commands: /ping [TEXT], /close [CODE], /quit; //x sends /x"],
    ["//slash", "< \x1b[0m/slash"],
    ["/ping", "pong in "],
    ["/ping to you", 'pong "to you" in '],
    ["/close 999", "a code is 1000, or 3000 to 4999"],
    ["/nonsense", "commands: "],
    ["\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A", "< \x1b[0m/slash"], // arrow up: the previous line
  ];
  await terminal.waitFor("connected");
  await terminal.waitFor("> ");
  for (const [typed, answer] of talk) {
    await terminal.type(`${typed}\r`);
    await terminal.waitFor(answer);
  }
  await terminal.type("/quit\r");
  const { code, output } = await terminal.end();
  assertEquals(code, 0, JSON.stringify(output));
});

terminalTest("ws on a terminal: what the server says is shown, never obeyed, 1c L", async () => {
  const closed = Promise.withResolvers<number>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => {
      socket.send("a\x1b]0;owned\x07\x9b2J\u202eb");
      socket.send(new Uint8Array([27, 93]));
      socket.send('{"k":"\x9b"}');
    };
    socket.onclose = ({ code }) => closed.resolve(code);
    return response;
  });
  const url = `ws://127.0.0.1:${server.addr.port}/`;
  await using terminal = inTerminal(["ws", "-j", url]);
  await terminal.waitFor("a\\x1b]0;owned\\x07\\x9b2J\\u202eb");
  await terminal.waitFor("[binary message, 2 bytes]");
  await terminal.waitFor('"k"\x1b[0m: ');
  await terminal.type("/close 3001\r");
  const { code, output } = await terminal.end();
  assertEquals(code, 0, output);
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  const own = output.replaceAll(/\x1b\[(?:\d+[GmABCD]|0?[JK])/g, ""); // of the line editor
  assert(!OBEYED.test(own), JSON.stringify(output));
  if (!OLD) assertEquals(await closed.promise, 3001);
  await server.shutdown();
});

terminalTest("ws on a terminal ends when the server closes, even while typing", async () => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = () => socket.close(4001);
    return response;
  });
  await using terminal = inTerminal(["ws", `ws://127.0.0.1:${server.addr.port}/`]);
  await terminal.waitFor("> ");
  await terminal.type("bye\rhalf a li");
  const { code, output } = await terminal.end();
  assertEquals(code, 3, JSON.stringify(output));
  assertStringIncludes(output, "the server closed, 4001");
  await server.shutdown();
});

terminalTest("ws -s on a terminal sends typed lines to everyone", async () => {
  await using terminal = inTerminal(["ws", "-s", "0"]);
  await terminal.waitFor("Running on ws://localhost:");
  await terminal.waitFor("(Press CTRL+C to quit)");
  const [, port = ""] = /localhost:(\d+)/.exec(terminal.output()) ?? [];
  await using member = inTerminal(["ws", `:${port}/`]);
  await member.waitFor("connected");
  await terminal.type("to everyone\r");
  await member.waitFor("< \x1b[0mto everyone");
  await member.type("back\r");
  await terminal.waitFor("< \x1b[0mback");
  await terminal.type("/nonsense\r//slash\r");
  await terminal.waitFor("commands: /quit; //x sends /x");
  await member.waitFor("< \x1b[0m/slash");
  await terminal.type("/quit\r");
  await member.waitFor("the server closed, 1001");
  assertEquals((await member.end()).code, 0);
  assertEquals((await terminal.end()).code, 0);
});
