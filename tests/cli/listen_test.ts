import { assertMatch, assertRejects } from "@std/assert";
import { run } from "../../cli/serve/command.ts";
import { parseArgs } from "../../cli/args/parse_args.ts";
import { serve } from "../../cli/specs/serve.ts";
import { UsageError } from "../../cli/errors/usage_error.ts";
import { tempDir } from "../e2e/_cli.ts";

Deno.test("serve refuses what a unix socket cannot do, by name", async () => {
  await using folder = await tempDir();
  const path = `${folder.path}/app.sock`;
  const pem = `${folder.path}/x.pem`;
  await Deno.writeTextFile(pem, "");
  const rows: [args: string[], message: RegExp][] = [
    [["--workers", "2", "-U", path], /--workers 2 and --path: .*one process/],
    [["--workers", "2", "--worker", "1", "-U", path], /--workers 2 and --path/],
    [["-U", path, "--tls-cert", pem, "--tls-key", pem], /--tls-cert and --path: .*no TLS/],
  ];
  for (const [args, message] of rows) {
    const { message: text } = await assertRejects(
      () => run(parseArgs(serve, [...args, "nowhere.js"]), [...args, "nowhere.js"]),
      UsageError,
    );
    assertMatch(text, message);
  }
});
