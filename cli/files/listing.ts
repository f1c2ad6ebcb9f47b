import { type ServerRequest, textResponse } from "../../server/mod.ts";
import { ARCHIVES } from "./archive.ts";
import { type Entry, type Root, sorted, type SortKey } from "./folder.ts";
import type { FilesOptions } from "./options.ts";
import { fill } from "../io/fill.ts";
import { formatBytes } from "../io/format_bytes.ts";
import CONFIRM from "./confirm.html" with { type: "text" };
import MKDIR from "./mkdir_form.html" with { type: "text" };
import PAGE from "./page.html" with { type: "text" };
import SCRIPT from "./page.js" with { type: "text" };
import STYLE from "./page.css" with { type: "text" };
import UPLOAD from "./upload_form.html" with { type: "text" };

const PAGE_SIZE = 1000; // entries

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
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const page = Math.min(order.page, pages);
  const shown = (entries: readonly Entry[]): Entry[] =>
    (order.sort === "name" && !order.descending
      ? entries // as they are listed
      : sorted(entries, order.sort, order.descending)).slice(
        (page - 1) * PAGE_SIZE,
        page * PAGE_SIZE,
      );
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

export interface Order {
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly page: number;
}

export interface PageOptions extends Pick<FilesOptions, "title" | "mkdir" | "remove"> {
  /** Path of the folder below the root, decoded, `/` for the root. */
  readonly path: string;
  readonly entries: readonly Entry[];
  readonly order: Order;
  readonly pages: number;
  readonly upload: boolean;
  readonly archives: readonly string[];
  /** Nonce of the page's script and style. */
  readonly nonce: string;
}

export function listingPage(options: PageOptions): string {
  const { path, archives, nonce, upload, mkdir, remove } = options;
  const rows = options.entries.map((entry) => row(entry, remove));
  if (path !== "/") rows.unshift(`<tr><td><a href="../">../</a></td><td></td><td></td></tr>`);
  const names = path.split("/").filter((name) => name !== "");
  const last = names.at(-1);
  const root = options.title ?? "/";
  const links = archives.map((kind) => `<a href="?archive=${kind}">${kind}</a>`).join(" ");
  const heads = COLUMNS.map(([key, name]) => columnHead(key, name, options.order)).join("");
  return fill(PAGE, {
    style: `<style nonce="${nonce}">${STYLE}</style>`,
    title: escapeHtml(options.title === null ? path : `${options.title} ${path}`),
    breadcrumb: breadcrumb(root, names),
    heading: escapeHtml(last === undefined ? root : `${last}/`),
    archives: links === "" ? "" : `<p>This folder as an archive: ${links}</p>\n`,
    forms: `${upload ? UPLOAD : ""}${mkdir ? MKDIR : ""}`,
    heads: `${heads}${remove ? "<td></td>" : ""}`,
    rows: rows.join("\n"),
    pager: pager(options),
    script: upload || remove ? `<script nonce="${nonce}">${SCRIPT}</script>\n` : "",
  });
}

const COLUMNS = [["name", "Name"], ["size", "Size"], ["time", "Modified (UTC)"]] as const;

function row({ name, isFolder, size, isMore, modified }: Entry, remove: boolean): string {
  const slash = isFolder ? "/" : "";
  const href = `./${encodeURIComponent(name.toWellFormed())}${slash}`;
  const time = modified?.toISOString().slice(0, 16) ?? "";
  const bytes = size === null ? "" : `${isMore ? "over " : ""}${formatBytes(size)}`;
  const when = `<time datetime="${time}Z">${time.replace("T", " ")}</time>`;
  return `<tr><td><a href="${escapeHtml(href)}">${escapeHtml(name)}${slash}</a></td>` +
    `<td>${bytes}</td><td>${time === "" ? "" : when}</td>` +
    `${remove ? `<td>${removeForm(name)}</td>` : ""}</tr>`;
}

function breadcrumb(root: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const above = [root, ...names.slice(0, -1)].map((name, at) =>
    `<a href="${"../".repeat(names.length - at)}">${escapeHtml(name)}</a>`
  );
  return `<nav aria-label="Folders above">${above.join(" › ")} ›</nav>\n`;
}

function queryOf({ sort, descending, page }: Order): string {
  const query = new URLSearchParams();
  if (sort !== "name") query.set("sort", sort);
  if (descending) query.set("order", "desc");
  if (page > 1) query.set("page", `${page}`);
  return escapeHtml(`?${query}`);
}

function columnHead(sort: SortKey, name: string, order: Order): string {
  const isChosen = order.sort === sort;
  const next = { sort, descending: isChosen && !order.descending, page: 1 };
  const state = !isChosen ? "" : ` aria-sort="${order.descending ? "descending" : "ascending"}"`;
  const arrow = !isChosen ? "" : ` <span aria-hidden="true">${order.descending ? "↓" : "↑"}</span>`;
  return `<th scope="col"${state}><a href="${queryOf(next)}">${name}${arrow}</a></th>`;
}

function pager({ order, pages }: PageOptions): string {
  if (pages === 1) return "";
  const link = (page: number, text: string): string =>
    page < 1 || page > pages ? "" : `<a href="${queryOf({ ...order, page })}">${text}</a> `;
  return `<nav aria-label="Pages">${link(order.page - 1, "Previous")}` +
    `Page ${order.page} of ${pages} ${link(order.page + 1, "Next")}</nav>\n`;
}

// Without a script the button leads to a confirmation page; the script confirms in place and posts.
function removeForm(name: string): string {
  return `<form class="remove"><button name="confirm" value="${escapeHtml(name)}" ` +
    `aria-label="Delete ${escapeHtml(name)}">Delete</button></form>`;
}

export function confirmPage(name: string): string {
  return fill(CONFIRM, { name: escapeHtml(name) });
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
