import { writeErr } from "../io/output.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { ServeOption } from "../specs/serve.ts";
import { UsageError } from "../errors/errors.ts";
import { parseEntry } from "../loading/entry.ts";

export async function run(
  parsed: ParsedArgs<ServeOption>,
  args: readonly string[],
): Promise<number> {
  const entry = parseEntry(parsed.positionals[0]);
  const workers = parsed.number("workers", { min: 1, max: 1024 }) ?? 1;
  const [path, restart] = [parsed.value("path"), parsed.value("restart")];
  if (workers > 1 && path !== undefined) {
    throw new UsageError(
      `--workers ${workers} and --path: a unix socket cannot be shared by processes; ` +
        "leave --workers out, or listen on a port",
    );
  }
  const isSupervised = parsed.has("watch") || workers > 1 || restart === "on-failure";
  if (parsed.has("worker") || !isSupervised) {
    return await (await import("./program.ts")).runProgram(parsed, entry);
  }
  // The supervisor loads neither the library nor Node's modules: it has to be small.
  const { supervise } = await import("./supervise.ts");
  const code = await supervise({
    args,
    workers,
    hosts: parsed.all("hostname"),
    // Two processes cannot listen on one unix socket, nor on one port of Windows.
    canOverlap: path === undefined && Deno.build.os !== "windows",
    port: parsed.number("port", { max: 65535 }) ?? null,
    patience: parsed.ms("shutdown-timeout") ?? 60_000,
    restarts: restart === "on-failure" || (workers > 1 && restart === undefined),
    watch: parsed.has("watch")
      ? (await import("../loading/import_entry.ts")).locate(entry.module)
      : null,
  });
  if (code === 0) await writeErr("Stopped\n");
  return code;
}
