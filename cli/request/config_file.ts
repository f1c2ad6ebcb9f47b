import { configFolder } from "../io/config_folder.ts";
import { infoOf } from "../io/info_of.ts";
import { messageOf, UsageError } from "../errors/errors.ts";

/** Reads the options in `config.json`, `{"defaults": {"options": [...], "headers": {...}}}`. */
export async function defaultOptions(): Promise<readonly string[]> {
  const path = `${configFolder()}/config.json`;
  // Never prompts for the permission: the file may not exist.
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return [];
  let config: unknown;
  try {
    config = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    if (error instanceof Deno.errors.NotADirectory) return [];
    // A service may not have access to its home folder.
    if (error instanceof Deno.errors.PermissionDenied && infoOf(path) === null) return [];
    throw wrong(path, messageOf(error), error);
  }
  const defaults = record(path, record(path, config, "the file").defaults ?? {}, "defaults");
  for (const name of Object.keys(defaults)) {
    if (name !== "options" && name !== "headers") {
      throw wrong(path, `defaults has options and headers, not "${name}"`);
    }
  }
  const { options = [], headers = {} } = defaults;
  if (!Array.isArray(options)) throw wrong(path, "defaults.options is not a list");
  const words = options.map((each) => {
    if (typeof each === "string" && /^-./.test(each)) {
      return each.replace(/^(?:-H|--header=)(?=.)/, "--default-header="); // a header item replaces it
    }
    const shown = JSON.stringify(each);
    throw wrong(path, `${shown} of defaults.options is not an option such as --name=value`);
  });
  for (const [name, value] of Object.entries(record(path, headers, "defaults.headers"))) {
    if (typeof value !== "string") throw wrong(path, `the header ${name} is not a string`);
    words.push(`--default-header=${name}:${value}`);
  }
  return words;
}

function record(path: string, value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw wrong(path, `${what} is not an object`);
}

function wrong(path: string, why: string, cause?: unknown): UsageError {
  return new UsageError(`cannot use ${path}: ${why}`, { cause });
}
