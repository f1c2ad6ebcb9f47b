import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { run } from "../../cli/serve/command.ts";
import { parseArgs } from "../../cli/args/parse_args.ts";
import { listenOptions } from "../../cli/listening/listen.ts";
import { files } from "../../cli/specs/files.ts";
import { serve } from "../../cli/specs/serve.ts";
import { UsageError } from "../../cli/errors/errors.ts";
import { tempDir } from "../e2e/_cli.ts";

Deno.test("--engine: defaults of the subcommands, and only Deno's engine has TLS", () => {
  const file = new URL(import.meta.url).pathname; // its content is not read
  const tls = ["--tls-cert", file, "--tls-key", file];
  const rows: [args: string[], usual: "sockets" | "deno", isSockets: boolean | null][] = [
    [[], "sockets", true],
    [[], "deno", false],
    [["--engine", "sockets"], "deno", true],
    [["--engine", "deno"], "sockets", false],
    [tls, "sockets", false],
    [[...tls, "--engine", "deno"], "sockets", false],
    [[...tls, "--engine", "sockets"], "deno", null],
  ];
  for (const [args, usual, isSockets] of rows) {
    const parsed = parseArgs(files, args);
    if (isSockets === null) {
      assertThrows(() => listenOptions(parsed, usual), UsageError, "not support TLS");
    } else assertEquals(listenOptions(parsed, usual).engine !== undefined, isSockets, `${args}`);
  }
});

Deno.test("serve refuses options that a unix socket does not support", async () => {
  await using folder = await tempDir();
  const path = `${folder.path}/app.sock`;
  const pem = `${folder.path}/x.pem`;
  await Deno.writeTextFile(pem, "");
  const rows: [args: string[], message: RegExp][] = [
    [["--workers", "2", "-U", path], /--workers 2 and --path: .*shared by processes/],
    [["--workers", "2", "--worker", "1", "-U", path], /--workers 2 and --path/],
    [["-U", path, "--tls-cert", pem, "--tls-key", pem], /--tls-cert and --path: .*cannot use TLS/],
  ];
  for (const [args, message] of rows) {
    const { message: text } = await assertRejects(
      () => run(parseArgs(serve, [...args, "nowhere.js"]), [...args, "nowhere.js"]),
      UsageError,
    );
    assertMatch(text, message);
  }
});
