import { messageOf } from "../errors/errors.ts";
import { jsonpath } from "json-p3";

/** Parses a path of RFC 9535, or of keys such as `users[0].name`. */
export function parseJsonPath(path: string): ReturnType<typeof jsonpath.compile> {
  try {
    return jsonpath.compile(pathOf(path));
  } catch (cause) {
    throw new SyntaxError(`"${path}" is not a JSONPath: ${messageOf(cause)}`, { cause });
  }
}

/** Takes a value from JSON, or `undefined`; a path that may find several gives a list. */
export function jsonPath(text: string, path: string): unknown {
  const query = parseJsonPath(path);
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
