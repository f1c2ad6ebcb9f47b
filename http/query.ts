// Query strings: one writer for the client's `params` and the server's `withQuery`.

/** One query value. Booleans become `true`/`false`; `null` and `undefined` leave the key out. */
export type QueryValue = string | number | bigint | boolean | null | undefined;

/**
 * A query in any of the forms that aiohttp takes: an encoded string (sent as it is, without a
 * leading `?`), an object whose values may be arrays, or pairs with repeated keys.
 */
export type QueryInit =
  | string
  | URLSearchParams
  | Iterable<readonly [string, QueryValue]>
  | Iterable<readonly string[]> // the type of [["a", "1"]] in a variable
  | { readonly [key: string]: QueryValue | readonly QueryValue[] };

/** The fields of a query in an object of any type, including an `interface`. */
export type QueryFields<T> = { readonly [Key in keyof T]: QueryValue | readonly QueryValue[] };

// RFC 3986 section 3.4 allows these in a query as they are; `&`, `=`, `+` and `;` separate
// form fields, so they stay encoded.
const READABLE = /%(?:2F|3F|3A|40|24|2C)/g;

/** Encodes a query without its leading `?`; a space becomes `+`, as in a form. */
export function encodeQuery(query: QueryInit, what = "query parameter"): string {
  if (typeof query === "string") return query.startsWith("?") ? query.slice(1) : query;
  if (query instanceof URLSearchParams) return query.toString();
  const pieces: string[] = [];
  for (const pair of pairsIn(query as QueryFields<Record<string, QueryValue>>)) {
    if (!Array.isArray(pair) || pair.length !== 2) {
      const got = Array.isArray(pair) ? `a list of ${pair.length}` : typeof pair;
      throw new TypeError(`Cannot encode a ${what}: expected [name, value], got ${got}`);
    }
    const [key, value]: readonly [string, QueryValue] = [pair[0], pair[1]];
    if (value === null || value === undefined) continue;
    pieces.push(`${encode(key)}=${encode(queryText(key, value, what))}`);
  }
  return pieces.join("&");
}

/** Names and values of pairs, or of an object, in which a value may be a list. */
export function* pairsIn<T>(
  fields: Iterable<readonly [string, T]> | { readonly [name: string]: T | readonly T[] },
): Generator<readonly [string, T]> {
  if (Symbol.iterator in fields) return yield* fields as Iterable<readonly [string, T]>;
  for (const [name, value] of Object.entries(fields)) {
    for (const item of Array.isArray(value) ? value : [value]) yield [name, item];
  }
}

function queryText(key: string, value: NonNullable<QueryValue>, what: string): string {
  if (!["string", "number", "bigint", "boolean"].includes(typeof value)) {
    const got = `expected a string, number, bigint or boolean, got ${typeof value}`;
    throw new TypeError(`Cannot encode ${what} "${key}": ${got}`);
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`Cannot encode ${what} "${key}": ${value} is not a finite number`);
  }
  return String(value);
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(READABLE, decodeURIComponent)
    .replaceAll("%20", "+");
}

/** Adds a query to the one that a URL has, in front of its fragment. */
export function withQuery(text: string, query: string): string {
  if (query === "") return text;
  const [, rest = "", fragment = ""] = /^([^#]*)(.*)$/s.exec(text) ?? [];
  return `${rest}${rest.includes("?") ? "&" : "?"}${query}${fragment}`;
}
