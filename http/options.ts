// Checks of options: an unknown name or a wrong type is a TypeError that names the right one.

const BOOLEAN = 1, NUMBER = 2, STRING = 4, FUNCTION = 8, OBJECT = 16, LIST = 32, NULL = 64;

/** Types of an option, by their names in messages: bits, and a member that an object needs. */
const KINDS = {
  "anything": [127],
  "true or false": [BOOLEAN],
  "a number": [NUMBER],
  "a string": [STRING],
  "a function": [FUNCTION],
  "an object": [OBJECT],
  "a list": [LIST],
  "a map or a list of pairs": [OBJECT | LIST],
  "a number or a boolean": [NUMBER | BOOLEAN],
  "a string or a boolean": [STRING | BOOLEAN],
  "a function or a boolean": [FUNCTION | BOOLEAN],
  "a number or null": [NUMBER | NULL],
  "a string or null": [STRING | NULL],
  "a function or null": [FUNCTION | NULL],
  "an object or null": [OBJECT | NULL],
  "an object or a boolean": [OBJECT | BOOLEAN],
  "a string or an object": [STRING | OBJECT],
  "a string or a list": [STRING | LIST],
  "a string, an object or a list": [STRING | OBJECT | LIST],
  "an object or a function": [OBJECT | FUNCTION],
  "an AbortSignal": [OBJECT, "aborted"],
  "a Date": [OBJECT, "getTime"],
  "a Standard Schema (zod, valibot, arktype …)": [OBJECT | FUNCTION, "~standard"],
  "an application with a fetch method": [OBJECT | FUNCTION, "fetch"],
} satisfies Record<string, readonly [types: number, member?: string]>;

export type OptionKind = keyof typeof KINDS;

/** A kind for each option: a missing or unknown name is a type error. */
export type OptionKinds<T> = { readonly [Name in keyof T]-?: OptionKind };

/** The kinds of options that are all numbers, by a record with their names. */
export function numberKinds<T extends object>(names: T): OptionKinds<T> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, "a number"])) as OptionKinds<T>;
}

/** Fills in the defaults of numbers. @throws {RangeError} If one is negative or not a number. */
export function numbersOf<T extends object>(defaults: T, given: Partial<T>): T {
  const entries = Object.entries(defaults).map(([name, byDefault]) => {
    const value: unknown = given[name as keyof T] ?? byDefault;
    if (typeof value === "number" && value >= 0) return [name, value];
    throw new RangeError(`Cannot use ${name} ${value}: expected a number of at least 0`);
  });
  return Object.freeze(Object.fromEntries(entries));
}

/** Names of options in other libraries, and ours for them; the first one that exists counts. */
const SYNONYMS = `
  address host hostname; body data text; bodylimit clientMaxSize maxSize;
  connectortimeout timeout; content data text; contentlength headers; dispatcher connector;
  fetch transport; files data; follow allowRedirects; followredirects allowRedirects;
  form data; host hostname; hostname host; jar cookieJar;
  limit clientMaxSize maxSize retries; maxretries retries retry; message text;
  middleware middlewares; mimetype contentType; onprogress onDownloadProgress;
  payload data json; prefix baseUrl; prefixurl baseUrl; qs params; query params; reason text;
  redirect allowRedirects; replacer dumps; retries retry; root index; searchparams params;
  serializer jsonSerialize dumps; socket path; statuscode status; subprotocols protocols;
  text data; throwhttperrors raiseForStatus; tls cert connector; type contentType; unix path`
  .trim();

/** Names and types of the options of one or more functions. */
export class OptionTable<T extends object> {
  /** The kinds, for a table that extends this one. */
  readonly kinds: OptionKinds<T>;
  /** Advice for unknown names. */
  readonly remedies: Readonly<Record<string, string>>;
  readonly #expected: Readonly<Record<string, OptionKind>>;

  constructor(kinds: OptionKinds<T>, remedies: Readonly<Record<string, string>> = {}) {
    this.kinds = kinds;
    this.#expected = Object.assign(Object.create(null), kinds);
    this.remedies = remedies;
  }

