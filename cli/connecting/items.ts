// HTTPie's request items: `name:value`, `name==value`, `name=value`, `name:=json`, `name@path`.
import { messageOf, UsageError } from "../errors/errors.ts";
import { inHome } from "../io/config_folder.ts";

/** A parsed item; files are not read yet. */
export type Item =
  /** A header; `null` removes it, `""` sends it empty. */
  | { readonly kind: "header"; readonly name: string; readonly value: string | null }
  | { readonly kind: "query"; readonly name: string; readonly value: string }
  /** A string of the body; `name` may be a nested key. */
  | { readonly kind: "field"; readonly name: string; readonly raw: string; readonly value: string }
  | { readonly kind: "json"; readonly name: string; readonly raw: string; readonly value: string }
  | {
    readonly kind: "file";
    readonly name: string;
    readonly path: string;
    readonly type: string | null;
    readonly filename: string | null;
  }
  /** A file as the body. */
  | { readonly kind: "body"; readonly path: string; readonly type: string | null }
  /** A header, parameter, string or JSON whose value is the content of a file. */
  | {
    readonly kind: "from";
    readonly of: "header" | "query" | "field" | "json";
    readonly name: string;
    readonly raw: string;
    readonly path: string;
  };

// Longest first: at the same place `:=@` wins over `:=` and `:`.
const SEPARATORS = [":=@", "==@", "=@", ":@", ":=", "==", "=", ":", "@"] as const;
export const ITEM_SYNTAX = "expected NAME:VALUE, NAME==VALUE, NAME=VALUE, NAME:=JSON or NAME@PATH";
const SPECIAL = /[=:@;\\]/;

/** Parses an item; the first separator wins, the longest at one place. A backslash escapes one. */
export function parseItem(token: string): Item {
  for (let at = 0; at < token.length; at++) {
    if (token[at] === "\\" && SPECIAL.test(token[at + 1] ?? "")) {
      at++;
      continue;
    }
    const separator = SEPARATORS.find((each) => token.startsWith(each, at));
    if (separator !== undefined) {
      return itemOf(token, separator, token.slice(0, at), token.slice(at + separator.length));
    }
  }
  const empty = /^(.*[^\\]);$/s.exec(token);
  if (empty !== null) return headerItem(token, unescape(empty[1] ?? ""), "");
  throw wrong(token, ITEM_SYNTAX);
}

/** Whether a word is an item rather than a URL, for words that could be either. */
export function looksLikeItem(token: string): boolean {
  return /^[^/:?]*(?:=|@|;$)/.test(token);
}

/** Encodes a header's value as UTF-8, one character per byte as Headers expects. */
export function headerBytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

function itemOf(
  token: string,
  separator: typeof SEPARATORS[number],
  raw: string,
  rest: string,
): Item {
  const name = unescape(raw);
  // In a value a backslash is literal unless a separator follows, for Windows paths.
  const value = rest.replaceAll(/\\([=:@;])/g, "$1");
  switch (separator) {
    case ":":
      return headerItem(token, name, rest === "" ? null : value);
    case "==":
      return { kind: "query", name, value };
    case "=":
      return { kind: "field", name, raw, value };
    case ":=":
      try {
        JSON.parse(rest);
      } catch (cause) {
        const why = `"${rest}" is not valid JSON (${messageOf(cause)})`;
        throw wrong(token, `${why}; a string is written NAME=VALUE`);
      }
      return { kind: "json", name, raw, value: rest };
    case "@":
      return fileItem(token, name, rest);
    default: {
      const of = { ":@": "header", "==@": "query", "=@": "field", ":=@": "json" } as const;
      if (separator === ":@") headerItem(token, name, null);
      return { kind: "from", of: of[separator], name, raw, path: pathOf(token, rest) };
    }
  }
}

function headerItem(token: string, name: string, value: string | null): Item {
  // RFC 9110 section 5.1: a name is a token; a value has no line breaks, or it would be two headers.
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
    throw wrong(token, `"${name}" is not a valid header name`);
  }
  const text = value?.replaceAll(/^[ \t\r\n]+|[ \t\r\n]+$/g, "") ?? null;
  // deno-lint-ignore no-control-regex -- the pattern has to match control characters
  if (text !== null && /[\x00-\x08\x0a-\x1f\x7f]/.test(text)) {
    throw wrong(token, "a header's value is one line, without control characters");
  }
  return { kind: "header", name, value: text };
}

function fileItem(token: string, name: string, rest: string): Item {
  const params = new Map<string, string>();
  let path = rest;
  for (;;) {
    const match = /^(.*[^\\]);(type|filename)=((?:[^;\\]|\\.)*)$/s.exec(path);
    if (match === null) break;
    path = match[1] ?? "";
    params.set(match[2] ?? "", unescape(match[3] ?? ""));
  }
  const type = params.get("type") ?? null;
  path = pathOf(token, path);
  if (name === "") return { kind: "body", path, type };
  return { kind: "file", name, path, type, filename: params.get("filename") ?? null };
}

function pathOf(token: string, text: string): string {
  const path = text.replaceAll(/\\([=:@;])/g, "$1");
  if (path === "") throw wrong(token, "the path of the file is missing");
  if (path.includes("\0")) throw wrong(token, "a path cannot contain NUL");
  return inHome(path);
}

function unescape(text: string): string {
  return text.replaceAll(/\\([=:@;\\])/g, "$1");
}

function wrong(token: string, why: string): UsageError {
  return new UsageError(`item '${token}': ${why}`);
}
