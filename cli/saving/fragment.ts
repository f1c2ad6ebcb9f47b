// Partial files left by earlier downloads.
import type { ClientResponse, ProgressCallback } from "../../client/mod.ts";
import { CommandError } from "../errors/usage_error.ts";

export interface Fragment {
  readonly path: string;
  readonly size: number;
  /** Strong `ETag` or `Last-Modified` of the complete file, `null` if unknown. */
  readonly validator: string | null;
}

export interface Resumed {
  /** The response: the rest after `part`, or the whole file. */
  readonly response: ClientResponse;
  /** The partial file, `null` if the response is the whole file. */
  readonly part: Fragment | null;
  readonly isComplete: boolean;
  /** Whether the response replaces an old file of that name. */
  readonly replaces: boolean;
}

/** Looks for a part: of this program or Firefox, of curl, wget and HTTPie, or of Chromium. */
export async function fragmentOf(path: string): Promise<Fragment | null> {
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

/** Appends to a partial file, called `PATH.part` meanwhile; returns the whole size in bytes. */
export async function append(
  response: ClientResponse,
  fragment: Fragment,
  path: string,
  overwrite: boolean,
  onProgress: ProgressCallback,
): Promise<number> {
  const part = `${path}.part`;
  if (fragment.path !== part) await Deno.rename(fragment.path, part);
  await noteValidator(response, part);
  const rest = response.contentLength;
  const total = rest === null ? null : fragment.size + rest;
  let size = fragment.size;
  {
    using file = await Deno.open(part, { write: true });
    await file.seek(size, Deno.SeekMode.Start);
    for await (const piece of response.content.iterAny()) {
      for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
      size += piece.length;
      onProgress({ bytes: size, total });
    }
    // Another program that resumes the same part writes the same bytes; another size is another
    // file.
    if ((await file.stat()).size !== size) {
      throw new CommandError(`cannot complete ${path}: its part was changed in the meantime`);
    }
  }
  await complete(part, path, overwrite || fragment.path === path);
  return size;
}

/** Renames a complete file, if it may replace one of that name. */
export async function complete(
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

/** Saves the validator, so that a part of another program can be resumed safely next time. */
async function noteValidator({ headers }: ClientResponse, part: string): Promise<void> {
  const etag = headers.get("etag");
  const validator = etag?.startsWith('"')
    ? etag
    : etag === null
    ? headers.get("last-modified")
    : null;
  if (validator === null) return await Deno.remove(`${part}.json`).catch(() => {});
  await Deno.writeTextFile(`${part}.json`, JSON.stringify({ urlDigest: "", validator }));
}
