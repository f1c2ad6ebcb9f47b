// Checks of options: an unknown name or a value of the wrong type is a TypeError that names the
// right one.
import { nearestName } from "./nearest_name.ts";

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

/** Names of the same options in other libraries; the first one that exists counts. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  address: ["host", "hostname"],
  baseurl: ["baseUrl"],
  body: ["data", "text"],
  bodylimit: ["clientMaxSize", "maxSize"],
  connectortimeout: ["timeout"],
  content: ["data", "text"],
  contentlength: ["headers"],
  cookiejar: ["cookieJar"],
  dispatcher: ["connector"],
  fetch: ["transport"],
  files: ["data"],
  follow: ["allowRedirects"],
  followredirects: ["allowRedirects"],
  form: ["data"],
  host: ["hostname"],
  hostname: ["host"],
  jar: ["cookieJar"],
  limit: ["clientMaxSize", "maxSize", "retries"],
  maxage: ["maxAge"],
  maxretries: ["retries", "retry"],
  message: ["text"],
  middleware: ["middlewares"],
  mimetype: ["contentType"],
  onprogress: ["onDownloadProgress"],
  payload: ["data", "json"],
  prefix: ["baseUrl"],
  prefixurl: ["baseUrl"],
  qs: ["params"],
  query: ["params"],
  reason: ["text"],
  redirect: ["allowRedirects"],
  replacer: ["dumps"],
  retries: ["retry"],
  root: ["index"],
  searchparams: ["params"],
  serializer: ["jsonSerialize", "dumps"],
  socket: ["path"],
  statuscode: ["status"],
  subprotocols: ["protocols"],
  text: ["data"],
  throwhttperrors: ["raiseForStatus"],
  tls: ["cert", "connector"],
  type: ["contentType"],
  unix: ["path"],
};

interface Expected {
  readonly kind: string;
  readonly types: number;
  readonly member: string | null;
}

/** Names and types of the options of one or more functions. */
export class OptionTable<T extends object> {
  /** The kinds, for a table that extends this one. */
  readonly kinds: OptionKinds<T>;
  /** Advice for unknown names. */
  readonly remedies: Readonly<Record<string, string>>;
  readonly #expected: Readonly<Record<string, Expected>>;

  constructor(kinds: OptionKinds<T>, remedies: Readonly<Record<string, string>> = {}) {
    const expected: Record<string, Expected> = Object.create(null);
    for (const [name, kind] of Object.entries<OptionKind>(kinds)) {
      const [types, member]: readonly [number, string?] = KINDS[kind];
      expected[name] = { kind, types, member: member ?? null };
    }
    this.kinds = kinds;
    this.#expected = expected;
    this.remedies = remedies;
  }

  /** @throws {TypeError} If a name is unknown, or a value of the wrong type. */
  check(where: string, options: T): void {
    if (typeOf(options) !== OBJECT) throw this.#noObject(where, options);
    for (const name of Object.keys(options)) {
      const expected = this.#expected[name];
      if (expected === undefined) throw this.#unknown(where, name);
      const value: unknown = options[name as keyof T];
      if (value === undefined) continue;
      if ((typeOf(value) & expected.types) === 0 || lacks(value, expected.member)) {
        const got = value instanceof Promise ? "a promise: await it first" : described(value);
        throw new TypeError(`${where}: "${name}" takes ${expected.kind}, got ${got}`);
      }
    }
  }

  /** Takes the options of this table out of a record that has more. */
  pick(options: T): T {
    const known = Object.entries(options).filter(([name]) => name in this.#expected);
    return Object.fromEntries(known) as T; // a part of what has the type, and nothing required left out
  }

  #noObject(where: string, given: unknown): TypeError {
    const names = Object.keys(this.#expected);
    const [name] = names.filter((each) =>
      ((this.#expected[each]?.types ?? 0) & typeOf(given)) !== 0
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
    const same = names.find((each) => plainName(each) === plain) ??
      (Object.hasOwn(SYNONYMS, plain) ? SYNONYMS[plain] : undefined)
        ?.find((each) => each in this.#expected);
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

function typeOf(value: unknown): number {
  switch (typeof value) {
    case "boolean":
      return BOOLEAN;
    case "number":
      return NUMBER; // NaN and the like are for the function to check
    case "string":
      return STRING;
    case "function":
      return FUNCTION;
    case "object":
      if (value === null) return NULL;
      if (Array.isArray(value)) return LIST;
      if (value instanceof Promise) return 0;
      return Symbol.iterator in value ? OBJECT | LIST : OBJECT;
  }
  return 0;
}

function lacks(value: unknown, member: string | null): boolean {
  return member !== null && !(member in Object(value));
}

/**
 * Describes a value for messages: `the number 201`, `a list`, `an instance of Foo` and the like.
 */
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
