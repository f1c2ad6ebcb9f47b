import { suggest } from "../args/suggest.ts";
import { UsageError } from "../errors/errors.ts";
import { type Item, ITEM_SYNTAX, looksLikeItem, parseItem } from "./items.ts";

export interface Target {
  /** Method in upper case, `null` if not given. */
  readonly method: string | null;
  /** URL, without credentials. */
  readonly url: URL;
  /** User and password of the URL, `null` for none. */
  readonly credentials: string | null;
  readonly items: readonly Item[];
  /** Further URLs, for the same request. */
  readonly others: readonly Pick<Target, "url" | "credentials">[];
}

/** A word after the URL that is another URL, not an item. */
const FURTHER = /^(?:https?:\/\/|:\/\/|:\d*\/)/i;

const METHODS = new Set(
  "GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT QUERY PROPFIND PURGE".split(" "),
);

export function parseTarget(words: readonly string[], scheme: "http" | "https"): Target {
  const [first, second] = words;
  if (first === undefined) {
    throw new UsageError("the URL is missing: roundtrip :8080/path, or roundtrip for an overview");
  }
  const named = isMethod(first, second);
  if (named && second === undefined) {
    throw new UsageError(`the URL is missing after ${first}: roundtrip ${first} :8080/path`);
  }
  const { url, credentials } = parseUrl(named ? second ?? "" : first, scheme);
  const more = words.slice(named ? 2 : 1);
  const others = more.filter((word) => FURTHER.test(word)).map((word) => parseUrl(word, scheme));
  const items = more.filter((word) => !FURTHER.test(word)).map((word, index) => {
    if (index === 0 && !named && !/[=@:;]/.test(word) && second !== undefined) {
      throw badMethod(first, word);
    }
    return parseItem(word);
  });
  return { method: named ? first.toUpperCase() : null, url, credentials, items, others };
}

/** `localhost a=b` is a URL and an item, `purge localhost` a method and a URL. */
function isMethod(first: string, second: string | undefined): boolean {
  if (METHODS.has(first.toUpperCase())) return true;
  if (second === undefined || !/^[A-Za-z]+$/.test(first)) return false;
  return /^[A-Z]+$/.test(first) || (first !== "localhost" && !looksLikeItem(second));
}

function badMethod(first: string, second: string): UsageError {
  const near = suggest(first.toUpperCase(), METHODS);
  if (near === null) return new UsageError(`item '${second}': ${ITEM_SYNTAX}`);
  return new UsageError(`"${first}" is not an HTTP method; did you mean ${near}?`);
}

/** Reads a URL with HTTPie's abbreviations: `:3000/x`, `:/x`, `://host`, `host/path`. */
export function parseUrl(
  text: string,
  scheme: "http" | "https" | "ws",
): { readonly url: URL; readonly credentials: string | null } {
  let full = text;
  if (text.startsWith("://")) full = `${scheme}${text}`;
  else if (/^:\d*(?:[/?#]|$)/.test(text)) {
    full = `${scheme}://localhost${text.replace(/^:(?=\D|$)/, "")}`;
  } else if (!/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) full = `${scheme}://${text}`;
  const url = URL.parse(full);
  if (url === null || url.hostname === "" || text.trim() === "") {
    throw new UsageError(
      `"${text}" is not a URL; examples: :8080/path, example.org, https://host/x`,
    );
  }
  if (!/^(?:https?|wss?):$/.test(url.protocol) || (scheme !== "ws" && /^ws/.test(url.protocol))) {
    const advice = /^wss?:/.test(url.protocol) ? `; try roundtrip ws ${text}` : "";
    throw new UsageError(`"${text}": ${url.protocol.slice(0, -1)} is not an HTTP scheme${advice}`);
  }
  const { username, password } = url;
  url.username = "";
  url.password = "";
  if (username === "" && password === "") return { url, credentials: null };
  return { url, credentials: `${decoded(username)}:${decoded(password)}` };
}

/** Decodes percent-encoding, as far as it is valid. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign is literal
  }
}
