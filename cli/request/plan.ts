import { FormBody, openFile, type RequestData } from "../../client/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { RequestOption } from "../specs/request.ts";
import { CommandError, messageOf, unreadable, UsageError } from "../errors/errors.ts";
import { VERSION } from "../io/version.ts";
import { type Item, parseItem } from "../connecting/items.ts";
import { putJson, readJson } from "../connecting/nested_json.ts";
import type { Target } from "../connecting/target.ts";
import { savesBody } from "../output/parts.ts";
import type { PipedBody } from "./stdin_body.ts";

/** A request before the session adds cookies and credentials. */
export interface Plan {
  readonly method: string;
  readonly url: URL;
  /** Headers in the user's order and case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Names of headers not to send, in lower case. */
  readonly without: ReadonlySet<string>;
  /** Names of default headers, in lower case. */
  readonly defaults: ReadonlySet<string>;
  readonly body: PlannedBody | null;
}

export type PlannedBody =
  | { readonly kind: "text"; readonly text: string; readonly type: string | null }
  | { readonly kind: "file"; readonly path: string; readonly type: string | null }
  | ({ readonly kind: "piped" } & PipedBody)
  | { readonly kind: "multipart"; readonly parts: readonly Part[] };

export type Part =
  | { readonly name: string; readonly value: string }
  | Extract<Item, { kind: "file" }>;

type Items = readonly Item[];

/** Plans the request to each URL; standard input is read only if no item is a body. */
export async function plan(
  parsed: ParsedArgs<RequestOption>,
  target: Target,
  stdin: (method: string | null) => Promise<PipedBody | null>,
): Promise<[Plan, ...Plan[]]> {
  const items = await Promise.all(target.items.map(loaded));
  for (const each of parsed.all("header")) {
    const item = parseItem(each.replace(/^([^:=@;]*):\s+/, "$1:"));
    if (item.kind !== "header") throw new UsageError(`argument -H: "${each}" is not NAME:VALUE`);
    items.push(item);
  }
  const body = await bodyOf(parsed, items, target.method, stdin);
  const named = items.filter((item) => item.kind === "header");
  const without = new Set<string>();
  const defaults = new Set<string>();
  let headers: (readonly [string, string])[] = [];
  for (const { name, value } of named) {
    const lower = name.toLowerCase();
    // The last item wins: NAME: removes earlier values, and a later value sets it again.
    if (value !== null) {
      without.delete(lower);
      headers.push([name, value]);
      continue;
    }
    without.add(lower);
    headers = headers.filter(([own]) => own.toLowerCase() !== lower);
  }
  const add = (name: string, value: string): void => {
    const lower = name.toLowerCase();
    if (without.has(lower) || headers.some(([own]) => own.toLowerCase() === lower)) return;
    headers.push([name, value]);
    defaults.add(lower);
  };
  for (const each of parsed.all("default-header")) {
    const item = parseItem(each);
    if (item.kind === "header" && item.value !== null) add(item.name, item.value);
  }
  const json = parsed.has("json") || (body?.kind === "text" && body.type === JSON_TYPE);
  add("User-Agent", `roundtrip/${VERSION}`);
  add("Accept", json ? "application/json, */*;q=0.5" : "*/*");
  // A compressed download could not be resumed, and its size would not be that of the file.
  add("Accept-Encoding", savesBody(parsed) ? "identity" : "gzip, deflate, br, zstd");
  if (body?.kind === "text" && body.type !== null) add("Content-Type", body.type);
  if (body?.kind === "file") add("Content-Type", body.type ?? await typeOf(body.path));
  if (body?.kind === "piped") add("Content-Type", parsed.has("form") ? FORM_TYPE : JSON_TYPE);
  const method = target.method ?? (body === null ? "GET" : "POST");
  const planTo = ({ url }: { readonly url: URL }): Plan => {
    return { method, url: withQuery(url, items), headers, without, defaults, body };
  };
  return [planTo(target), ...target.others.map(planTo)];
}

