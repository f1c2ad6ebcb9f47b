import { type ServerRequest, textResponse } from "../../server/mod.ts";
import { ARCHIVES } from "./archive.ts";
import { type Entry, type Root, sorted } from "./folder.ts";
import type { FilesOptions } from "./options.ts";
import { listingPage, type Order } from "./page.ts";

const PAGE = 1000; // entries

/**
 * Lists a folder as a page; for `?raw=true` one name per line. `path` is that below the prefix,
 * decoded, `change` whether this user may change the folder as far as the options allow it.
 */
export async function sendListing(
  request: ServerRequest,
  root: Root,
  options: FilesOptions,
  { folder, path, change }: { folder: string; path: string; change: boolean },
): Promise<Response> {
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
    path,
    entries,
    order: { ...order, page },
    pages,
    upload: change && options.upload !== null,
    mkdir: change && options.mkdir,
    remove: change && options.remove,
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
