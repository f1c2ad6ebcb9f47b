import { isToken } from "../../http/headers/header_params.ts";

/** Cookies of a caller: values by name, or pairs. */
export type CookieInit = Readonly<Record<string, string>> | Iterable<readonly [string, string]>;

/** Converts cookies to pairs in the form they are sent, quoted where needed. */
export function sentPairs(cookies: CookieInit, quoted: boolean): [string, string][] {
  const pairs = Symbol.iterator in cookies
    ? cookies as Iterable<readonly [string, string]>
    : Object.entries(cookies);
  return Array.from(pairs, ([name, value]) => {
    if (!isToken(name)) {
      throw new TypeError(`Cannot send cookie "${name}": its name is not an RFC 6265 token`);
    }
    // deno-lint-ignore no-control-regex -- rejects control bytes
    if (typeof value !== "string" || !quoted && /[\x00-\x1f\x7f;]/.test(value)) {
      throw new TypeError(
        `Cannot send cookie "${name}": its value contains ";" or a control character`,
      );
    }
    if (/[^\0-\xff]/.test(value)) {
      throw new TypeError(
        `Cannot send cookie "${name}": its value contains a character beyond ISO-8859-1. ` +
          "Pass it through encodeURIComponent()",
      );
    }
    return [name, quoted ? quoteCookieValue(value) : value];
  });
}

export function cookieText(
  cookies: Iterable<readonly [string, string]>,
  more: ReadonlyMap<string, string> | undefined,
): string {
  const pairs: string[] = [];
  const replaced = new Set<string>();
  for (const [name, value] of cookies) {
    const other = more?.get(name);
    if (replaced.has(name)) continue;
    if (other !== undefined) replaced.add(name);
    pairs.push(`${name}=${other ?? value}`);
  }
  for (const [name, value] of more ?? []) if (!replaced.has(name)) pairs.push(`${name}=${value}`);
  return pairs.join("; ");
}

// Characters that need no quotes, and those that need no escape within quotes.
const PLAIN = /^[\w!#$%&'*+.^`|~:-]*$/;
// deno-lint-ignore no-control-regex -- escapes control bytes
const ESCAPED = /[\x00-\x1f\x7f-\xff",;\\]/g;

/** Quotes a value as Python's `http.cookies` does, after RFC 2109: `a,b` becomes `"a\054b"`. */
export function quoteCookieValue(value: string): string {
  if (PLAIN.test(value)) return value;
  if (value.length > 1 && value.startsWith('"') && value.endsWith('"')) return value;
  const text = value.replace(ESCAPED, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    return `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
  });
  return `"${text}"`;
}
