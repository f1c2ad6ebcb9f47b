import { nodeFs, nodeUrl } from "../../http/node_modules.ts";
import type { ServerRequest } from "../request/request.ts";
import { escapeHtml as escaped } from "../response/escape_html.ts";

/** What is shown of an error, as JSON of RFC 9457 and on a page. */
export interface ShownError {
  readonly detail: string;
  readonly remedy?: string;
  readonly route: { readonly path: string; readonly params: object } | null;
  readonly stack: readonly string[];
  readonly causes: readonly string[];
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/Requires (\w+) access/, "Start the program with --allow-$1, or -A for everything."],
  [
    /No such file or directory/,
    "A relative path starts at the working directory, not at the " +
    'module: new URL("./file", import.meta.url) starts at the module.',
  ],
  [/Connection refused/, "Nothing listens there: is the other service running, on this port?"],
  [/circular structure to JSON/, "Give jsonResponse() a plain value, without links to parents."],
  [/serialize a BigInt/, "jsonResponse(value, { dumps }) takes a serializer of yours."],
  [
    /Body already consumed|body (?:was|is) (?:read|unusable)|disturbed or locked/i,
    "A body can be read once: keep what read(), text() or json() returned.",
  ],
  [/Cannot read properties of undefined/, "Something is missing that the marked line expects."],
];

export function shownError(error: unknown, request: ServerRequest): ShownError {
  const { resource, matchInfo } = request;
  const detail = String(error);
  const [pattern, text = ""] = REMEDIES.find(([each]) => each.test(detail)) ?? [];
  const remedy = pattern === undefined ? "" : text.replace("$1", pattern.exec(detail)?.[1] ?? "");
  return {
    detail,
    ...(remedy === "" ? {} : { remedy }),
    route: resource === null ? null : { path: resource.canonical, params: { ...matchInfo } },
    stack: stackOf(error).map(({ text }) => text),
    causes: causesOf(error).map(String),
  };
}

/** The response for an error of the program: a page if the client accepts one, else JSON. */
export function errorPage(error: unknown, request: ServerRequest): Response {
  const isPage = request.headers.get("accept")?.includes("text/html") === true;
  const shown = shownError(error, request);
  const problem = { type: "about:blank", title: "Internal Server Error", status: 500, ...shown };
  const body = isPage ? pageOf(shown, error, request) : `${JSON.stringify(problem, null, 2)}\n`;
  return new Response(body, {
    status: 500,
    headers: {
      "content-type": isPage ? "text/html; charset=utf-8" : "application/problem+json",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    },
  });
}

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let at = error; at instanceof Error && causes.length < 8;) {
    at = at.cause;
    if (at !== undefined) causes.push(at);
  }
  return causes;
}

const SECRET = /^(?:cookie|authorization|proxy-authorization|x-api-key)$/;

function pageOf(shown: ShownError, error: unknown, request: ServerRequest): string {
  const frames = [error, ...causesOf(error)].flatMap(stackOf);
  const place = frames.find(({ isOwn }) => isOwn) ?? frames.find(({ url }) => url !== null);
  const headers = [...request.headers].map(([name, value]) =>
    [name, SECRET.test(name) ? "(hidden)" : value] as const
  );
  const lines = frames.map(({ text, isOwn }) =>
    isOwn ? escaped(text) : `<span class="other">${escaped(text)}</span>`
  );
  return `<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(shown.detail)}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; } h2 { font-size: 1rem; margin-top: 1.6rem; }
pre { overflow-x: auto; padding: .6rem; background: #8881; border-radius: .4rem; }
mark { background: #f443; color: inherit; display: block; } .other { opacity: .55; }
td { padding-right: 1rem; vertical-align: top; overflow-wrap: anywhere; } p.remedy { color: #17803d; }
</style>
<p>${escaped(`${request.method} ${request.pathQs}`)}
<h1>${escaped(shown.detail)}</h1>
${shown.remedy === undefined ? "" : `<p class="remedy">${escaped(shown.remedy)}`}
${shown.causes.map((each) => `<p>Caused by ${escaped(each)}`).join("")}
${place === undefined ? "" : sourceHtml(place)}
<h2>Stack</h2>
<pre>${lines.join("\n")}</pre>
<h2>Route</h2>
<p>${escaped(shown.route?.path ?? "none")}${tableOf(Object.entries(shown.route?.params ?? {}))}
<h2>Request</h2>
${tableOf(headers)}
<p>This page is shown because of <code>debug: true</code>.
`;
}

function sourceHtml(place: Frame): string {
  const lines = sourceOf(place, 5).map(({ number, text }) => {
    const line = escaped(`${String(number).padStart(5)}  ${text}`);
    return number === place.line ? `<mark>${line}</mark>` : `${line}\n`;
  });
  const title = `<h2>${escaped(place.text)}</h2>\n`;
  return lines.length > 0
    ? `${title}<pre>${lines.join("")}</pre>`
    : `${title}<p>The lines are shown with --allow-read.`;
}

function tableOf(rows: readonly (readonly [string, string])[]): string {
  const cells = rows.map(([name, value]) => `<tr><td>${escaped(name)}<td>${escaped(value)}`);
  return `<table>${cells.join("\n")}</table>`;
}

interface Frame {
  readonly text: string; // as in the stack: handler (file:///srv/app.ts:7:9)
  readonly url: string | null;
  readonly line: number;
  readonly isOwn: boolean; // code of the application, not of a library or the platform
}

const LIBRARY = new URL("../../", import.meta.url).href;
const OF_LIBRARY = /^(?:server|client|http|cli)\//;

/** The calls in the stack of an error, innermost first. */
function stackOf(error: unknown): Frame[] {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  return [...stack.matchAll(/^\s+at (.*)$/gm)].map(([, text = ""]) => {
    const [, url = null, line] = /((?:file|https?):\/\/.*?):(\d+)(?::\d+)?\)?$/.exec(text) ?? [];
    const isOwn = url !== null && url.startsWith("file:") && !url.includes("/node_modules/") &&
      !(url.startsWith(LIBRARY) && OF_LIBRARY.test(url.slice(LIBRARY.length)));
    return { text, url, line: Number(line ?? 0), isOwn };
  });
}

/** The lines around a call; none if the file cannot be read. */
function sourceOf({ url, line }: Frame, around: number): { number: number; text: string }[] {
  if (url === null || !url.startsWith("file:")) return [];
  try {
    const path = nodeUrl().fileURLToPath(url);
    // Reading without the permission would ask on the server's terminal.
    const may = globalThis.Deno?.permissions.querySync({ name: "read", path }).state ?? "granted";
    if (may !== "granted") return [];
    const first = Math.max(1, line - around);
    return nodeFs().readFileSync(path, "utf8").split("\n").slice(first - 1, line + around)
      .map((text, at) => ({ number: first + at, text }));
  } catch {
    return [];
  }
}
