/**
 * Stand-ins for the functions of `@std/assert` that the tests use, over `node:assert`, so that the
 * tests run where JSR cannot be reached. `deno task test:jsr` runs them on the real package.
 * @module
 */
import assertModule from "node:assert/strict";

// deno-lint-ignore no-explicit-any -- any constructor of an error, as in @std/assert
type ErrorClass<E extends Error = Error> = abstract new (...args: any[]) => E;

export const AssertionError = assertModule.AssertionError;

export function assert(value: unknown, message = ""): asserts value {
  if (!value) fail(message || `expected a truthy value, got ${Deno.inspect(value)}`);
}

export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  assertModule.deepStrictEqual(plain(actual), plain(expected), message);
}

export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  assertModule.notDeepStrictEqual(plain(actual), plain(expected), message);
}

export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T {
  assertModule.strictEqual(actual, expected, message);
}

export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) fail(message ?? `expected a value, got ${actual}`);
}

export function assertFalse(
  value: unknown,
  message = "",
): asserts value is false | 0 | "" | null | undefined {
  if (value) fail(message || `expected a falsy value, got ${Deno.inspect(value)}`);
}

export function assertInstanceOf<T>(
  actual: unknown,
  // deno-lint-ignore no-explicit-any -- any constructor, as in @std/assert
  type: abstract new (...args: any[]) => T,
  message?: string,
): asserts actual is T {
  if (!(actual instanceof type)) {
    fail(message ?? `expected a ${type.name}, got ${Deno.inspect(actual)}`);
  }
}

export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (!actual.includes(expected)) fail(message ?? `expected "${expected}" in "${actual}"`);
}

export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  if (!expected.test(actual)) fail(message ?? `expected ${expected} to match "${actual}"`);
}

export function assertNotMatch(actual: string, expected: RegExp, message?: string): void {
  if (expected.test(actual)) fail(message ?? `expected ${expected} not to match "${actual}"`);
}

export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance = 1e-7,
  message?: string,
): void {
  if (Math.abs(actual - expected) > tolerance) {
    fail(message ?? `expected ${actual} to be within ${tolerance} of ${expected}`);
  }
}

export function assertGreater<T>(actual: T, expected: T, message?: string): void {
  if (!(actual > expected)) fail(message ?? `expected ${actual} > ${expected}`);
}

export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual >= expected)) fail(message ?? `expected ${actual} >= ${expected}`);
}

export function assertLess<T>(actual: T, expected: T, message?: string): void {
  if (!(actual < expected)) fail(message ?? `expected ${actual} < ${expected}`);
}

export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual <= expected)) fail(message ?? `expected ${actual} <= ${expected}`);
}

export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E> = Error as unknown as ErrorClass<E>,
  messageIncludes = "",
): E {
  try {
    fn();
  } catch (error) {
    return checkError(error, errorClass, messageIncludes);
  }
  fail(`expected ${errorClass.name} to be thrown`);
}

export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E> = Error as unknown as ErrorClass<E>,
  messageIncludes = "",
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    return checkError(error, errorClass, messageIncludes);
  }
  fail(`expected a rejection with ${errorClass.name}`);
}

export function fail(message = "failed"): never {
  throw new AssertionError({ message });
}

function checkError<E extends Error>(error: unknown, type: ErrorClass<E>, includes: string): E {
  if (!(error instanceof type)) {
    fail(`expected ${type.name}, got ${Deno.inspect(error)}`);
  }
  assertStringIncludes(error.message, includes);
  return error;
}

/** @std/assert compares by content and ignores prototypes; node:assert wants it to be the same. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null) {
    return { ...value };
  }
  return value;
}
