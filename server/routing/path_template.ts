// Path templates, `/users/{id:\d+}`: matching and building paths.
import { messageOf } from "../../http/as_error.ts";

/** Names of a template's variables; not of a digit, as in the `{3}` of a regular expression. */
export type PathParamNames<Path extends string> = Path extends
  `${string}{${infer Inner}}${infer Rest}` ?
    | Exclude<Inner extends `${infer Name}:${string}` ? Name : Inner, `${number}${string}` | "">
    | PathParamNames<Rest>
  : never;

/** Match info of a path template: a string for each of its variables. */
export type PathParams<Path extends string> = string extends Path ? Record<string, string>
  : { readonly [Name in PathParamNames<Path>]: string };

/** A template without its regular expressions, in which braces are in pairs: `/users/{id}`. */
export type CanonicalPath<Path extends string, InRegex extends boolean = false> = string extends
  Path ? string
  : InRegex extends true
    ? Path extends `${infer Regex}}${infer Rest}`
      ? Regex extends `${string}{${string}` ? CanonicalPath<Rest, true> : `}${CanonicalPath<Rest>}`
    : ""
  : Path extends `${infer Before}{${infer Name}:${infer Rest}`
    ? Name extends `${string}}${string}`
      ? Path extends `${infer First}}${infer Others}` ? `${First}}${CanonicalPath<Others>}` : Path
    : `${Before}{${Name}${CanonicalPath<Rest, true>}`
  : Path;

export interface PathTemplate {
  readonly canonical: string; // without regular expressions
  readonly prefix: string; // before the first variable, cut at a slash: the key in the index
  /** Those between slashes, `null` for a variable; `null` if a regular expression may match "/". */
  readonly segments: readonly (string | null)[] | null;
  readonly names: readonly string[];
  /** Values in a path of {@linkcode decodePath}, by name. */
  match(path: string): Readonly<Record<string, string>> | null;
  build(parts: Readonly<Record<string, unknown>>): string;
}

/** Values without inherited ones, in half the time of `Object.create(null)`, which is a table. */
const Values = function () {} as unknown as new () => Record<string, string>;
Values.prototype = Object.freeze(Object.create(null));

// A variable with an optional regular expression, which may hold one level of braces.
const VARIABLE = /(\{[A-Za-z_][^{}]*(?:\{[^{}]*\}[^{}]*)*\})/;
const NAMED = /^\{([A-Za-z_]\w*)(?::([^]+))?\}$/;
const SEGMENT = "[^{}/]+";

/** Compiles by aiohttp's rules: `{name}` matches all but `/`, the rest is literal. */
export function compilePath(path: string): PathTemplate {
  if (typeof path !== "string" || path !== "" && !path.startsWith("/")) {
    throw new TypeError(`Invalid path "${path}": it has to start with "/" or be empty`);
  }
  const pieces = path.split(VARIABLE);
  if (pieces.length === 1 && !/[{}]/.test(path)) return fixedPath(path);

  const names: string[] = [];
  const patterns: string[] = [];
  let source = "";
  for (const piece of pieces) {
    const variable = NAMED.exec(piece);
    if (variable === null) {
      if (/[{}]/.test(piece)) throw new TypeError(`Invalid path "${path}": see "${piece}"`);
      source += literalOf(piece).replace(/[\\^$.*+?()[\]|/]/g, "\\$&");
      continue;
    }
    const [, name = "", pattern = SEGMENT] = variable;
    if (names.includes(name)) {
      throw new TypeError(`Invalid path "${path}": "${name}" stands in it twice`);
    }
    names.push(name);
    patterns.push(pattern);
    source += `(?<${name}>${pattern})`;
  }
  const regex = compileRegex(source, path);
  const before = literalOf(pieces[0] ?? "");
  const [name = ""] = names;
  const canonical = pieces.map((piece) => piece.replace(NAMED, "{$1}")).join("");
  const lastSegment = pieces.length === 3 && pieces[2] === "" && patterns[0] === SEGMENT &&
    before.endsWith("/");
  return {
    canonical,
    prefix: before.slice(0, before.lastIndexOf("/")).replace(/\/+$/, "") || "/",
    segments: patterns.every((pattern) => pattern === SEGMENT)
      ? canonical.split("/").map((each) => each.includes("{") ? null : literalOf(each))
      : null,
    names,
    match: lastSegment ? (path) => matchLastSegment(path, before, name) : (path) => {
      const groups = regex.exec(path)?.groups;
      return groups === undefined ? null : unquoteSafe(groups);
    },
    build: (parts) =>
      pieces.map((piece) => {
        const name = NAMED.exec(piece)?.[1];
        return name === undefined ? quoteLiteral(piece) : quotePath(partOf(parts, name, path));
      }).join(""),
  };
}

