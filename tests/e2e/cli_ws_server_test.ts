import { assertEquals, assertRejects } from "@std/assert";
import { ClientSession } from "../../client/mod.ts";
import { parseArgs } from "../../cli/args/parse_args.ts";
import { ws } from "../../cli/specs/ws.ts";
import { UsageError } from "../../cli/errors/errors.ts";
import { run } from "../../cli/ws/command.ts";
import { assertTable, OLD, startCli } from "./_cli.ts";

Deno.test("ws -s checks credentials, subprotocol, origin and message size", async () => {
  await using server = startCli([
    ...["ws", "-s", "0", "--auth", "ada:secret", "--protocol", "chat", "--max-size", "100"],
    ...["--origin", "https://a.example", "--ping-interval", "60"],
  ]);
  const [, port = ""] = await server.waitFor(/Running on ws:\/\/localhost:(\d+)/);
  const one = ["ws", "-1", "--ignore-netrc", `:${port}/`];
  const ada = ["-a", "ada:secret"];
  const hi = { stdin: "hi\n" };
  await assertTable([
    ["no credentials", one, { code: 4, stderr: /401/ }, hi],
    ["a wrong password", [...one, "-a", "ada:other"], { code: 4, stderr: /401/ }, hi],
    ["plain HTTP", ["--ignore-netrc", `:${port}/`], {
      code: 4,
      stdout: /401/,
      stderr: /401/,
    }],
    ["credentials", [...one, ...ada], { code: 0, stdout: "hi\n" }, hi],
    ["its origin", [...one, ...ada, "--origin", "https://a.example"], {
      code: 0,
      stdout: "hi\n",
    }, hi],
    ["another origin", [...one, ...ada, "--origin", "https://b.example"], {
      code: 4,
      stderr: /403/,
    }, hi],
    ["too long", [...one, ...ada], { code: 3 }, { stdin: "x".repeat(101) }],
  ]);
  await using session = new ClientSession();
  await using socket = await session.wsConnect(`ws://localhost:${port}/`, {
    // Deno 2.4 sets a protocol only if it is offered with a space, as browsers do.
    protocols: OLD ? ["chat"] : ["other", "chat"],
    headers: { authorization: `Basic ${btoa("ada:secret")}` },
  });
  assertEquals(socket.protocol, "chat");
});

Deno.test("ws -s --base64 sends bytes, and names an invalid line", async () => {
  await assertTable([
    ["no base64", ["ws", "-s", "0", "--base64", "-x", "***"], {
      code: 1,
      stderr: /a line of the input is not valid base64: \*\*\*/,
    }],
  ]);
});

Deno.test("ws -s refuses options for connecting by name", async () => {
  const rows: [args: string[], message: RegExp][] = [
    [["--verify", "no"], /--verify/],
    [["-k"], /--verify/],
    [["--cert", "c.pem"], /--cert/],
    [["--cert-key", "k.pem"], /--cert-key/],
    [["--proxy", "http://p:1"], /--proxy/],
    [["--unix-socket", "s"], /--unix-socket/],
    [["--ignore-netrc"], /--ignore-netrc/],
    [["--user-agent", "x"], /--user-agent/],
    [["--wait", "1"], /--wait/],
    [["-E"], /--wait/],
    [["-n"], /--no-close/],
    [["-1"], /--one-message/],
    [["--ping-timeout", "1"], /--ping-timeout/],
    [["--print-pings"], /--print-pings/],
    [["--print-ping-rtts"], /--print-ping-rtts/],
    [["--reconnect"], /--reconnect/],
    [["-t", "-b"], /-t and -b/],
    [["-a", "ada"], /USER:PASS/],
    [["--protocol", "a b"], /--protocol/],
    [["--origin", "nonsense"], /--origin/],
    [["--restrict-uri", "x"], /is not a path/],
  ];
  for (const [args, message] of rows) {
    const error = await assertRejects(
      () => run(parseArgs(ws, ["-s", "0", "-x", "text", ...args])),
      UsageError,
    );
    assertEquals(message.test(error.message), true, `${args.join(" ")}: ${error.message}`);
  }
});
