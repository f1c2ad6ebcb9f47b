import { resolve } from "node:path";
import type { ParsedArgs } from "../args/parse_args.ts";
import { UsageError } from "../errors/errors.ts";

/** Reads `--unix-socket` as the URL of a proxy. */
export function unixProxy(parsed: ParsedArgs): string | undefined {
  const path = parsed.value("unix-socket");
  if (path === undefined) return undefined;
  if (parsed.has("proxy")) throw new UsageError("--unix-socket and --proxy exclude each other");
  return `unix:${encodeURI(resolve(path)).replace(/[?#]/g, encodeURIComponent)}`;
}
