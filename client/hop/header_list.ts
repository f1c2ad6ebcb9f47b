/**
 * Headers as pairs.
 * @module
 */
import { ACCEPT_ENCODING } from "../../http/coding/content_decoder.ts";
import { hasControl } from "../../http/headers/header_text.ts";
import type { HeaderList } from "./transport.ts";

/** Headers as a caller gives them; `undefined` leaves a header out. */
export type HeadersLike = HeadersInit | Readonly<Record<string, string | undefined>>;

/**
 * Makes headers of what a caller gives.
 *
 * @returns A copy without those that are `undefined`.
 */
export function headersOf(init: HeadersLike | undefined): Headers {
  if (init === undefined || init instanceof Headers || Symbol.iterator in init) {
    return new Headers(init as HeadersInit | undefined);
  }
  const given = Object.entries(init).filter(([, value]) => value !== undefined);
  return new Headers(given as [string, string][]);
}

/**
 * Lists headers, checked.
 *
 * @throws {TypeError} If a value holds a control character.
 */
export function checkedList(headers: Headers): HeaderList {
  const list = [...headers];
  for (const [name, value] of list) {
    if (hasControl(value)) {
      throw new TypeError(`Cannot send header "${name}": its value holds a control character`);
    }
  }
  return list;
}

/**
 * Looks a header up.
 *
 * @returns Its value, `null` where it is missing.
 */
export function headerOf(list: HeaderList, name: string): string | null {
  for (const [each, value] of list) if (each === name) return value;
  return null;
}

/**
 * A session's headers: as pairs for its requests, as `Headers` for its user, who may change them.
 */
export class DefaultHeaders {
  readonly #headers: Headers;
  readonly #usual: HeaderList;
  #list: HeaderList | null;

  /**
   * Creates them.
   *
   * @param init What the caller gave.
   * @param usual What else is sent where nobody says otherwise, names in lower case.
   * @throws {TypeError} If a value holds a control character.
   */
  constructor(init: HeadersLike | undefined, usual: HeaderList = []) {
    this.#headers = headersOf(init);
    this.#usual = [...usual, ["accept-encoding", ACCEPT_ENCODING]];
    this.#list = this.#complete(NONE);
  }

  /** The headers; once somebody has them, they may change at any time. */
  get live(): Headers {
    this.#list = null;
    return this.#headers;
  }

  /** The headers as pairs, with what is sent where nobody says otherwise. */
  get list(): HeaderList {
    return this.#list ?? this.#complete(NONE);
  }

  /**
   * Puts a request's headers over these.
   *
   * @param own The request's headers; they replace those of the same name.
   * @param skipped Names that are not added where nobody gave them.
   * @returns Both, and what is sent where nobody says otherwise.
   */
  merge(own: HeadersLike | undefined, skipped: ReadonlySet<string>): Headers | HeaderList {
    if (own === undefined) return skipped.size === 0 ? this.list : this.#complete(skipped);
    const merged = new Headers(this.#headers);
    for (const [name, value] of own instanceof Headers ? own : headersOf(own)) {
      merged.set(name, value);
    }
    for (const [name, value] of this.#usual) {
      if (!skipped.has(name) && !merged.has(name)) merged.set(name, value);
    }
    return merged;
  }

  /** Without an Accept-Encoding of ours, fetch asks for gzip and brotli alone. */
  #complete(skipped: ReadonlySet<string>): HeaderList {
    const list = checkedList(this.#headers);
    const added = this.#usual.filter(([name]) =>
      !skipped.has(name) && headerOf(list, name) === null
    );
    return [...list, ...added];
  }
}

const NONE: ReadonlySet<string> = new Set();
