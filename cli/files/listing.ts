/**
 * What a folder holds, as a page or as plain text.
 * @module
 */
import { type ServerRequest, textResponse } from "../../server/mod.ts";
import { ARCHIVES } from "./archive.ts";
import type { Entry, Root } from "./folder.ts";
import type { FilesOptions } from "./options.ts";
import { listingPage } from "./page.ts";
import { join } from "./paths.ts";
import { search } from "./search.ts";

const README = /^readme(?:\.(?:md|markdown|txt))?$/i;
const MAX_README = 256 * 1024; // bytes

/** A folder that is to be shown. */
export interface Listing {
  readonly request: ServerRequest;
  readonly root: Root;
  /** Real path of the folder. */
  readonly folder: string;
  /** Its path below the prefix, as it stood in the request's line. */
  readonly path: string;
  readonly options: FilesOptions;
  /** Whether files can be uploaded here. */
  readonly upload: boolean;
  /** Whether folders can be made and files be deleted here, where the options allow it at all. */
  readonly change: boolean;
}

/**
 * Lists a folder: as a page, or a name a line for `?raw=true`; all of it, or what `?search=` names.
 *
 * @param listing The folder.
 */
export async function sendListing(listing: Listing): Promise<Response> {
  const { request, root, folder, options } = listing;
  const text = request.query.get("search")?.trim() ?? "";
  const { entries, isCut } = text === ""
    ? { entries: await root.list(folder), isCut: false }
    : await search(root, folder, text, request.signal);
  if (request.query.get("raw") === "true") {
    const lines = entries.map(({ name, isFolder }) => `${name}${isFolder ? "/" : ""}\n`);
    return textResponse(lines.join(""));
  }
  const nonce = crypto.randomUUID();
  const page = listingPage({
    title: options.title,
    path: decodeURIComponent(listing.path),
    entries,
    search: text,
    isCut,
    upload: listing.upload,
    mkdir: listing.change && options.mkdir,
    remove: listing.change && options.remove && text === "",
    archives: options.archives ? Object.keys(ARCHIVES) : [],
    readme: options.readme && text === "" ? await readmeOf(folder, entries) : null,
    nonce,
  });
  return new Response(page, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; ` +
        `connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      "cache-control": "no-store",
    },
  });
}

async function readmeOf(folder: string, entries: readonly Entry[]): Promise<string | null> {
  const found = entries.find(({ name, isFolder, size }) =>
    !isFolder && size <= MAX_README && README.test(name)
  );
  if (found === undefined) return null;
  try {
    return await Deno.readTextFile(join(folder, found.name));
  } catch {
    return null; // gone since, or not to be read: the listing is what was asked for
  }
}
