import { dirname, join } from "node:path";
import * as nodeUtil from "node:util";
import { tooOldTo } from "../errors/old_runtime.ts";
import { badArgument, CommandError, messageOf } from "../errors/errors.ts";
import { meant } from "../args/suggest.ts";

/** Files of an environment; values of the later one win. */
const FILES = ["http-client.env.json", "http-client.private.env.json"];

/** Reads the variables of an environment, `null` for none, and those of `$shared`. */
export function environmentOf(path: string, name: string | null): Map<string, string> {
  const found = new Map<string, string>();
  const names = new Set<string>();
  for (const file of nearest(path)) {
    const environments = readEnvironments(file);
    for (const each of Object.keys(environments)) names.add(each);
    for (const each of ["$shared", name ?? "$shared"]) {
      for (const [key, value] of Object.entries(environments[each] ?? {})) {
        found.set(key, typeof value === "string" ? value : JSON.stringify(value));
      }
    }
  }
  if (name === null || names.has(name)) return found;
  const list = [...names].filter((each) => each !== "$shared").join(", ");
  const others = list === "" ? `${FILES[0]} beside ${path} would name it` : `there are ${list}`;
  throw badArgument("env", `no environment "${name}"; ${meant(name, names, others)}`);
}

/** Reads `.env` beside the file; empty without one. */
export function dotenvOf(path: string): Map<string, string> {
  const text = readIfExists(join(dirname(path), ".env"));
  if (text === null) return new Map();
  // By the namespace: an older Deno lacks it, and would not even load this module.
  if (!("parseEnv" in nodeUtil)) throw tooOldTo("read .env");
  const values = nodeUtil.parseEnv(text);
  return new Map(Object.entries(values).map(([name, value = ""]) => [name, value]));
}

/** The files of the nearest folder that has one. */
function nearest(path: string): string[] {
  for (let folder = dirname(path === "-" ? "x" : path), up = 0; up < 32; up++) {
    const files = FILES.map((name) => join(folder, name)).filter((each) =>
      readIfExists(each) !== null
    );
    if (files.length > 0) return files;
    folder = join(folder, "..");
  }
  return [];
}

function readEnvironments(file: string): Record<string, Record<string, unknown>> {
  try {
    return JSON.parse(readIfExists(file) ?? "{}");
  } catch (cause) {
    throw new CommandError(`${file} is not JSON (${messageOf(cause)})`, { cause });
  }
}

function readIfExists(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
      return null;
    }
    throw cause;
  }
}