  /** @throws {TypeError} If a name is unknown, or a value of the wrong type. */
  check(where: string, options: T): void {
    if (typeOf(options) !== OBJECT) throw this.#noObject(where, options);
    for (const name of Object.keys(options)) {
      const kind = this.#expected[name];
      if (kind === undefined) throw this.#unknown(where, name);
      const value: unknown = options[name as keyof T];
      if (value === undefined) continue;
      const allowed: readonly [types: number, member?: string] = KINDS[kind];
      const hasMember = allowed[1] === undefined || allowed[1] in Object(value);
      if ((typeOf(value) & allowed[0]) !== 0 && hasMember) continue;
      const got = value instanceof Promise ? "a promise: await it first" : described(value);
      throw new TypeError(`${where}: "${name}" takes ${kind}, got ${got}`);
    }
  }

  /** Takes the options of this table out of a record that has more. */
  pick(options: T): T {
    const known = Object.entries(options).filter(([name]) => name in this.#expected);
    return Object.fromEntries(known) as T; // a part of what has the type, and nothing required left out
  }

  #noObject(where: string, given: unknown): TypeError {
    const names = Object.keys(this.#expected);
    const name = names.find((each) =>
      (KINDS[this.#expected[each] ?? "anything"][0] & typeOf(given)) !== 0
    );
    const example = typeOf(given) & (BOOLEAN | NUMBER | STRING | FUNCTION) && name !== undefined
      ? ` such as { ${name}: ${typeof given === "function" ? "…" : JSON.stringify(given)} }`
      : ` with ${listed(names)}`;
    const wait = given instanceof Promise ? "a promise: await it first" : described(given);
    return new TypeError(`${where}: options are an object${example}, got ${wait}`);
  }

  #unknown(where: string, name: string): TypeError {
    const plain = plainName(name);
    const names = Object.keys(this.#expected);
    const [, ...ours] = SYNONYMS.split(/;\s+/).map((row) => row.split(" "))
      .find(([theirs]) => theirs === plain) ?? [];
    const same = names.find((each) => plainName(each) === plain) ??
      ours.find((each) => each in this.#expected);
    const what = `${where}: unknown option "${name}"`;
    if (Object.hasOwn(this.remedies, plain)) {
      return new TypeError(`${what}. ${this.remedies[plain]}`);
    }
    const near = same ?? nearestName(name, names);
    return new TypeError(
      near === null ? `${what}; there is ${listed(names)}` : `${what}, did you mean "${near}"?`,
    );
  }
}

function plainName(name: string): string {
  return name.replaceAll(/[_-]/g, "").toLowerCase();
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? `"${names.join()}" alone` : names.join(", ");
}

// NaN and the like are for the function to check.
const TYPES = { boolean: BOOLEAN, number: NUMBER, string: STRING, function: FUNCTION };

function typeOf(value: unknown): number {
  if (typeof value !== "object") return TYPES[typeof value as keyof typeof TYPES] ?? 0;
  if (value === null) return NULL;
  if (Array.isArray(value)) return LIST;
  if (value instanceof Promise) return 0;
  return Symbol.iterator in value ? OBJECT | LIST : OBJECT;
}

/** Describes a value for messages: `the number 201`, `a list`, `an instance of Foo`. */
export function described(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return `${value}`;
  if (value instanceof Promise) return "a promise";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case "function":
      return value.name === "" ? "a function" : `the function ${value.name}`;
    case "object": {
      if (value instanceof Response) return "a Response"; // or our subclass
      const name = value.constructor?.name ?? "Object";
      return name === "Object" ? "an object" : `an instance of ${name}`;
    }
    case "boolean":
      return `${value}`;
  }
  return `the ${typeof value} ${String(value)}`;
}

/** Finds the name that is fewest edits away, up to a third of its letters or two; else `null`. */
function nearestName(name: string, names: readonly string[]): string | null {
  let [nearest, least]: [string | null, number] = [null, Math.max(2, name.length / 3) + 1];
  for (const each of names) {
    const swapped = sorted(name) === sorted(each);
    const edits = swapped ? 1 : editsBetween(name.toLowerCase(), each.toLowerCase());
    if (edits < least && edits < each.length) [nearest, least] = [each, edits];
  }
  return nearest;
}

function sorted(name: string): string {
  return [...name.toLowerCase()].sort().join("");
}

/** Letters added, left out or replaced: the Levenshtein distance. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const [replaced = 0, leftOut = 0, added = 0] = [row[j], row[j + 1], next[j]];
      next.push(Math.min(replaced + (a[i] === b[j] ? 0 : 1), leftOut + 1, added + 1));
    }
    row = next;
  }
  return row[b.length] ?? Infinity;
}
