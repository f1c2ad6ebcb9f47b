import { Buffer } from "node:buffer";

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;
const NONE = Buffer.alloc(0);

/** An object or array being read. */
interface Container {
  readonly isObject: boolean;
  /** Keys in UTF-8, which sorts by code points; JavaScript compares UTF-16 units. */
  readonly members: { readonly key: Buffer; readonly text: string }[];
  /** Key of the current member, as written. */
  key: string | null;
}

/** Sorts the keys of all objects by code points; numbers, escapes and repeated keys stay. */
export function sortKeys(text: string): string {
  // No recursion: nesting has no limit.
  const open: Container[] = [{ isObject: false, members: [], key: null }];
  for (const [token] of text.matchAll(TOKEN)) {
    const top = open.at(-1);
    if (top === undefined) break;
    if (token === "{" || token === "[") {
      open.push({ isObject: token === "{", members: [], key: null });
    } else if (token === "}" || token === "]") {
      open.pop();
      add(open.at(-1), closed(top));
    } else if (token === "," || token === ":") continue;
    else if (top.isObject && top.key === null) top.key = token;
    else add(top, token);
  }
  return open[0]?.members[0]?.text ?? text;
}

function add(container: Container | undefined, text: string): void {
  if (container === undefined) return;
  const key = container.key;
  container.members.push(
    key === null
      ? { key: NONE, text }
      : { key: Buffer.from(JSON.parse(key)), text: `${key}:${text}` },
  );
  container.key = null;
}

function closed({ isObject, members }: Container): string {
  if (!isObject) return `[${members.map(({ text }) => text).join(",")}]`;
  const sorted = members.toSorted((one, other) => Buffer.compare(one.key, other.key));
  return `{${sorted.map(({ text }) => text).join(",")}}`;
}
