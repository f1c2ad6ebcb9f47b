import { chooseEncoding } from "../../http/headers/accept_encoding.ts";
import type { HeadReader } from "../engine/engine_of_request.ts";
import { type KnownFile, knownFile } from "./send_file.ts";

export interface Located {
  readonly path: string;
  readonly info: Deno.FileInfo;
}

/** A file, and the precompressed ones beside it. */
export interface Variants {
  readonly plain: KnownFile;
  readonly siblings: ReadonlyMap<string, KnownFile>;
}

const SIBLINGS = [["br", ".br"], ["gzip", ".gz"]] as const; // in order of preference

/** Finds the variants of a file; `find` finds a regular file beside it, or `null`. */
export function variantsOf(
  { path, info }: Located,
  contentType: string,
  find: (path: string) => Located | null,
): Variants {
  const siblings = new Map<string, KnownFile>();
  for (const [coding, extension] of SIBLINGS) {
    const found = find(path + extension);
    if (found === null) continue;
    siblings.set(coding, knownFile(found.path, found.info, contentType, coding, true));
  }
  return { plain: knownFile(path, info, contentType, null, siblings.size > 0), siblings };
}

export function chosenOf({ plain, siblings }: Variants, head: HeadReader): KnownFile {
  if (siblings.size === 0) return plain;
  const coding = chooseEncoding(head.get("accept-encoding"), [...siblings.keys()]);
  return siblings.get(coding ?? "") ?? plain;
}