/** Converts a path template to Hono's syntax: `/users/{id:\d+}` becomes `/users/:id{\d+}`. */
export function toHonoPath(canonical: string): string {
  return canonical.split(VARIABLE).map((piece) =>
    piece.replace(NAMED, (_, name, pattern) => `:${name}${pattern ? `{${pattern}}` : ""}`)
  ).join("");
}

/** Decodes all but `%2F` and `%25`: an encoded slash does not separate segments. */
export function decodePath(raw: string): string {
  if (!raw.includes("%")) return raw;
  return raw.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    run.split(/(%2[Ff5])/).map((piece) => {
      if (/^%2[Ff5]$/.test(piece)) return piece.toUpperCase();
      try {
        return decodeURIComponent(piece);
      } catch {
        return piece; // not UTF-8: no text to match
      }
    }).join(""));
}

/** Quotes a path: percent-encodes all characters that RFC 3986 does not allow in one. */
export function quotePath(path: string): string {
  return encodeURI(path.toWellFormed()).replaceAll("?", "%3F").replaceAll("#", "%23");
}

function fixedPath(canonical: string): PathTemplate {
  const literal = literalOf(canonical);
  return {
    canonical,
    prefix: literal.replace(/\/+$/, "") || "/",
    segments: literal.split("/"),
    names: [],
    match: (path) => path === literal ? NO_PARAMS : null,
    build: () => quoteLiteral(canonical),
  };
}

/** Fast path for "/users/{id}", the most common template, without a regular expression. */
function matchLastSegment(
  path: string,
  before: string,
  name: string,
): Readonly<Record<string, string>> | null {
  if (path.length === before.length || !path.startsWith(before)) return null;
  for (let at = before.length; at < path.length; at++) { // short: faster than three searches
    const code = path.charCodeAt(at);
    if (code === 47 || code === 123 || code === 125) return null; // "/", "{" or "}"
  }
  const value = path.slice(before.length);
  const params = new Values();
  params[name] = unquote(value);
  return params;
}

/** Fixed text as requests have it, "/a b" of "/a%20b"; a "%" that starts no escape is literal. */
function literalOf(piece: string): string {
  return decodePath(piece.replace(/%(?![0-9A-Fa-f]{2})/g, "%25"));
}

function quoteLiteral(piece: string): string {
  return quotePath(literalOf(piece)).replace(/%25(2F|25)/g, "%$1");
}

function compileRegex(source: string, canonical: string): RegExp {
  try {
    // "s": a path may hold any character; "u" only if the pattern needs it, as it is stricter.
    return new RegExp(`^(?:${source})$`, /\\[pP]\{/.test(source) ? "su" : "s");
  } catch (cause) {
    throw new TypeError(`Invalid path "${canonical}": ${messageOf(cause)}`, { cause });
  }
}

function unquoteSafe(groups: Record<string, string | undefined>): Record<string, string> {
  const values = new Values();
  for (const name in groups) values[name] = unquote(groups[name] ?? "");
  return values;
}

function unquote(value: string): string {
  return value.includes("%") ? value.replaceAll("%2F", "/").replaceAll("%25", "%") : value;
}

function partOf(parts: Readonly<Record<string, unknown>>, name: string, canonical: string): string {
  const value: unknown = Object.hasOwn(parts, name) ? parts[name] : undefined;
  if (typeof value === "string") return value;
  throw new TypeError(
    `Cannot build a URL for "${canonical}": "${name}" has to be a string, got ${typeof value}`,
  );
}

/** Match info of a fixed path; shared, so that a match allocates nothing. */
export const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(new Values());
