import type { ClientResponse } from "../../client/mod.ts";
import { CommandError } from "../errors/errors.ts";
import { formatBytes } from "../io/format_bytes.ts";
import { writeErr } from "../io/output.ts";
import { visibleLine } from "../io/visible_text.ts";
import { type DownloadTarget, fileName, pathOf } from "./download.ts";

export interface Fragment {
  readonly path: string;
  readonly size: number;
  /** Strong `ETag` or `Last-Modified` of the complete file, `null` if unknown. */
  readonly validator: string | null;
}

export interface Resumed {
  readonly response: ClientResponse;
  /** The partial file, `null` if the response is the whole file. */
  readonly part: Fragment | null;
  readonly isComplete: boolean;
  /** Whether the response replaces an old file of that name. */
  readonly replaces: boolean;
}

const NEW = { part: null, isComplete: false, replaces: false } as const;

type Send = (headers: readonly [name: string, value: string][]) => Promise<ClientResponse>;

/** Requests the missing rest of a file that is the same by its validator, or else its length. */
export async function resumed(send: Send, url: URL, target: DownloadTarget): Promise<Resumed> {
  const say = async (text: string): Promise<void> => {
    if (!target.quiet) await writeErr(`${visibleLine(text)}\n`);
  };
  let path = pathOf(target.output, fileName(null, url));
  let found = await fragmentOf(path);
  if (found === null) {
    const response = await send([]);
    path = pathOf(target.output, fileName(response, url));
    found = response.status === 200 ? await fragmentOf(path) : null; // under the name suggested by the server
    if (found === null) return { ...NEW, response };
    response.release();
  }
  const { path: part, size, validator } = found;
  const isSame = ({ headers }: ClientResponse): boolean => {
    const own = headers.get(validator?.startsWith('"') ? "etag" : "last-modified");
    return validator === null || own === null || own === validator;
  };
  const finished = async (response: ClientResponse): Promise<Resumed> => {
    response.release();
    await complete(part, path, target.output !== null);
    await say(`${path} is complete (${formatBytes(size)}): nothing to do`);
    return { ...NEW, response, isComplete: true };
  };
  let response = await send([
    ["Range", `bytes=${size}-`],
    ...validator === null ? [] : [["If-Range", validator] as [string, string]],
  ]);
  const [, from, length = "*"] =
    /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  const isPart = response.status === 206 || response.status === 416;
  if (isPart && isSame(response) && length === `${size}`) return await finished(response);
  if (response.status === 206 && isSame(response) && from === `${size}`) {
    if (validator === null) {
      await say(`${part}: its version is unknown, so only its length is checked`);
    }
    return { ...NEW, response, part: found };
  }
  if (isPart) {
    response.release(); // another range than requested, or an unknown length
    response = await send([]);
  }
  if (response.status !== 200) return { ...NEW, response };
  if (response.contentLength === size && isSame(response)) return await finished(response);
  const why = isSame(response) && length === "*"
    ? "the server does not support ranges"
    : "it has changed";
  await say(`${part}: ${why}; starting over`);
  return { ...NEW, response, replaces: part === path };
}

/** Looks for a part: of this program or Firefox, of curl, wget and HTTPie, or of Chromium. */
async function fragmentOf(path: string): Promise<Fragment | null> {
  for (const each of [`${path}.part`, path, `${path}.crdownload`]) {
    try {
      const { size, isFile } = await Deno.lstat(each);
      if (!isFile || size === 0) continue;
      return {
        path: each,
        size,
        validator: each === `${path}.part` ? await validatorOf(each) : null,
      };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}

async function validatorOf(part: string): Promise<string | null> {
  try {
    const { validator } = JSON.parse(await Deno.readTextFile(`${part}.json`));
    return typeof validator === "string" ? validator : null;
  } catch {
    return null; // lost, or written by another program: only the length is known
  }
}

/** Renames a complete file, if it may replace one of that name. */
async function complete(
  from: string,
  path: string,
  overwrite: boolean,
): Promise<void> {
  if (from === path) return;
  if (!overwrite && await Deno.lstat(path).then(() => true, () => false)) {
    throw new CommandError(`${path} already exists; the complete file is ${from}`);
  }
  await Deno.rename(from, path);
  await Deno.remove(`${path}.part.json`).catch(() => {}); // it may not exist
}
