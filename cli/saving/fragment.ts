// Partial files left by earlier downloads.
import type { ClientResponse } from "../../client/mod.ts";
import { CommandError } from "../errors/errors.ts";

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
