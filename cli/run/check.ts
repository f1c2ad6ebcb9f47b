// Assertions: `status == 200`, `header "Location" contains "/users/"`, `jsonpath "$.id" exists`.
import { meant } from "../args/suggest.ts";
import { jsonPath, parseJsonPath } from "./json_path.ts";
import { COMPARISONS, FILTERS, isNumeric, KINDS } from "./predicates.ts";

/** A reply, as assertions see it. */
export interface Reply {
  readonly status: number;
  readonly reason: string;
  /** Version of HTTP, such as `1.1`. */
  readonly version: string;
  /** Address after redirects. */
  readonly url: string;
  readonly headers: Headers;
  /** Cookies of the session for this address. */
  readonly cookies: ReadonlyMap<string, string>;
  /** The body, decompressed. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly text: string;
  /** Time of the exchange in ms. */
  readonly duration: number;
}

export interface Query {
  readonly text: string;
  /** Takes the value; `undefined` if the reply has none. */
  read(reply: Reply, replace: (text: string) => string): unknown;
}

export interface Check {
  readonly line: number;
  readonly text: string;
  /** Returns what differs, `null` if it holds. */
  failure(reply: Reply, replace: (text: string) => string): string | null;
}

interface Token {
  readonly text: string;
  readonly kind: "word" | "string" | "pattern";
  readonly at: number;
}

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|\/((?:[^/\\]|\\.)+)\/(?=\s|$)|(\{\{.*?\}\}\S*|\S+))/gys;

type Take = (reply: Reply, name: string) => unknown;

/** Queries, each with the name of its argument, and `?` after one that may be missing. */
const QUERIES = new Map(Object.entries<readonly [argument: string | null, take: Take]>({
  status: [null, ({ status }) => status],
  reason: [null, ({ reason }) => reason],
  version: [null, ({ version }) => version],
  url: [null, ({ url }) => url],
  duration: [null, ({ duration }) => Math.round(duration)],
  bytes: [null, ({ bytes }) => bytes],
  header: ["NAME", ({ headers }, name) => headers.get(name) ?? undefined],
  cookie: ["NAME", ({ cookies }, name) => cookies.get(name)],
  jsonpath: ["PATH", ({ text }, path) => jsonPath(text, path)],
  body: ["PATH?", ({ text }, path) => path === "" ? text : jsonPath(text, path)],
}));

/** Parses a query such as `header "Location"`, with its filters. */
export function parseQuery(text: string): Query {
  const tokens = tokensOf(text);
  const query = takeQuery(tokens, text);
  const [rest] = tokens;
  if (rest === undefined) return query;
  throw new SyntaxError(`unexpected "${rest.text}" after the query`);
}

/** Parses an assertion of Hurl or httpyac, whose value is JSON, or text to the end of the line. */
export function parseCheck(text: string, line: number): Check {
  const tokens = tokensOf(text);
  const query = takeQuery(tokens, text);
  const isNegated = tokens[0]?.kind === "word" && tokens[0].text === "not";
  if (isNegated) tokens.shift();
  const predicate = tokens.shift();
  if (predicate === undefined) {
    throw new SyntaxError(`a predicate is missing, such as == or exists`);
  }
  const kind = KINDS.get(predicate.text);
  const [value] = tokens;
  if (kind !== undefined) {
    if (value !== undefined) throw new SyntaxError(`${predicate.text} takes no value`);
    return check((actual) => kind(actual) !== isNegated);
  }
  const compare = COMPARISONS.get(predicate.text);
  if (compare === undefined) {
    throw unknownWord("predicate", predicate.text, [...COMPARISONS.keys(), ...KINDS.keys()]);
  }
  if (value === undefined) throw new SyntaxError(`a value is missing after ${predicate.text}`);
  const rest = text.slice(value.at).trim();
  // A path such as /users/ looks like a pattern too.
  const isBare = value.kind === "word" ||
    (value.kind === "pattern" && predicate.text !== "matches");
  if (!isBare && tokens.length > 1) {
    throw new SyntaxError(`unexpected "${tokens[1]?.text}" after the value`);
  }
  if (predicate.text === "matches") new RegExp(isBare ? rest : value.text, "u");
  return check((actual, replace) => {
    const expected = isBare ? bareValue(replace(rest)) : replace(value.text);
    // A header or the body is text: 200 without quotes is compared as a number there.
    const same = typeof actual === "string" && typeof expected === "number" &&
        !/^(?:jsonpath|body\s+\S)/.test(query.text)
      ? isNumeric(actual) ? Number(actual) : actual
      : actual;
    return compare(same, expected) !== isNegated;
  });

  function check(holds: (actual: unknown, replace: (text: string) => string) => boolean): Check {
    return {
      line,
      text,
      failure(reply, replace) {
        const actual = query.read(reply, replace);
        return holds(actual, replace) ? null : `${text}: it is ${shown(actual)}`;
      },
    };
  }
}

function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(TOKEN), (match): Token => {
    const [all, quoted, pattern, word = ""] = match;
    const at = match.index + all.length - all.trimStart().length;
    if (quoted !== undefined) return { text: unescaped(quoted), kind: "string", at };
    return { text: pattern ?? word, kind: pattern === undefined ? "word" : "pattern", at };
  });
}

/** Takes a query and its filters from the words. */
function takeQuery(tokens: Token[], text: string): Query {
  const first = tokens.shift();
  const name = first?.text ?? "";
  const [argument = null, take] = QUERIES.get(name) ?? [];
  if (take === undefined) throw unknownWord("query", name, [...QUERIES.keys()]);
  const [next] = tokens;
  const isLeftOut = argument === "PATH?" && next?.kind === "word" && isReserved(next.text);
  if (next === undefined && argument !== null && argument !== "PATH?") {
    throw new SyntaxError(`${name} needs ${argument}`);
  }
  const given = argument === null || isLeftOut ? "" : tokens.shift()?.text ?? "";
  if (argument?.startsWith("PATH") && !given.includes("{{")) parseJsonPath(given);
  const filters: ((value: unknown) => unknown)[] = [];
  for (let word = tokens[0]; word !== undefined; word = tokens[0]) {
    const filter = word.kind === "word" ? FILTERS.get(word.text) : undefined;
    if (filter === undefined) break;
    tokens.shift();
    const own = word.text === "regex" ? tokens.shift()?.text : "";
    if (own === undefined) throw new SyntaxError("regex needs a pattern");
    filters.push((value) => filter(value, own));
  }
  return {
    text,
    read: (reply, replace) =>
      filters.reduce((value, filter) => filter(value), take(reply, replace(given))),
  };
}

function isReserved(word: string): boolean {
  return word === "not" || [COMPARISONS, KINDS, FILTERS].some((each) => each.has(word));
}

function unknownWord(what: string, word: string, known: readonly string[]): SyntaxError {
  const advice = meant(word, known, `expected one of ${known.join(", ")}`);
  return new SyntaxError(`"${word}" is not a ${what}; ${advice}`);
}

function unescaped(text: string): string {
  const known: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
  return text.replaceAll(/\\(.)/gs, (_, letter: string) => known[letter] ?? letter);
}

function bareValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
