// Nested keys of HTTPie 3: `a[b][]=1`, `a[0][id]:=2`, `[]:=1`.
import { UsageError } from "../errors/errors.ts";

/** A step of a path: a key, an index, or `null` to append. */
type Step = { readonly at: number; readonly key: string | number | null };

const MAX_INDEX = 100_000;

/**
 * Sets a value at a nested key; `root` is `undefined` at first. Objects have no prototype, so that
 * `__proto__` is an ordinary key. Errors point at the place in the item.
 */
export function putJson(root: unknown, raw: string, value: unknown, token: string): unknown {
  const steps = parseKey(raw, token);
  const holder: Record<string, unknown> = Object.create(null);
  if (root !== undefined) holder.root = root;
  let container: Record<string, unknown> | unknown[] = holder;
  let place: string | number = "root";
  for (const [index, { at, key }] of steps.entries()) {
    const current: unknown = (container as Record<string | number, unknown>)[place];
    const wanted = typeof key === "string" ? "object" : "array";
    const found = typeOf(current);
    if (found !== wanted && !(found === "nothing" || (found === "null" && index > 0))) {
      const only = `${article(found)}, only on ${article(wanted)}`;
      throw pointed(token, at, `cannot use ${describe(key)} on a value that is ${only}`);
    }
    const next: Record<string, unknown> | unknown[] = found === wanted
      ? current as Record<string, unknown> | unknown[]
      : wanted === "array"
      ? []
      : Object.create(null);
    (container as Record<string | number, unknown>)[place] = next;
    container = next;
    place = key ?? (next as unknown[]).length;
    // Holes are filled with null, as in HTTPie.
    if (Array.isArray(next)) { while (next.length < (place as number)) next.push(null); }
  }
  (container as Record<string | number, unknown>)[place] = value;
  return holder.root;
}

/** Parses JSON and keeps numbers as written, such as 12345678901234567890. */
export function readJson(text: string): unknown {
  const { rawJSON } = JSON as unknown as { rawJSON?: (text: string) => unknown };
  if (rawJSON === undefined) return JSON.parse(text);
  const keep = (key: string, value: unknown, context?: { source?: string }): unknown => {
    void key;
    return typeof value === "number" && context?.source !== undefined
      ? rawJSON(context.source)
      : value;
  };
  return (JSON.parse as (text: string, reviver: typeof keep) => unknown)(text, keep);
}

/** Parses a key; a backslash escapes `[`, `]` and separators. */
function parseKey(raw: string, token: string): Step[] {
  let at = 0;
  const read = (end: RegExp): { text: string; literal: boolean } => {
    let text = "";
    let literal = false;
    for (; at < raw.length && !end.test(raw[at] ?? ""); at++) {
      if (raw[at] === "\\" && at + 1 < raw.length && /[[\]=:@;\\]/.test(raw[at + 1] ?? "")) {
        literal = true;
        at++;
      }
      text += raw[at];
    }
    // A number behind a backslash is a key, not an index.
    return !literal && /^\\-?\d+$/.test(text)
      ? { text: text.slice(1), literal: true }
      : { text, literal };
  };
  const steps: Step[] = [];
  const first = read(/\[/);
  if (first.text !== "" || raw === "") steps.push({ at: 0, key: first.text });
  while (at < raw.length) {
    const start = at;
    if (raw[at] !== "[") throw pointed(token, at, "expected [");
    at++;
    const { text, literal } = read(/[[\]]/);
    if (raw[at] !== "]") throw pointed(token, at, "expected ]");
    at++;
    if (text === "" && !literal) steps.push({ at: start, key: null });
    else if (/^-?\d+$/.test(text) && !literal) {
      const index = Number(text);
      if (index < 0) throw pointed(token, start, "an index is not negative; [\\-1] is a key");
      if (index > MAX_INDEX) throw pointed(token, start, `an index is at most ${MAX_INDEX}`);
      steps.push({ at: start, key: index });
    } else steps.push({ at: start, key: text });
  }
  return steps;
}

/** Type of a JSON value, whose numbers may be kept as written. */
function typeOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const { isRawJSON } = JSON as unknown as { isRawJSON?: (value: unknown) => boolean };
  return isRawJSON?.(value) ? "number" : typeof value;
}

function describe(key: string | number | null): string {
  return key === null ? "[]" : typeof key === "number" ? `index [${key}]` : `key [${key}]`;
}

function article(word: string): string {
  return word === "null" ? word : /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`;
}

function pointed(token: string, at: number, why: string): UsageError {
  return new UsageError(`item '${token}': ${why}\n  ${token}\n  ${" ".repeat(at)}^`);
}
