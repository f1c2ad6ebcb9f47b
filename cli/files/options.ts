import { type Account, accountOf } from "../listening/accounts.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { FilesOption } from "../specs/files.ts";
import { readText } from "../io/read_text.ts";
import { badArgument, CommandError, messageOf, UsageError } from "../errors/errors.ts";
import { Root } from "./folder.ts";

export type FilesOptions = Readonly<Awaited<ReturnType<typeof filesOptions>>>;

/** Reads the options; `hostnames` are the addresses that the server is bound to. */
export async function filesOptions(
  parsed: ParsedArgs<FilesOption>,
  hostnames: readonly string[],
) {
  const path = parsed.positionals[0] ?? ".";
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (cause) {
    const why = messageOf(cause, "no such file or folder");
    throw new UsageError(`cannot serve ${path}: ${why}`, { cause });
  }
  const isFolder = info.isDirectory;
  if (!isFolder && !info.isFile) {
    throw new UsageError(`cannot serve ${path}: it is neither a file nor a folder`);
  }
  const subdir = parsed.value("upload")?.replace(/^\.?\/+|\/+$/g, "").replace(/^\.$/, "");
  const hidden = parsed.has("hidden");
  if (subdir !== undefined) await checkUpload(path, isFolder, subdir, hidden);
  return {
    path,
    hostnames,
    prefix: prefixOf(parsed),
    /** Folder below `path` that takes uploads, `""` for all folders, `null` for none. */
    upload: subdir ?? null,
    uploads: {
      onDuplicate: (parsed.value("on-duplicate") ?? "error") as "error" | "overwrite" | "rename",
      /** Largest file in bytes, `null` for no limit. */
      maxSize: sizeOf(parsed.value("max-size")),
    },
    mkdir: parsed.has("mkdir"),
    remove: parsed.has("rm-files"),
    /** Accounts that may read, empty for everyone. */
    accounts: [
      ...parsed.all("auth").map((each) => accountOf("auth", each)),
      ...parsed.all("auth-file").flatMap(accountsOf),
    ],
    /** Accounts that may make changes, empty for all readers. */
    uploaders: parsed.all("auth-upload").map((each) => accountOf("auth-upload", each)),
    index: parsed.value("index") ?? null,
    spa: parsed.has("spa"),
    prettyUrls: parsed.has("pretty-urls"),
    title: parsed.value("title") ?? null,
    listing: !parsed.has("no-listing"),
    archives: !parsed.has("no-archives") && !parsed.has("no-listing"),
    hidden,
    compress: parsed.has("compress"),
    headers: [
      ...(parsed.has("cors") ? [["access-control-allow-origin", "*"] as const] : []),
      ...parsed.all("header").map(headerOf),
    ],
  };
}

/** One account per line; empty lines and lines beginning with `#` are skipped. */
function accountsOf(path: string): Account[] {
  const lines = readText("auth-file", path).split(/\r?\n/);
  const accounts = lines.filter((line) => !/^\s*(?:#|$)/.test(line));
  // An empty list would mean no authentication at all.
  if (accounts.length === 0) throw badArgument("auth-file", `${path} has no accounts`);
  return accounts.map((line) => accountOf("auth-file", line));
}

/** `/a/b`, or `""`. */
function prefixOf(parsed: ParsedArgs<FilesOption>): string {
  const own = parsed.value("route-prefix")?.replaceAll(/^\/+|\/+$/g, "") ?? "";
  if (!/^(?:[\w~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*)?$/.test(own)) {
    throw badArgument("route-prefix", `"${own}" is not a path of letters, digits and . _ ~ -`);
  }
  const random = parsed.has("random-route")
    ? `/${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`
    : "";
  return `${own === "" ? "" : `/${own}`}${random}`;
}

async function checkUpload(
  path: string,
  isFolder: boolean,
  subdir: string,
  hidden: boolean,
): Promise<void> {
  if (!isFolder) throw badArgument("upload", "expected a folder to serve, not a single file");
  // Asks for the permission now: later there is no prompt, and each upload would fail.
  if ((await Deno.permissions.request({ name: "write", path })).state !== "granted") {
    throw new CommandError(
      `Requires write access to "${path}", run again with the --allow-write flag`,
    );
  }
  const inner = subdir.split("/").map(encodeURIComponent).join("/");
  if (await new Root(path, hidden).find(inner) === null) {
    throw badArgument("upload", `no folder ${subdir} below ${path}`);
  }
}

function sizeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const match = /^(\d+(?:\.\d+)?)\s*([kKMGT]?)(i?)[bB]?$/.exec(text);
  if (match === null) {
    throw badArgument("max-size", `"${text}" is not a size such as 500M, 2G or 100k`);
  }
  const [, number = "", unit = "", binary = ""] = match;
  const power = " kMGT".indexOf(unit === "K" ? "k" : unit || " ");
  return Math.floor(Number(number) * (binary === "" ? 1000 : 1024) ** power);
}

function headerOf(text: string): readonly [string, string] {
  const [, name = "", value = ""] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
  try {
    new Headers([[name, value]]);
  } catch (cause) {
    throw badArgument("header", `"${text}" is not NAME:VALUE`, { cause });
  }
  return [name, value];
}
