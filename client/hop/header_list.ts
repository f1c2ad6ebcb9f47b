import { ACCEPT_ENCODING } from "../../http/coding/content_decoder.ts";
import { isToken } from "../../http/headers/header_params.ts";
import { hasControl } from "../../http/headers/header_text.ts";
import type { HeaderList } from "./transport.ts";

/** Headers of a caller; `undefined` omits a header. */
export type HeadersLike = HeadersInit | Readonly<Record<string, string | undefined>>;

/** A copy without `undefined` values. */
export function headersOf(init: HeadersLike | undefined): Headers {
  return new Headers(listOf(init) as [string, string][]);
}

/** Lists headers in the caller's order and case. */
export function listOf(init: HeadersLike | undefined): HeaderList {
  if (init === undefined) return NONE;
  const given = Symbol.iterator in init
    ? Array.from(init as Iterable<readonly [string, string]>)
    : Object.entries(init);
  const list: (readonly [string, string])[] = [];
  for (const [name, value] of given) {
    if (value !== undefined) list.push([checkedName(name), checkedValue(name, value)]);
  }
  return list;
}

function checkedName(name: string): string {
  if (isToken(`${name}`)) return `${name}`;
  throw new TypeError(
    `Cannot send header ${JSON.stringify(name)}: its name is not an RFC 9110 token`,
  );
}

function checkedValue(name: string, given: string): string {
  const value = `${given}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  if (hasControl(value)) {
    throw new TypeError(`Cannot send header "${name}": its value contains a control character`);
  }
  const wide = /[^\0-\xff]/.exec(value)?.[0];
  if (wide === undefined) return value;
  throw new TypeError(
    `Cannot send header "${name}": its value holds "${wide}", and a header has bytes alone; ` +
      "encodeURIComponent() makes ASCII of it",
  );
}

/** Lists headers after changes; unchanged ones keep their order and case. */
export function restoredList(headers: Headers, origin: HeaderList): HeaderList {
  const lines = Map.groupBy(origin, ([name]) => name.toLowerCase());
  const list: (readonly [string, string])[] = [];
  const seen = new Set<string>();
  for (const [given] of origin) {
    const name = given.toLowerCase();
    const value = headers.get(name);
    if (value === null || seen.has(name)) continue;
    seen.add(name);
    const own = lines.get(name) ?? [];
    if (own.map((each) => each[1]).join(", ") === value) list.push(...own);
    else list.push([given, checkedValue(name, value)]);
  }
  for (const [name, value] of headers) {
    if (!seen.has(name)) list.push([name, checkedValue(name, value)]);
  }
  return list;
}

export function headerOf(list: HeaderList, name: string): string | null {
  for (const [each, value] of list) if (isNamed(each, name)) return value;
  return null;
}

export function isNamed(given: string, name: string): boolean {
  return given === name || (given.length === name.length && given.toLowerCase() === name);
}

export function withHeader(list: HeaderList, name: string, value: string): HeaderList {
  return [...list.filter(([each]) => !isNamed(each, name)), [name, checkedValue(name, value)]];
}

/** Headers of a session: pairs for its requests, mutable `Headers` for its user. */
export class DefaultHeaders {
  readonly #own: HeaderList;
  readonly #usual: HeaderList;
  #live: Headers | null = null;
  #list: HeaderList | null = null;

  /** @throws {TypeError} If a header cannot be sent. */
  constructor(init: HeadersLike | undefined, usual: HeaderList = []) {
    this.#own = listOf(init);
    this.#usual = [...usual, ["accept-encoding", ACCEPT_ENCODING]];
  }

  /** The headers; the caller may change them at any time. */
  get live(): Headers {
    this.#list = null;
    return this.#live ??= new Headers(this.#own as [string, string][]);
  }

  /** The last `list`, while it holds; else `null`. */
  get known(): HeaderList | null {
    return this.#list;
  }

  /** The headers as pairs, with the defaults. */
  get list(): HeaderList {
    if (this.#live !== null) return this.#complete(this.#given, NO_NAMES);
    return this.#list ??= this.#complete(this.#own, NO_NAMES);
  }

  merge(own: HeadersLike | undefined, skipped: ReadonlySet<string>): HeaderList {
    if (own === undefined) {
      return skipped.size === 0 ? this.list : this.#complete(this.#given, skipped);
    }
    const given = listOf(own);
    const names = new Set(given.map(([name]) => name.toLowerCase()));
    const kept = this.#given.filter(([name]) => !names.has(name.toLowerCase()));
    return this.#complete(kept.length === 0 ? given : [...kept, ...given], skipped);
  }

  get #given(): HeaderList {
    return this.#live === null ? this.#own : restoredList(this.#live, this.#own);
  }

  /** Without this Accept-Encoding, fetch only accepts gzip and brotli. */
  #complete(list: HeaderList, skipped: ReadonlySet<string>): HeaderList {
    const added = this.#usual.filter(([name]) =>
      !skipped.has(name) && headerOf(list, name) === null
    );
    return [...list, ...added];
  }
}

const NONE: HeaderList = [];
export const NO_NAMES: ReadonlySet<string> = new Set();

/** Returns whether headers request another protocol (RFC 9110 section 7.8). */
export function asksUpgrade(headers: HeaderList): boolean {
  return headers.some(([name]) => name.toLowerCase() === "upgrade");
}
