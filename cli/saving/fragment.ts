/**
 * Parts of files that an earlier download left.
 * @module
 */
import type { ClientResponse, ProgressCallback } from "../../client/mod.ts";
import { CommandError } from "../errors/usage_error.ts";

/** A part of a file. */
export interface Fragment {
  /** Where it is. */
  readonly path: string;
  /** Its size in bytes. */
  readonly size: number;
  /** Strong `ETag` or `Last-Modified` of the file it is of, `null` where it is not known. */
  readonly validator: string | null;
}

/** What a download goes on with. */
export interface Resumed {
  /** The reply: the rest after `part`, or the whole. */
  readonly response: ClientResponse;
  /** What is there already, `null` where the reply is the whole file. */
  readonly part: Fragment | null;
  /** Whether there is nothing left to do. */
  readonly isComplete: boolean;
  /** Whether the file of that name is the old one, which the reply replaces. */
  readonly replaces: boolean;
}

/**
 * Looks for the beginning of a file: what this program keeps in `NAME.part`, as Firefox does, what
 * curl, wget and HTTPie keep under the name itself, or Chromium in `NAME.crdownload`.
 *
 * @returns The fragment, `null` where there is none.
 */
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
    return null; // lost, or of another program: the length has to do
  }
}

/**
 * Writes a reply behind a fragment, which bears the name `PATH.part` meanwhile.
 *
 * @returns Size of the complete file in bytes.
 * @throws {CommandError} If the file is not complete.
 */
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
    // Two programs that go on with one part write the same bytes; another size is another file.
    if ((await file.stat()).size !== size) {
      throw new CommandError(`cannot complete ${path}: its part was changed meanwhile`);
    }
  }
  await complete({ ...fragment, path: part }, path, overwrite || fragment.path === path);
  return size;
}

/**
 * Gives a complete file its name.
 *
 * @throws {CommandError} If there is one that is not replaced.
 */
export async function complete(
  fragment: Fragment,
  path: string,
  overwrite: boolean,
): Promise<void> {
  if (fragment.path === path) return;
  if (!overwrite && await Deno.lstat(path).then(() => true, () => false)) {
    throw new CommandError(`${path} exists already; the complete file is ${fragment.path}`);
  }
  await Deno.rename(fragment.path, path);
  await Deno.remove(`${path}.part.json`).catch(() => {}); // there may be none
}

/** For the next time: a fragment of another program becomes one with a validator. */
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
