import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT } from "../_process.ts";
import { hasProgram, ROUNDTRIP, serving } from "./_cli.ts";

/**
 * Runs the command in a pseudo-terminal; each line is typed once the text before it has come. Gives
 * the exit code and all that the terminal got.
 */
async function inTerminal(
  args: readonly string[],
  typed: readonly (readonly [after: string, line: string])[] = [],
): Promise<{ code: number; output: string }> {
  const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  const command = [...ROUNDTRIP, ...args].map(quote).join(" ");
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", command, "/dev/null"],
    cwd: ROOT,
    env: { TERM: "xterm" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const lines = [...typed];
  let output = "";
  const decoder = new TextDecoder();
  for await (const piece of child.stdout) {
    output += decoder.decode(piece, { stream: true });
    const [next] = lines;
    if (next === undefined || !output.includes(next[0])) continue;
    lines.shift();
    await writer.write(new TextEncoder().encode(`${next[1]}\n`));
  }
  const { code } = await child.status;
  await child.stderr.cancel();
  await writer.close().catch(() => {});
  return { code, output: output.replaceAll("\r\n", "\n") };
}

const ignore = !await hasProgram("script");

Deno.test({
  name: "on a terminal requests print headers and body, coloured and indented",
  ignore,
  fn: async () => {
    await using bin = await serving(["httpbin"]);
    const { code, output } = await inTerminal([`:${bin.port}/json`]);
    assertEquals(code, 0, output);
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    assertMatch(output, /^HTTP\/1\.1 \x1b\[32m200 OK\x1b\[0m\n/);
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    assertMatch(output, /\n\{\n {2}\x1b\[34m"slideshow"\x1b\[0m: \{\n/);
    const failed = await inTerminal([`:${bin.port}/status/404`]);
    assertEquals(failed.code, 4);
    assert(!failed.output.includes("warning"), failed.output);
  },
});

Deno.test({
  name: "on a terminal nothing of a server is obeyed, and binary bodies are not dumped, L",
  ignore,
  fn: async () => {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/sse") {
        return new Response("event: a\x1b]0;x\x07\nid: \x9b1\ndata: b\x1b[2J\n\n", {
          headers: { "content-type": "text/event-stream" },
        });
      }
      if (pathname === "/binary") return new Response(new Uint8Array([0, 1, 2, 27, 93]));
      const type = pathname === "/json" ? "application/json" : "text/plain";
      const body = pathname === "/json" ? '{"a":"\x9b31m\u202e"}' : "x\x1b]0;owned\x07\x9b2Jy\n";
      return new Response(body, { headers: { "content-type": type, "x-name": "caf\xe9\x9b31m" } });
    });
    const url = `http://127.0.0.1:${server.addr.port}`;
    const text = await inTerminal([`${url}/text`]);
    assertStringIncludes(text.output, "x\\x1b]0;owned\\x07\\x9b2Jy");
    const json = await inTerminal([`${url}/json`]);
    assertStringIncludes(json.output, "\\u009b31m\\u202e");
    const events = await inTerminal([`${url}/sse`]);
    assertStringIncludes(events.output, "event: a\\x1b]0;x\\x07\n");
    for (const { output } of [text, json, events]) {
      // deno-lint-ignore no-control-regex -- control characters are what is looked for
      assert(!/\x1b\]|\x07|\x9b/.test(output), JSON.stringify(output));
    }
    const binary = await inTerminal([`${url}/binary`]);
    assertStringIncludes(binary.output, "NOTE: binary data not shown in terminal");
    await server.shutdown();
  },
});

Deno.test({
  name: "on a terminal ws prompts, sends lines and knows commands",
  ignore,
  fn: async () => {
    await using bin = await serving(["httpbin"]);
    const { code, output } = await inTerminal(["ws", `:${bin.port}/websocket/echo`], [
      ["connected", "hello"],
      ["< \x1b[0mhello", "/help"],
      ["commands:", "//slash"],
      ["< \x1b[0m/slash", "/quit"],
    ]);
    assertStringIncludes(output, "hello");
    assertStringIncludes(output, "commands: /ping, /close [CODE], /quit");
    assertEquals(code, 0, output);
  },
});
