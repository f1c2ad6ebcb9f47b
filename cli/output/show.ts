/**
 * Requests and replies as text.
 * @module
 */
import type { ClientResponse, HopRequest } from "../../client/mod.ts";
import { type Paint, plain } from "../io/paint.ts";
import { visibleLine, visibleText } from "../io/visible_text.ts";
import { rawFields } from "../request/http_reply.ts";
import { formatJson } from "../connecting/json_format.ts";

/** How text is shown. */
export interface ShowOptions {
  /** Colours. */
  readonly paint: Paint;
  /** Whether JSON is indented. */
  readonly format: boolean;
  /** Spaces of a level of JSON. */
  readonly indent: number;
  /** Whether keys of JSON are sorted. */
  readonly sortKeys: boolean;
  /** Whether headers are sorted; `null` for what is usual. */
  readonly sortHeaders: boolean | null;
  /** Whether control characters are made visible; in a pipe bytes stay as they are. */
  readonly terminal: boolean;
  /** Whether credentials and cookies are shown. */
  readonly secrets: boolean;
}

const SECRET = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token)$/i;

/**
 * The head of a request.
 *
 * @param hop What is sent.
 * @param options How.
 */
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
  return `${lines.join("\n")}\n\n`;
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
  // Only a scheme is told from a secret; a key in base64 ends in "=" as a cookie without value does.
  const scheme = name.endsWith("authorization") ? /^[\w-]+(?=\s)/.exec(value)?.[0] : undefined;
  return scheme === undefined ? "[hidden]" : `${scheme} [hidden]`;
}

function maskedPair(pair: string): string {
  return pair.includes("=") ? `${pair.slice(0, pair.indexOf("="))}=[hidden]` : "[hidden]";
}

/**
 * The head of a reply.
 *
 * @param response The reply.
 * @param options How.
 */
export function responseHead(
  response: Pick<ClientResponse, "status" | "reason" | "headers">,
  options: ShowOptions,
): string {
  const { paint, terminal } = options;
  const reason = terminal ? visibleLine(response.reason) : response.reason;
  const role = response.status < 400 ? "good" : "bad";
  const status = paint(role, `${response.status} ${reason}`.trimEnd());
  const lines = [`HTTP/1.1 ${status}`];
  // Headers are sorted, and know no case; the wire had both.
  const came = options.sortHeaders === false ? rawFields(response.headers) : null;
  const fields = came ?? [...response.headers].map(([name, value]) => [titleCase(name), value]);
  for (const [name = "", value = ""] of fields) {
    lines.push(header(name, shownValue(name, value, options), paint));
  }
  return `${lines.join("\n")}\n\n`;
}

type Fields = readonly (readonly [name: string, value: string])[];

/** By name; of those that repeat the order stays. */
function sorted(fields: Fields): Fields {
  const key = ([name]: readonly [string, string]): string => name.toLowerCase();
  return fields.toSorted((one, other) => key(one) < key(other) ? -1 : +(key(one) > key(other)));
}

function header(name: string, value: string, paint: Paint): string {
  return `${paint("name", visibleLine(name))}: ${paint("value", visibleLine(value))}`;
}

/**
 * A name as it is usually written: `Content-Type`.
 *
 * @param name The name in lower case.
 */
export function titleCase(name: string): string {
  const known: Readonly<Record<string, string>> = { etag: "ETag", te: "TE", dnt: "DNT" };
  return known[name] ?? name.replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/^Www-/, "WWW-").replace(/^Sec-Websocket/, "Sec-WebSocket");
}

/** Stands for a body that a terminal cannot show. */
export const BINARY_NOTE = `
+-----------------------------------------+
| NOTE: binary data not shown in terminal |
+-----------------------------------------+
`;

/**
 * A body as text.
 *
 * @param text The body.
 * @param json Whether it says that it is JSON.
 * @param options How.
 */
export function bodyText(text: string, json: boolean, options: ShowOptions): string {
  if (json && (options.format || options.paint !== plain)) {
    const formatted = formatJson(text, options.paint, {
      indent: options.format ? options.indent : null,
      sort: options.sortKeys,
    });
    if (formatted !== null) return formatted;
  }
  return options.terminal ? visibleText(text) : text;
}

/**
 * Whether bytes are no text: there is a zero byte among the first ones.
 *
 * @param bytes Start of a body.
 */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 1024).includes(0);
}

/**
 * Whether a mime type is one of JSON.
 *
 * @param type The type.
 */
export function isJson(type: string): boolean {
  return /^(?:application|text)\/(?:[\w.-]+\+)?json$/i.test(type);
}
