import { described } from "../../http/options.ts";

// Flask's <int:id>, Starlette's {id:int}
const CONVERTER = /(?<!\?)<(?:\w+:)?(\w+)>|\{(\w+):(int|float|str|string|path|uuid)\}/;
const REGEXES: Readonly<Record<string, string>> = { int: ":\\d+", path: ":.*" };

export function listOf<T>(routes: Iterable<T>): Iterable<T> {
  if (typeof routes?.[Symbol.iterator] === "function") return routes;
  throw new TypeError(`addRoutes() takes a list, [web.get(…)], got ${described(routes)}`);
}

/** Refuses a path with variables as other frameworks write them. */
export function checkPath(where: string, path: string): void {
  if (typeof path !== "string") throw new TypeError(`${where}: the path is a string`);
  const [foreign, variable] = /\/:(\w+)(?![^{]*\})/.exec(path) ?? /\/\*()$/.exec(path) ?? [];
  if (foreign !== undefined) {
    throw new TypeError(
      `${where}: write "${path.replace(foreign, variable ? `/{${variable}}` : "/{rest:.*}")}", ` +
        "a variable stands in braces",
    );
  }
  const converter = CONVERTER.exec(path);
  if (converter !== null) {
    const [given, ofFlask, name, kind = ""] = converter;
    const regex = REGEXES[kind] ?? "";
    throw new TypeError(`${where}: write "{${ofFlask ?? name}${regex}}" in place of "${given}"`);
  }
  if (/^[^{]*\?/.test(path)) {
    throw new TypeError(`${where}: a path has no query, read request.query in the handler`);
  }
}
