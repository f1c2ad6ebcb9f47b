/**
 * Replies that are saved to a file.
 * @module
 */
import {
  type ClientResponse,
  type ClientSession,
  FileExistsError,
  type RequestOptions,
} from "../../client/mod.ts";
import { formatBytes } from "../io/format_bytes.ts";
import { writeErr } from "../io/output.ts";
import { systemReason } from "../errors/system_error.ts";
import { CommandError } from "../errors/usage_error.ts";
import { visibleLine } from "../io/visible_text.ts";
import { fileName } from "./file_name.ts";
import { ProgressBar } from "../output/progress_bar.ts";

/** Where a reply is saved. */
export interface DownloadTarget {
  /** What `--output` says, `null` where it was not given. */
  readonly output: string | null;
  /** Whether nothing is printed. */
  readonly quiet: boolean;
}

/**
 * Saves a reply under a name that is free: with `-1`, `-2` before the extension where it is not.
 *
 * @param response The reply.
 * @param url URL that was asked for.
 * @param target Where.
 */
export async function saveResponse(
  response: ClientResponse,
  url: URL,
  target: DownloadTarget,
): Promise<void> {
  const path = pathOf(target.output, fileName(response, url));
  for (let attempt = 0;; attempt++) {
    const free = attempt === 0 ? path : numbered(path, attempt);
    const bar = new ProgressBar(visibleLine(free), target.quiet);
    await announce(free, response.contentLength, target);
    try {
      const saved = await response.saveTo(free, { onProgress: (each) => bar.update(each) });
      return await bar.done(saved.size, saved.resumedFrom);
    } catch (error) {
      if (!(error instanceof FileExistsError)) throw unwritable(error, free);
      if (attempt === 0 && target.output !== null && !isFolder(target.output)) {
        throw new CommandError(
          `${free} exists already and is not overwritten; choose another name with -o, ` +
            `or go on with -c`,
          { cause: error },
        );
      }
    }
  }
}

/**
 * Goes on with a download, or starts one that can be gone on with.
 *
 * @param session The session.
 * @param url URL.
 * @param options Headers, redirects, limits.
 * @param target Where.
 */
export async function resumeDownload(
  session: ClientSession,
  url: URL,
  options: RequestOptions,
  target: DownloadTarget,
): Promise<void> {
  const path = pathOf(target.output, fileName(null, url));
  const bar = new ProgressBar(visibleLine(path), target.quiet, sizeOf(`${path}.part`));
  try {
    const saved = await session.downloadToFile(url, path, {
      ...options,
      resume: true,
      onProgress: (each) => bar.update(each),
    });
    await bar.done(saved.size, saved.resumedFrom);
  } catch (error) {
    if (!(error instanceof FileExistsError)) throw unwritable(error, path);
    // A download that is complete has lost its ".part".
    if (!target.quiet) await writeErr(`${visibleLine(path)} is there already: nothing to do\n`);
  }
}

async function announce(path: string, size: number | null, target: DownloadTarget): Promise<void> {
  if (target.quiet) return;
  const length = size === null ? "" : `${formatBytes(size)} `;
  await writeErr(`Downloading ${length}to ${visibleLine(path)}\n`);
}

function pathOf(output: string | null, name: string): string {
  if (output === null) return name;
  if (!isFolder(output)) return output;
  return `${output.replace(/[\\/]+$/, "")}/${name}`;
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

function isFolder(path: string): boolean {
  if (/[\\/]$/.test(path)) return true;
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function numbered(path: string, count: number): string {
  const [, stem = path, extension = ""] = /^(.*?[^\\/])((?:\.tar)?\.[^.\\/]+)?$/.exec(path) ?? [];
  return `${stem}-${count}${extension}`;
}

function unwritable(error: unknown, path: string): unknown {
  if (error instanceof Deno.errors.NotCapable) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") {
    return new CommandError(`cannot write ${path}: there is no such folder`, { cause: error });
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new CommandError(`cannot write ${path}: the system forbids it`, { cause: error });
  }
  const reason = systemReason(error);
  if (reason === null) return error;
  return new CommandError(`cannot write ${path}: ${reason}`, { cause: error });
}
