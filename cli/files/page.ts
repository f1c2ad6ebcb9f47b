/**
 * The page that lists a folder and takes uploads.
 * @module
 */
import { formatBytes } from "../io/format_bytes.ts";
import type { Entry } from "./folder.ts";

/** What the page shows. */
export interface PageOptions {
  /** What stands before the path, `null` for nothing. */
  readonly title: string | null;
  /** Path of the folder below the root, decoded, `/` for the root. */
  readonly path: string;
  /** What it holds. */
  readonly entries: readonly Entry[];
  /** What was searched for, `""` for nothing. */
  readonly search: string;
  /** Whether there may be more than what is shown. */
  readonly isCut: boolean;
  /** Whether files can be uploaded here. */
  readonly upload: boolean;
  /** Whether folders can be made here. */
  readonly mkdir: boolean;
  /** Whether files can be deleted here. */
  readonly remove: boolean;
  /** Text that is shown below, `null` for none. */
  readonly readme: string | null;
  /** Kinds of archive that can be had. */
  readonly archives: readonly string[];
  /** Nonce of the page's script and style. */
  readonly nonce: string;
}

/**
 * Makes the page; names of files are text in it, whatever they hold.
 *
 * @param options What it shows.
 */
export function listingPage(options: PageOptions): string {
  const { path, entries, upload, archives, nonce, readme } = options;
  const rows = entries.map(({ name, isFolder, size, modified }) => {
    const segments = name.toWellFormed().split("/").map(encodeURIComponent);
    const href = `./${segments.join("/")}${isFolder ? "/" : ""}`;
    const time = modified === null ? "" : modified.toISOString().slice(0, 16).replace("T", " ");
    return `<tr><td><a href="${escapeHtml(href)}">${escapeHtml(name)}${
      isFolder ? "/" : ""
    }</a></td>` +
      `<td>${isFolder ? "" : formatBytes(size)}</td><td>${time}</td>${
        options.remove ? `<td>${removeForm(name)}</td>` : ""
      }</tr>`;
  });
  if (path !== "/") rows.unshift(`<tr><td><a href="../">../</a></td><td></td><td></td></tr>`);
  if (options.isCut) rows.push(`<tr><td>There may be more.</td><td></td><td></td></tr>`);
  const heading = escapeHtml(options.title === null ? path : `${options.title} ${path}`);
  const links = archives.map((kind) => `<a href="?archive=${kind}">${kind}</a>`).join(" ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${heading}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<h1>${heading}</h1>
${archives.length === 0 ? "" : `<p>This folder as an archive: ${links}</p>\n`}${
    upload ? FORM : ""
  }${options.mkdir ? MKDIR : ""}<form role="search">
<label>Search below <input type="search" name="search" value="${
    escapeHtml(options.search)
  }"></label> <button>Search</button>
</form>
<table>
<tr><th>Name</th><th>Size</th><th>Modified (UTC)</th></tr>
${rows.join("\n")}
</table>
${readme === null ? "" : `<pre>${escapeHtml(readme)}</pre>\n`}${
    options.remove ? `<script nonce="${nonce}">${ASK}</script>\n` : ""
  }${upload ? `<script nonce="${nonce}">${SCRIPT}</script>\n` : ""}</body>
</html>
`;
}

function removeForm(name: string): string {
  return `<form class="remove" method="post"><button name="remove" value="${
    escapeHtml(name)
  }" aria-label="Delete ${escapeHtml(name)}">Delete</button></form>`;
}

/**
 * Makes text of HTML harmless.
 *
 * @param text The text.
 */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; }
td:first-child { overflow-wrap: anywhere; }
td + td, th + th { white-space: nowrap; }
#drop { border: 2px dashed gray; border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
#drop.over { border-style: solid; }
progress { width: 12rem; }
li.failed { color: #c00; }
form.remove { margin: 0; }
pre { white-space: pre-wrap; border-top: 1px solid gray; padding-top: 1rem; }
`;

// Works without a script too: the form is posted as it is.
const FORM = `<form id="drop" method="post" enctype="multipart/form-data">
<label>Files <input id="files" type="file" name="file" multiple></label>
<label>or a folder <input id="folder" type="file" webkitdirectory></label>
<button>Upload</button> or drop them here
<ul id="log"></ul>
</form>
`;

const MKDIR = `<form id="mkdir" method="post">
<label>New folder <input name="mkdir" required maxlength="255"></label> <button>Make</button>
</form>
`;

const ASK = `
document.addEventListener("submit", (event) => {
  if (event.target.className !== "remove") return;
  const { value } = event.target.elements.remove;
  if (!confirm("Delete " + value + "? This cannot be undone.")) event.preventDefault();
});
`;

const SCRIPT = `
const form = document.getElementById("drop"), log = document.getElementById("log");
const queue = [];
let busy = false, failed = 0, reading = 0;
const add = (file, name) => {
  const item = document.createElement("li"), bar = document.createElement("progress");
  item.append(name + " ", bar);
  bar.max = file.size || 1; bar.value = 0;
  log.append(item);
  queue.push({ file, name, item, bar });
  if (!busy) next();
};
const next = () => {
  const job = queue.shift();
  busy = job !== undefined;
  // A folder that is still read has more to come.
  if (!busy) { if (failed === 0 && reading === 0) location.reload(); return; }
  const data = new FormData();
  data.append("file", job.file, job.name);
  const request = new XMLHttpRequest();
  request.open("POST", location.pathname);
  request.setRequestHeader("Accept", "application/json");
  request.upload.onprogress = (event) => { job.bar.value = event.loaded; job.bar.max = event.total; };
  const end = (problem) => {
    if (problem) { failed++; job.item.className = "failed"; job.bar.replaceWith(problem); }
    else job.bar.replaceWith("uploaded");
    next();
  };
  request.onload = () => end(request.status < 300 ? "" : request.responseText || "status " + request.status);
  request.onerror = () => end("the connection broke");
  request.send(data);
};
const walk = async (entry, path) => {
  if (entry.isFile) {
    return add(await new Promise((...done) => entry.file(...done)), path + entry.name);
  }
  const reader = entry.createReader();
  for (;;) {
    const found = await new Promise((...done) => reader.readEntries(...done));
    if (found.length === 0) return;
    for (const each of found) await walk(each, path + entry.name + "/");
  }
};
const drop = async (entries) => {
  reading++;
  for (const entry of entries) {
    try { await walk(entry, ""); } catch (problem) {
      const item = document.createElement("li");
      item.className = "failed"; item.textContent = entry.name + " " + problem;
      log.append(item); failed++;
    }
  }
  reading--;
  if (!busy) next();
};
form.addEventListener("submit", (event) => {
  event.preventDefault();
  for (const id of ["files", "folder"]) {
    const input = document.getElementById(id);
    for (const file of input.files) add(file, file.webkitRelativePath || file.name);
  }
  form.reset();
});
document.addEventListener("dragover", (event) => { event.preventDefault(); form.className = "over"; });
document.addEventListener("dragleave", () => { form.className = ""; });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  form.className = "";
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
  if (entries.every((entry) => entry)) drop(entries);
  else for (const file of event.dataTransfer.files) add(file, file.name);
});
`;
