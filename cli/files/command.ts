import { type Account, accountOf } from "../listening/accounts.ts";
import { answerHealth, listenOptions, serve } from "../listening/listen.ts";
import { openBrowser } from "../io/open_browser.ts";
import { writeErr, writeOut } from "../io/output.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { FilesOption } from "../specs/files.ts";
import { readText } from "../io/read_text.ts";
import { badArgument, CommandError, UsageError } from "../errors/usage_error.ts";
import { filesApplication } from "./application.ts";
import { Root } from "./folder.ts";
import type { FilesOptions } from "./options.ts";
import { messageOf } from "../errors/system_error.ts";

export async function run(parsed: ParsedArgs<FilesOption>): Promise<number> {
  const options = listenOptions(parsed, "sockets");
  const hostnames = [options.host ?? "localhost"].flat();
  const settings = await filesOptions(parsed, hostnames);
  const app = filesApplication(settings);
  answerHealth(app, parsed);
  if (
    hostnames.some((each) => /^(?:0\.0\.0\.0|::)$/.test(each)) && settings.accounts.length === 0
  ) {
    const what = parsed.has("upload") ? "read and upload files" : "read these files";
    await writeErr(
      `roundtrip files: warning: everyone on the network can ${what}; ` +
        `--auth USER:PASS asks for credentials\n`,
    );
  }
  const made = parsed.has("tls")
    ? await (await import("../listening/self_signed.ts")).selfSigned([
      ...hostnames,
      ...hostnames.flatMap((each) => networkUrls(`//${each}`).map((url) => url.slice(2))),
    ])
    : null;
  const print = async (text: string): Promise<void> => {
    const below = settings.prefix === "" ? "" : `${settings.prefix}/`;
    const full = text.replaceAll(/https?:[^\s,]+/g, (bare) => `${bare}${below}`);
    const [url = "", ...others] = full.match(/https?:[^\s,]+/g) ?? [];
    const urls = [url, ...others].flatMap(networkUrls);
    const more = urls.map((each) => `  also ${each}\n`).join("");
    await writeOut(`${full.replace("\n", `\n${more}`)}\n`);
    if (made !== null) {
      await writeOut(
        `certificate made for this run, SHA-256 ${made.fingerprint}\n` +
          `  curl -k --pinnedpubkey sha256//${made.pin} ${url}\n`,
      );
    }
    if (parsed.has("open")) await openBrowser(url);
    // A folder shared with the network is usually opened on a phone.
    if (parsed.has("qr") || (urls.length > 0 && Deno.stdout.isTerminal())) {
      const { renderUnicodeCompact } = await import("uqr");
      await writeOut(`${renderUnicodeCompact(urls[0] ?? url, { border: 2 })}\n`);
    }
  };
  const stop = new AbortController();
  let failure: unknown = null;
  const all = {
    ...options,
    ...(made === null ? {} : { cert: made.cert, key: made.key }),
    signal: stop.signal,
    print: (text: string) =>
      void print(text).catch((error) => {
        failure = error;
        stop.abort();
      }),
  };
  await serve(app, all);
  if (failure !== null) throw failure;
  return 0;
}

async function filesOptions(
  parsed: ParsedArgs<FilesOption>,
  hostnames: readonly string[],
): Promise<FilesOptions> {
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
    upload: subdir ?? null,
    uploads: {
      onDuplicate: (parsed.value("on-duplicate") ?? "error") as "error" | "overwrite" | "rename",
      maxSize: sizeOf(parsed.value("max-size")),
    },
    mkdir: parsed.has("mkdir"),
    remove: parsed.has("rm-files"),
    accounts: [
      ...parsed.all("auth").map((each) => accountOf("auth", each)),
      ...parsed.all("auth-file").flatMap(accountsOf),
    ],
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

/** The addresses of this machine, if the server listens on all of them. */
function networkUrls(url: string): string[] {
  if (!/:\/\/(?:0\.0\.0\.0|\[::\])/.test(url)) return [];
  try {
    return Deno.networkInterfaces()
      .filter(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
      .map(({ address }) => url.replace(/0\.0\.0\.0|\[::\]/, address));
  } catch {
    return []; // not available without --allow-sys
  }
}
