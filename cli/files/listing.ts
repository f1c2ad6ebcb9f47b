/**
 * What a folder holds, as a page or as plain text.
 * @module
 */
import { type ServerRequest, textResponse } from "../../server/mod.ts";
import { ARCHIVES } from "./archive.ts";
import { type Entry, type Root, sorted } from "./folder.ts";
import type { FilesOptions } from "./options.ts";
import { listingPage, type Order } from "./page.ts";
import { join } from "./paths.ts";
import { search } from "./search.ts";

const README = /^readme(?:\.(?:md|markdown|txt))?$/i;
const PAGE = 1000; // entries
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
 */
export async function sendListing(listing: Listing): Promise<Response> {
  const { request, root, folder, options } = listing;
  const text = request.query.get("search")?.trim() ?? "";
  const { entries: found, isCut } = text === ""
    ? { entries: await root.list(folder), isCut: false }
    : await search(root, folder, text, request.signal);
  if (request.query.get("raw") === "true") {
    const lines = found.map(({ name, isFolder }) => `${name}${isFolder ? "/" : ""}\n`);
    return textResponse(lines.join(""));
  }
  const order = orderOf(request);
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  const page = Math.min(order.page, pages);
  const shown = (entries: readonly Entry[]): Entry[] =>
    sorted(entries, order.sort, order.descending).slice((page - 1) * PAGE, page * PAGE);
  // Sizes and times of all are needed only where they decide which ones are shown.
  const entries = order.sort === "name"
    ? await root.describe(folder, shown(found))
    : shown(await root.describe(folder, found));
  const nonce = crypto.randomUUID();
  const html = listingPage({
    title: options.title,
    path: decodeURIComponent(listing.path),
    entries,
    order: { ...order, page },
    pages,
    search: text,
    isCut,
    upload: listing.upload,
    mkdir: listing.change && options.mkdir,
    remove: listing.change && options.remove && text === "",
    archives: options.archives ? Object.keys(ARCHIVES) : [],
    readme: options.readme && text === "" ? await readmeOf(folder, found) : null,
    nonce,
  });
  return pageReply(html, nonce);
}

/** What `?sort=size&order=desc&page=2` says. */
function orderOf({ query }: ServerRequest): Order {
  const sort = query.get("sort") ?? "";
  const page = query.get("page") ?? "";
  return {
    sort: sort === "size" || sort === "time" ? sort : "name",
    descending: query.get("order") === "desc",
    page: /^[1-9]\d{0,8}$/.test(page) ? Number(page) : 1,
  };
}

/**
 * A page of this server's own, which loads nothing and is shown in no frame.
 *
 * @param html The page.
 * @param nonce Nonce of its script and style, `null` for a page without them.
 */
export function pageReply(html: string, nonce: string | null): Response {
  const own = nonce === null ? "" : `style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; `;
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; ${own}` +
        `connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      "cache-control": "no-store",
    },
  });
}

async function readmeOf(folder: string, entries: readonly Entry[]): Promise<string | null> {
  const found = entries.find(({ name, isFolder }) => !isFolder && README.test(name));
  if (found === undefined) return null;
  const path = join(folder, found.name);
  try {
    return (await Deno.stat(path)).size <= MAX_README ? await Deno.readTextFile(path) : null;
  } catch {
    return null; // gone since, or not to be read: the listing is what was asked for
  }
}
