/**
 * The fields of a form, as `request.post()` gives them.
 * @module
 */
import type { FileField } from "./file_field.ts";

/** Value of a form field: text, or a file. */
export type PostValue = string | FileField;

/**
 * The fields of a form in the order in which they were sent; a name may repeat. aiohttp's
 * `MultiDict` of `request.post()`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const data = new web.PostData([["color", "red"], ["color", "blue"]]);
 * console.assert(data.get("color") === "red");
 * console.assert(data.getAll("color").length === 2);
 * ```
 */
export class PostData implements Iterable<readonly [string, PostValue]> {
  readonly #fields: readonly (readonly [string, PostValue])[];

  /**
   * Keeps the fields.
   *
   * @param fields Name and value of each, in order.
   */
  constructor(fields: Iterable<readonly [string, PostValue]> = []) {
    this.#fields = [...fields];
  }

  /** How many fields there are. */
  get size(): number {
    return this.#fields.length;
  }

  /**
   * Gives the first value of a name.
   *
   * @returns The value, `undefined` where there is none.
   */
  get(name: string): PostValue | undefined {
    return this.#fields.find((field) => field[0] === name)?.[1];
  }

  /**
   * Gives the first value of a name that is text.
   *
   * @returns The text, `undefined` where there is none or only a file.
   */
  text(name: string): string | undefined {
    for (const [each, value] of this.#fields) {
      if (each === name && typeof value === "string") return value;
    }
    return undefined;
  }

  /**
   * Gives the first value of a name that is a file.
   *
   * @returns The file, `undefined` where there is none or only text.
   */
  file(name: string): FileField | undefined {
    for (const [each, value] of this.#fields) {
      if (each === name && typeof value !== "string") return value;
    }
    return undefined;
  }

  /** Gives all values of a name. */
  getAll(name: string): PostValue[] {
    return this.#fields.filter((field) => field[0] === name).map((field) => field[1]);
  }

  /**
   * Tells whether a name was sent.
   *
   * @returns `true` if there is such a field.
   */
  has(name: string): boolean {
    return this.#fields.some((field) => field[0] === name);
  }

  /** Iterates over the fields in order. */
  [Symbol.iterator](): Iterator<readonly [string, PostValue]> {
    return this.#fields[Symbol.iterator]();
  }
}
