import { isDeepStrictEqual } from "node:util";

type Compare = (actual: unknown, expected: unknown) => boolean;
type Kind = (actual: unknown) => boolean;
type Filter = (value: unknown, argument: string) => unknown;

const ordered = (compare: (a: number, b: number) => boolean): Compare => (actual, expected) =>
  isNumeric(actual) && isNumeric(expected) && compare(Number(actual), Number(expected));
const texts = (compare: (a: string, b: string) => boolean): Compare => (actual, expected) =>
  typeof actual === "string" && compare(actual, `${expected}`);
const contains: Compare = (actual, expected) =>
  Array.isArray(actual)
    ? actual.some((each) => isEqual(each, expected))
    : typeof actual === "string" && actual.includes(`${expected}`);
const matches: Compare = (actual, expected) =>
  isScalar(actual) && new RegExp(`${expected}`, "u").test(`${actual}`);

export const COMPARISONS: ReadonlyMap<string, Compare> = new Map(Object.entries<Compare>({
  "==": isEqual,
  "!=": (actual, expected) => !isEqual(actual, expected),
  ">": ordered((a, b) => a > b),
  ">=": ordered((a, b) => a >= b),
  "<": ordered((a, b) => a < b),
  "<=": ordered((a, b) => a <= b),
  contains,
  includes: contains,
  startsWith: texts((a, b) => a.startsWith(b)),
  endsWith: texts((a, b) => a.endsWith(b)),
  matches,
}));

/** Predicates without a value. */
export const KINDS: ReadonlyMap<string, Kind> = new Map(Object.entries<Kind>({
  exists: (actual) => actual !== undefined,
  isBoolean: (actual) => typeof actual === "boolean",
  isEmpty: (actual) => sizeOf(actual) === 0,
  isInteger: Number.isInteger,
  isFloat: (actual) => typeof actual === "number" && !Number.isInteger(actual),
  isNumber: (actual) => typeof actual === "number",
  isString: (actual) => typeof actual === "string",
  isCollection: (actual) => typeof actual === "object" && actual !== null,
  isList: Array.isArray,
  isArray: Array.isArray,
  isObject: (actual) => typeof actual === "object" && actual !== null && !Array.isArray(actual),
  isIsoDate: (actual) =>
    typeof actual === "string" && /^\d{4}-\d\d-\d\dT/.test(actual) &&
    !Number.isNaN(Date.parse(actual)),
}));

/** Changes of a value between query and predicate. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map(Object.entries<Filter>({
  count: sizeOf,
  toInt: (value) => isScalar(value) ? Number.parseInt(`${value}`, 10) : undefined,
  toFloat: (value) => isScalar(value) ? Number.parseFloat(`${value}`) : undefined,
  regex: (value, pattern) =>
    isScalar(value) ? new RegExp(pattern, "u").exec(`${value}`)?.[1] : undefined,
}));

/** Whether a value is a number, or text that is one. */
export function isNumeric(value: unknown): boolean {
  return typeof value === "number" ||
    (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)));
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" && value !== undefined;
}

function isEqual(actual: unknown, expected: unknown): boolean {
  return actual === expected || isDeepStrictEqual(actual, expected);
}

/** Number of members, characters or bytes; `undefined` for other values. */
function sizeOf(value: unknown): number | undefined {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  if (value instanceof Uint8Array) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : undefined;
}
