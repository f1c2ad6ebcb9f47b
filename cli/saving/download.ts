import { type ClientResponse, FileExistsError } from "../../client/mod.ts";
import { formatBytes } from "../io/format_bytes.ts";
import { infoOf } from "../io/info_of.ts";
import { writeErr, writeOut } from "../io/output.ts";
import { shellWord } from "../io/shell_word.ts";
import { CommandError, unwritable } from "../errors/errors.ts";
import { decoded } from "../connecting/target.ts";
import { visibleLine } from "../io/visible_text.ts";
import type { Fragment, Resumed } from "./resume.ts";
import { ProgressBar } from "../output/progress_bar.ts";

export interface DownloadTarget {
  /** Value of `--output`, `null` if not given. */
  readonly output: string | null;
  /** Whether an existing file of `--output` is kept. */
  readonly keep: boolean;
  readonly quiet: boolean;
}

/** Saves a response to the user's file, or under the server's name or a numbered one. */
export async function saveResponse(
  response: ClientResponse,
  url: URL,
  target: DownloadTarget,
  { part, replaces }: Pick<Resumed, "part" | "replaces"> = { part: null, replaces: false },
): Promise<void> {
  const path = pathOf(target.output, fileName(response, url));
  const named = target.output !== null && !isFolder(target.output);
  const overwrite = named && !target.keep;
  if (named && isDevice(path)) return await pour(response, path);
  for (let attempt = 0;; attempt++) {
    const free = attempt === 0 ? path : numbered(path, attempt);
    const bar = new ProgressBar(visibleLine(free), target.quiet, part?.size);
    const onInterrupt = (): void => interrupted(bar, free, target.quiet);
    if (attempt === 0) await announce(free, response.contentLength, part, target);
    Deno.addSignalListener("SIGINT", onInterrupt);
    try {
      if (part !== null && part.path !== `${path}.part`) {
        await Deno.rename(part.path, `${path}.part`);
      }
      const saved = await response.saveTo(free, {
        overwrite: overwrite || replaces,
        offset: part?.size,
        onProgress: (each) => bar.update(each),
      });
      return await bar.done(saved.size, saved.resumedFrom);
    } catch (error) {
      bar.end();
      if (!(error instanceof FileExistsError)) throw unwritable(free, error);
      if (part !== null) {
        const message = `${path} already exists; the complete file is ${path}.part`;
        throw new CommandError(message, { cause: error });
      }
      if (named) {
        const advice = "choose another name with -o, or resume with -c";
        const message = `${free} already exists, and --no-clobber keeps it; ${advice}`;
        throw new CommandError(message, { cause: error });
      }
    } finally {
      Deno.removeSignalListener("SIGINT", onInterrupt);
    }
  }
}

/** Writes to a device, a pipe or, for `-`, standard output. */
async function pour(response: ClientResponse, path: string): Promise<void> {
  if (path === "-") {
    for await (const piece of response.content.iterAny()) await writeOut(piece);
    return;
  }
  try {
    using file = await Deno.open(path, { write: true });
    for await (const piece of response.content.iterAny()) {
      for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
    }
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Reports what Ctrl-C leaves, and how to resume. */
function interrupted(bar: ProgressBar, path: string, quiet: boolean): never {
  bar.end();
  const size = infoOf(`${path}.part`)?.size ?? 0;
  if (!quiet) {
    const text = size === 0
      ? "Interrupted: nothing is kept"
      : `Interrupted: ${formatBytes(size)} are kept in ${path}.part; ` +
        `-c -o ${shellWord(path)} goes on`;
    Deno.stderr.writeSync(new TextEncoder().encode(`${visibleLine(text)}\n`));
  }
  Deno.exit(130);
}

async function announce(
  path: string,
  size: number | null,
  part: Fragment | null,
  target: DownloadTarget,
): Promise<void> {
  if (target.quiet) return;
  const length = size === null ? "" : `${formatBytes(size)} `;
  const more = part === null ? "" : `more, after ${formatBytes(part.size)}, `;
  await writeErr(`Downloading ${length}${more}to ${visibleLine(path)}\n`);
}

export function pathOf(output: string | null, name: string): string {
  if (output === null) return name;
  if (!isFolder(output)) return followed(output);
  return `${output.replace(/[\\/]+$/, "")}/${name}`;
}

function followed(path: string): string {
  try {
    return Deno.lstatSync(path).isSymlink && !isDevice(path) ? Deno.realPathSync(path) : path;
  } catch {
    return path; // it does not exist yet
  }
}

/** Whether it exists and is neither a file nor a folder. */
function isDevice(path: string): boolean {
  const info = infoOf(path);
  return path === "-" || (info !== null && !info.isFile && !info.isDirectory);
}

/** Whether `--output` is one file, which cannot keep several replies. */
export function isOneFile(output: string | undefined): boolean {
  return output !== undefined && !isFolder(output) && !isDevice(output);
}

function isFolder(path: string): boolean {
  return /[\\/]$/.test(path) || infoOf(path)?.isDirectory === true;
}

function numbered(path: string, count: number): string {
  const [, stem = path, extension = ""] = /^(.*?[^\\/])((?:\.tar)?\.[^.\\/]+)?$/.exec(path) ?? [];
  return `${stem}-${count}${extension}`;
}

// Names that Windows reserves, with any extension.
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Chooses a safe name: the server's (RFC 6266), else the last segment of the requested URL. */
export function fileName(response: ClientResponse | null, url: URL): string {
  const suggested = response?.contentDisposition?.filename ?? "";
  return safeName(suggested) ?? safeName(decoded(url.pathname)) ?? "index";
}

function safeName(text: string): string | null {
  // "..\\..\\x" is a path on Windows, so both slashes are separators everywhere.
  const base = text.split(/[\\/]/).findLast((each) => each !== "") ?? "";
  const name = base.normalize()
    // deno-lint-ignore no-control-regex -- the pattern has to match control characters
    .replaceAll(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"|?*]/g, "_")
    .replace(/^[.\s]+/, "").replace(/[.\s]+$/, "");
  if (name === "") return null;
  const short = shortened(name);
  return RESERVED.test(short) ? `_${short}` : short;
}

/** File systems allow 255 bytes, including the temporary ".part.json". */
function shortened(name: string): string {
  const encoder = new TextEncoder();
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? "";
  let stem = name.slice(0, name.length - extension.length);
  while (encoder.encode(stem + extension).length > 200) stem = [...stem].slice(0, -1).join("");
  return stem + extension;
}
