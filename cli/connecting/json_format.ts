import { Buffer } from "node:buffer";
import type { Paint } from "../io/paint.ts";

const TOKEN = /(\s*)(?:("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)|([{}[\],]))/gy;
const UNSAFE = /[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

// Limit against nesting: 40 KB of "[" would become 800 MB of spaces.
const MAX_FORMATTED = 128 * 1024 * 1024; // UTF-16 units

/**
 * Formats JSON; numbers, escapes and repeated keys stay as they are. `indent` is in spaces a level
 * (`null` keeps the whitespace, unsorted), `decode` decodes escaped characters.
 */
export function formatJson(
  text: string,
  paint: Paint,
  options: { indent?: number | null; sort?: boolean; decode?: boolean } = {},
): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const { indent = 2, sort = false, decode = false } = options;
  const isKept = indent === null;
  const line = (depth: number): string => indent ? `\n${" ".repeat(depth * indent)}` : "";
  const space = indent ? " " : "";
  let depth = 0;
  let open = false; // the last token opened an object or array
  let out = "";
  for (const match of (sort && !isKept ? sortKeys(text) : text).matchAll(TOKEN)) {
    if (out.length > MAX_FORMATTED) return null;
    const [, blank, string, colon, number, word, mark] = match;
    if (isKept) out += blank;
    if (mark === "}" || mark === "]") {
      depth--;
      out += open ? mark : line(depth) + mark;
      open = false;
      continue;
    }
    if (open) out += line(depth);
    open = false;
    if (string !== undefined) {
      const safe = (decode ? letters(string) : string).replaceAll(UNSAFE, escaped);
      if (colon === undefined) out += paint("string", safe);
      else out += paint("key", safe) + (isKept ? colon : `:${space}`);
    } else if (number !== undefined) out += paint("number", number);
    else if (word !== undefined) out += paint("word", word);
    else if (mark === ",") out += `,${line(depth)}`;
    else if (mark !== undefined) {
      out += mark;
      depth++;
      open = true;
    }
  }
  return isKept ? out + text.slice(text.trimEnd().length) : out;
}

/** Decodes escapes, except those that JSON or a terminal needs. */
function letters(string: string): string {
  return string.replaceAll(/\\(?:u([\da-f]{4})|.)/gi, (escape, hex) => {
    if (hex === undefined) return escape;
    const letter = String.fromCharCode(parseInt(hex, 16));
    return letter < " " || letter === '"' || letter === "\\" ? escape : letter;
  }).replaceAll(/\p{Surrogate}/gu, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const SORTED_TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;
const NONE = Buffer.alloc(0);

/** An object or array being read. */
interface Container {
  readonly isObject: boolean;
  /** Keys in UTF-8, which sorts by code points; JavaScript compares UTF-16 units. */
  readonly members: { readonly key: Buffer; readonly text: string }[];
  /** Key of the current member, as written. */
  key: string | null;
}

/** Sorts the keys of all objects by code points; numbers, escapes and repeated keys stay. */
export function sortKeys(text: string): string {
  // No recursion: nesting has no limit.
  const open: Container[] = [{ isObject: false, members: [], key: null }];
  for (const [token] of text.matchAll(SORTED_TOKEN)) {
    const top = open.at(-1);
    if (top === undefined) break;
    if (token === "{" || token === "[") {
      open.push({ isObject: token === "{", members: [], key: null });
    } else if (token === "}" || token === "]") {
      open.pop();
      add(open.at(-1), closed(top));
    } else if (token === "," || token === ":") continue;
    else if (top.isObject && top.key === null) top.key = token;
    else add(top, token);
  }
  return open[0]?.members[0]?.text ?? text;
}

function add(container: Container | undefined, text: string): void {
  if (container === undefined) return;
  const key = container.key;
  container.members.push(
    key === null
      ? { key: NONE, text }
      : { key: Buffer.from(JSON.parse(key)), text: `${key}:${text}` },
  );
  container.key = null;
}

function closed({ isObject, members }: Container): string {
  if (!isObject) return `[${members.map(({ text }) => text).join(",")}]`;
  const sorted = members.toSorted((one, other) => Buffer.compare(one.key, other.key));
  return `{${sorted.map(({ text }) => text).join(",")}}`;
}
