import { type ServerRequest, textResponse } from "../../server/mod.ts";
import { ARCHIVES } from "./archive.ts";
import { type Entry, type Root, sorted } from "./folder.ts";
import type { FilesOptions } from "./options.ts";
import { listingPage, type Order } from "./page.ts";

const PAGE = 1000; // entries

export interface Listing {
  readonly request: ServerRequest;
  readonly root: Root;
  /** Real path of the folder. */
  readonly folder: string;
  /** Its path below the prefix, percent-encoded. */
  readonly path: string;
  readonly options: FilesOptions;
  /** Whether this user may upload, make folders and delete files here, if the options allow it. */
  readonly change: boolean;
}

/** Lists a folder as a page; for `?raw=true` one name per line. */
export async function sendListing(listing: Listing): Promise<Response> {
  const { request, root, folder, options } = listing;
  const found = await root.list(folder);
  if (request.query.get("raw") === "true") {
    const lines = found.map(({ name, isFolder }) => `${name}${isFolder ? "/" : ""}\n`);
    return textResponse(lines.join(""));
  }
  const order = orderOf(request);
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  const page = Math.min(order.page, pages);
  const shown = (entries: readonly Entry[]): Entry[] =>
    (order.sort === "name" && !order.descending
      ? entries // as they are listed
      : sorted(entries, order.sort, order.descending)).slice((page - 1) * PAGE, page * PAGE);
  // Sizes and times of all entries are needed only to sort by them.
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
    upload: listing.change && options.upload !== null,
    mkdir: listing.change && options.mkdir,
    remove: listing.change && options.remove,
    archives: options.archives ? Object.keys(ARCHIVES) : [],
    nonce,
  });
  return pageReply(html, nonce);
}

/** Reads `?sort=size&order=desc&page=2`. */
function orderOf({ query }: ServerRequest): Order {
  const sort = query.get("sort") ?? "";
  const page = query.get("page") ?? "";
  return {
    sort: sort === "size" || sort === "time" ? sort : "name",
    descending: query.get("order") === "desc",
    page: /^[1-9]\d{0,8}$/.test(page) ? Number(page) : 1,
  };
}

/** Answers with a page of the server itself; it loads no resources and cannot be framed. */
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
