import { encodeQuery, type QueryInit } from "../../http/query.ts";

/**
 * A path with an optional query, immutable and usable as a string.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const url = new web.RelativeURL("/users/7").withQuery({ a: 1, b: [2, 3] });
 * console.assert(`${url}` === "/users/7?a=1&b=2&b=3");
 * ```
 */
export class RelativeURL {
  /** The encoded path. */
  readonly path: string;
  /** The encoded query without `?`, or empty. */
  readonly query: string;

  /** Creates one. */
  constructor(path: string, query = "") {
    this.path = path;
    this.query = query;
  }

  /** Returns the same path with another query in place of its own. */
  withQuery(query: QueryInit): RelativeURL {
    return new RelativeURL(this.path, encodeQuery(query));
  }

  /** The text for links and `Location` headers. */
  toString(): string {
    return this.query === "" ? this.path : `${this.path}?${this.query}`;
  }

  /** The same text, for JSON. */
  toJSON(): string {
    return this.toString();
  }
}
