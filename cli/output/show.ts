import type { HopRequest, HopResult } from "../../client/mod.ts";
import { type Paint, plain } from "../io/paint.ts";
import { visibleLine, visibleText } from "../io/visible_text.ts";
import { formatJson } from "../connecting/json_format.ts";
import type { FormatOptions } from "./format_options.ts";
import { formatXml } from "./xml_format.ts";

export interface ShowOptions extends Omit<FormatOptions, "shapes"> {
  readonly paint: Paint;
  /** Line end of headers: CR LF if the output is a raw message. */
  readonly lineEnd: "\n" | "\r\n";
  /** Whether control characters are made visible; in a pipe they are kept. */
  readonly terminal: boolean;
  readonly secrets: boolean;
}

const SECRET = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token)$/i;

export function requestHead(
  hop: Pick<HopRequest, "method" | "url" | "headers">,
  options: ShowOptions,
): string {
  const { paint } = options;
  const { pathname, search } = new URL(hop.url);
  const lines = [`${paint("status", hop.method)} ${visibleLine(pathname + search)} HTTP/1.1`];
  for (const [name, value] of options.sortHeaders ? sorted(hop.headers) : hop.headers) {
    lines.push(header(name, shownValue(name, value, options), paint));
  }
  return [...lines, "", ""].join(options.lineEnd);
}

function shownValue(name: string, value: string, { secrets }: ShowOptions): string {
  return secrets || !SECRET.test(name) ? value : masked(name.toLowerCase(), value);
}

/** `Basic YTpi` becomes `Basic [hidden]`, `a=1; b=2` becomes `a=[hidden]; b=[hidden]`. */
function masked(name: string, value: string): string {
  if (name === "cookie") return value.split(/;\s*/).map(maskedPair).join("; ");
  if (name === "set-cookie") {
    const [pair = "", ...attributes] = value.split(";");
    return [maskedPair(pair), ...attributes].join(";");
  }
  // Only the scheme is kept: "=" at the end may be base64 padding rather than an empty cookie.
  const scheme = name.endsWith("authorization") ? /^[\w-]+(?=\s)/.exec(value)?.[0] : undefined;
  return scheme === undefined ? "[hidden]" : `${scheme} [hidden]`;
}

function maskedPair(pair: string): string {
  return pair.includes("=") ? `${pair.slice(0, pair.indexOf("="))}=[hidden]` : "[hidden]";
}

export type ReplyHead = Pick<HopResult, "status" | "reason" | "headers" | "rawHeaders"> & {
  readonly version?: string | null;
};

export function responseHead(
  response: ReplyHead,
  options: ShowOptions,
): string {
  const { paint, terminal } = options;
  const reason = terminal ? visibleLine(response.reason) : response.reason;
  const role = response.status < 400 ? "good" : "bad";
  const status = paint(role, `${response.status} ${reason}`.trimEnd());
  const lines = [`HTTP/${response.version ?? "1.1"} ${status}`];
  // Headers joins repeated fields; the raw fields keep each one, in order and case.
  const came = response.rawHeaders;
  const titled = (came ?? [...response.headers]).map(([name, value]) =>
    [name === name.toLowerCase() ? titleCase(name) : name, value] as const
  );
  const fields = options.sortHeaders === false ? came ?? titled : sorted(titled);
  for (const [name = "", value = ""] of fields) {
    lines.push(header(name, shownValue(name, value, options), paint));
  }
  return `${lines.join("\n")}\n\n`;
}

/** Decodes a header value: as UTF-8 if valid, else as Latin-1. */
function readableValue(value: string): string {
  // deno-lint-ignore no-control-regex -- the range begins with NUL
  if (!/[\x80-\xff]/.test(value) || /[^\x00-\xff]/.test(value)) return value;
  try {
    const bytes = Uint8Array.from(value, (each) => each.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return value;
  }
}

type Fields = readonly (readonly [name: string, value: string])[];

/** Sorts by name; repeated fields keep their order. */
function sorted(fields: Fields): Fields {
  const key = ([name]: readonly [string, string]): string => name.toLowerCase();
  return fields.toSorted((one, other) => key(one) < key(other) ? -1 : +(key(one) > key(other)));
}

function header(name: string, value: string, paint: Paint): string {
  const shown = paint("value", visibleLine(readableValue(value)));
  return `${paint("name", visibleLine(name))}: ${shown}`;
}

export function titleCase(name: string): string {
  const known: Readonly<Record<string, string>> = { etag: "ETag", te: "TE", dnt: "DNT" };
  return known[name] ?? name.replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/^Www-/, "WWW-").replace(/^Sec-Websocket/, "Sec-WebSocket");
}

export const BINARY_NOTE = `
+-----------------------------------------+
| NOTE: binary data not shown in terminal |
+-----------------------------------------+
`;

export type BodyKind = "json" | "xml" | "text";

// Types under which JSON is also sent: text, scripts, no type.
const LOOSE =
  /^(?:application\/octet-stream$|text\/plain$|(?:text|application)\/(?:x-)?(?:javascript|ecmascript|json)$)/i;
const GUARD = /^(?:\)\]\}',?|while\s*\(1\);|for\s*\(;;\);?|[)\]}])\s*/; // prefixes that prevent loading as a script

/** Detects the format of a body by its type and first characters. */
export function bodyKind(type: string, text: string): BodyKind {
  if (isJson(type)) return "json";
  if (/^(?:application|text)\/(?:[\w.-]+\+)?xml$|^image\/svg\+xml$/i.test(type)) return "xml";
  return LOOSE.test(type) && /^\s*[[{"]/.test(text.replace(GUARD, "")) ? "json" : "text";
}

export function bodyText(text: string, kind: BodyKind, options: ShowOptions): string {
  const { format, indent, paint, sortKeys: sort } = options;
  if (kind === "json" && (format || paint !== plain)) {
    const guard = GUARD.exec(text)?.[0] ?? "";
    const formatted = formatJson(text.slice(guard.length), paint, {
      indent: format ? indent : null,
      sort,
      decode: format,
    });
    if (formatted !== null) return guard + formatted;
  }
  const shown = kind === "xml" && options.xml ? formatXml(text, indent) ?? text : text;
  return options.terminal ? visibleText(shown) : shown;
}

/** Whether bytes are binary: a zero byte near the start, without a byte order mark. */
export function isBinary(bytes: Uint8Array): boolean {
  const mark = (bytes[0] ?? 0) << 8 | (bytes[1] ?? 0);
  return mark !== 0xfffe && mark !== 0xfeff && bytes.subarray(0, 1024).includes(0);
}

export function isJson(type: string): boolean {
  return /^(?:application|text)\/(?:[\w.-]+\+)?json$/i.test(type);
}
