import { jsonpath } from "json-p3";

/**
 * Takes a value from JSON by a path of RFC 9535, or by keys such as `users[0].name`; `undefined` if
 * there is none. A path that may find several values gives the list of them.
 */
export function jsonPath(text: string, path: string): unknown {
  const query = jsonpath.compile(pathOf(path));
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const found: unknown[] = query.query(document as never).values();
  return query.singularQuery() ? found[0] : found;
}

function pathOf(path: string): string {
  if (path.startsWith("$")) return path;
  return path === "" ? "$" : path.startsWith("[") ? `$${path}` : `$.${path}`;
}
