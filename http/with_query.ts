/**
 * Queries at the end of URLs.
 * @module
 */

/**
 * Adds a query to the one that a URL has, in front of its fragment.
 *
 * @param text The URL, relative or absolute.
 * @param query The query, encoded and without `?`; an empty one changes nothing.
 */
export function withQuery(text: string, query: string): string {
  if (query === "") return text;
  const [, rest = "", fragment = ""] = /^([^#]*)(.*)$/s.exec(text) ?? [];
  return `${rest}${rest.includes("?") ? "&" : "?"}${query}${fragment}`;
}