function withQuery(bare: URL, items: Items): URL {
  const url = new URL(bare);
  for (const item of items) {
    if (item.kind !== "query") continue;
    const pair = new URLSearchParams([[item.name, item.value]]).toString();
    url.search = url.search === "" ? `?${pair}` : `${url.search}&${pair}`;
  }
  return url;
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8";

async function bodyOf(
  parsed: ParsedArgs<RequestOption>,
  items: Items,
  method: string | null,
  stdin: (method: string | null) => Promise<PipedBody | null>,
): Promise<PlannedBody | null> {
  const raw = parsed.value("raw");
  const whole = items.filter((item) => item.kind === "body");
  const data = items.filter((item) =>
    item.kind === "field" || item.kind === "json" || item.kind === "file"
  );
  const sources = [
    ...raw === undefined ? [] : ["--raw"],
    ...whole.map(({ path }) => `@${path}`),
    ...data.length === 0 ? [] : ["items of a body"],
  ];
  if (sources.length > 1) {
    throw new UsageError(`the body can have only one source, not ${sources.join(" and ")}`);
  }
  if (raw !== undefined) {
    return { kind: "text", text: raw, type: parsed.has("form") ? FORM_TYPE : JSON_TYPE };
  }
  const [file] = whole;
  if (file !== undefined) return { kind: "file", path: file.path, type: file.type };
  if (data.length > 0) return formOf(parsed, data);
  if (parsed.has("multipart")) return { kind: "multipart", parts: [] };
  if (parsed.has("ignore-stdin") || Deno.stdin.isTerminal()) return null;
  // In a shell loop stdin may be the loop's list: methods without a body do not read it.
  if (/^(?:GET|HEAD|DELETE|OPTIONS|TRACE|CONNECT)$/.test(method ?? "")) return null;
  const piped = await stdin(method);
  return piped === null ? null : { kind: "piped", ...piped };
}

type Data = Extract<Item, { kind: "field" | "json" | "file" }>;

function formOf(parsed: ParsedArgs<RequestOption>, data: readonly Data[]): PlannedBody {
  const files = data.some((item) => item.kind === "file");
  if (parsed.has("multipart") || (parsed.has("form") && files)) {
    return {
      kind: "multipart",
      parts: data.map((item) =>
        item.kind === "file" ? item : { name: item.name, value: formValue(item) }
      ),
    };
  }
  const [file] = data.filter((item) => item.kind === "file");
  if (file !== undefined) {
    const advice = `add -f, or use @${file.path} for a body that is the file`;
    throw new UsageError(`item '${file.name}@${file.path}': a file needs a form; ${advice}`);
  }
  if (parsed.has("form")) {
    const fields = data.flatMap((item) =>
      item.kind === "file" ? [] : [[item.name, formValue(item)] as [string, string]]
    );
    return { kind: "text", text: new URLSearchParams(fields).toString(), type: FORM_TYPE };
  }
  let root: unknown;
  for (const item of data) {
    if (item.kind === "file") continue;
    const token = `${item.raw}${item.kind === "json" ? ":=" : "="}${item.value}`;
    const value = item.kind === "json" ? readJson(item.value) : item.value;
    root = putJson(root, item.raw, value, token);
  }
  return { kind: "text", text: written(root), type: JSON_TYPE };
}

/** Converts JSON to form text: strings without quotes, numbers and booleans as written. */
function formValue(item: Exclude<Data, { kind: "file" }>): string {
  if (item.kind === "field") return item.value;
  const value: unknown = JSON.parse(item.value);
  if (typeof value === "string") return value;
  if (typeof value !== "object") return item.value;
  throw new UsageError(
    `item '${item.raw}:=${item.value}': a form has strings, numbers and booleans; without -f the ` +
      "body is JSON",
  );
}

function written(root: unknown): string {
  try {
    return JSON.stringify(root);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UsageError("the body's JSON is nested too deeply", { cause });
  }
}

/** Replaces an item that refers to a file by one with its contents. */
async function loaded(item: Item): Promise<Item> {
  if (item.kind !== "from") return item;
  const text = await Deno.readTextFile(item.path).catch((cause) => {
    throw unreadable(item.path, cause);
  });
  const { of: kind, name, raw } = item;
  if (kind === "header") return parseItem(`${name}:${text.trim()}`);
  if (kind === "query") return { kind, name, value: text.replace(/\r?\n$/, "") };
  if (kind === "field") return { kind, name, raw, value: text };
  try {
    JSON.parse(text);
  } catch (cause) {
    const why = `the file is not valid JSON (${messageOf(cause)})`;
    throw new UsageError(`item '${raw}:=@${item.path}': ${why}`, { cause });
  }
  return { kind, name, raw, value: text };
}

export async function dataOf(body: PlannedBody): Promise<RequestData> {
  if (body.kind === "text") return new TextEncoder().encode(body.text);
  if (body.kind === "piped") return body.data;
  if (body.kind === "file") return await open(body.path);
  const form = new FormBody([], { defaultToMultipart: true });
  for (const part of body.parts) {
    if ("value" in part) form.addField(part.name, part.value);
    else {
      const { filename, type } = part;
      form.addField(part.name, await open(part.path), {
        filename: filename ?? undefined,
        contentType: type ?? undefined,
      });
    }
  }
  return form;
}

async function typeOf(path: string): Promise<string> {
  const { default: mime } = await import("mime");
  return mime.getType(path) ?? "application/octet-stream";
}

async function open(path: string): Promise<Awaited<ReturnType<typeof openFile>>> {
  try {
    if (!(await Deno.stat(path)).isDirectory) return await openFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  throw new CommandError(`cannot read ${path}: it is a folder`);
}
