import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { suggest } from "../args/suggest.ts";
import { UsageError } from "../errors/errors.ts";
import { type Entry, SCHEME } from "./entry.ts";

const COMMAND = new URL("../", import.meta.url).href; // whose calls are of no interest
const EXTENSIONS = [".ts", ".tsx", ".mts", ".js", ".mjs", ".jsx"];

export function locate(module: string): string {
  const [scheme = ""] = module.split(":", 1);
  if (SCHEME.test(scheme) && module.includes(":")) return module;
  const path = isAbsolute(module) ? module : resolve(module);
  const inside = EXTENSIONS.map((each) => resolve(path, `mod${each}`));
  const tried = [path, ...EXTENSIONS.map((each) => path + each), ...inside];
  let hindrance: string | null = null;
  for (const each of tried) {
    try {
      if (!Deno.statSync(each).isFile) continue;
      Deno.openSync(each).close(); // gives a clearer error than import()
      return pathToFileURL(each).href;
    } catch (error) {
      const { NotCapable, PermissionDenied } = Deno.errors;
      if (error instanceof NotCapable || error instanceof PermissionDenied) {
        hindrance ??= error.message;
      }
    }
  }
  const why = hindrance ?? `no file ${path}${nearFile(path)}`;
  throw new UsageError(`unable to import ${module}: ${why}`);
}

export async function importEntry(entry: Entry): Promise<unknown> {
  const url = locate(entry.module);
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = await import(url);
  } catch (cause) {
    const why = `${reason(cause)}${advice(entry.module, url, cause)}${callsOf(cause)}`;
    throw new UsageError(`unable to import ${entry.module}: ${why}`, { cause });
  }
  if (Object.hasOwn(exports, entry.name)) return exports[entry.name];
  const names = Object.keys(exports);
  const near = suggest(entry.name, names);
  const list = names.length === 0 ? "it exports nothing" : `it exports ${names.join(", ")}`;
  throw new UsageError(
    `module '${entry.module}' has no attribute '${entry.name}'; ` +
      (near === null ? list : `${list}: did you mean ${entry.module}:${near}?`),
  );
}

function nearFile(path: string): string {
  const [, folder = "", name = ""] = /^(.*)[\\/]([^\\/]*)$/.exec(path) ?? [];
  try {
    const names = [...Deno.readDirSync(folder === "" ? "/" : folder)].map((each) => each.name);
    const near = suggest(name, names);
    return near === null ? "" : `; did you mean ${near}?`;
  } catch {
    return "";
  }
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // Deno wraps the parser's message: "TypeError: SyntaxError: Unexpected token".
  const [message = ""] = cause.message.split(". Ensure you have"); // advice for `deno run`
  return cause.name === "Error" || /^\w*Error: /.test(message)
    ? message
    : `${cause.name}: ${message}`;
}

/** The calls of an error that the module threw, as far as its message has none. */
function callsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "";
  const calls = cause.stack?.match(/^ +at .*$/gm) ?? [];
  return calls.filter((each) => !cause.message.includes(each.trim()) && !each.includes(COMMAND))
    .map((each) => `\n${each}`).join("");
}

// Messages of Deno for packages that an executable does not find, and of modules in CommonJS.
const NOT_FOUND =
  /^(?:Could not find|Relative import path "(?!\.)|Module not found[^]*?\b(?:jsr|npm):)/;
const COMMON_JS =
  /^(?:module|exports|require) is not defined|^The requested module '(?![./])\S+' does not provide/;

/** The remedy for packages not in `node_modules`, and before Deno 2.8.2 TypeScript and CommonJS. */
function advice(module: string, url: string, cause: unknown): string {
  if (!Deno.build.standalone || !(cause instanceof Error)) return "";
  const isTyped = /\.[mc]?tsx?$/.test(url) && cause instanceof SyntaxError;
  let remedy: string | null = null;
  if (NOT_FOUND.test(cause.message)) {
    remedy = "This executable imports packages from node_modules beside the module: `npm install`";
  } else if (COMMON_JS.test(cause.message)) {
    remedy = `The Deno ${Deno.version.deno} in this executable imports ES modules only`;
  } else if (isTyped && isBefore282()) {
    remedy = `The Deno ${Deno.version.deno} in this executable reads JavaScript only`;
  }
  return remedy === null ? "" : `. ${remedy}. To put packages and TypeScript in one file for it: ` +
    `\`deno bundle --external @roundtrip/http -o bundle.js ${module}\``;
}

function isBefore282(): boolean {
  const [major = 0, minor = 0, patch = 0] = Deno.version.deno.split(".").map(Number);
  return major * 10_000 + minor * 100 + patch < 20_802;
}
