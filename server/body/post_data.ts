import type { FileField } from "./file_field.ts";

/** Value of a form field: text, or a file. */
export type PostValue = string | FileField;

/** A form that owns its files until it is closed. */
export interface ParsedForm {
  readonly data: PostData;
  close(): void; // frees the memory and disk of its files
}

/**
 * The fields of a form in the order sent; names may repeat.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const data = new web.PostData([["color", "red"], ["color", "blue"]]);
 * console.assert(data.get("color") === "red" && data.getAll("color").length === 2);
 * ```
 */
export class PostData implements Iterable<readonly [string, PostValue]> {
  readonly #fields: readonly (readonly [string, PostValue])[];

  /** Creates one. */
  constructor(fields: Iterable<readonly [string, PostValue]> = []) {
    this.#fields = [...fields];
  }

  /** Number of fields. */
  get size(): number {
    return this.#fields.length;
  }

  /** Returns the first value of a name. */
  get(name: string): PostValue | undefined {
    return this.getAll(name)[0];
  }

  /** Returns the first text of a name, or `undefined`. */
  text(name: string): string | undefined {
    return this.getAll(name).find((value) => typeof value === "string");
  }

  /** Returns the first file of a name, or `undefined`. */
  file(name: string): FileField | undefined {
    return this.getAll(name).find((value) => typeof value !== "string");
  }

  /** Returns all values of a name. */
  getAll(name: string): PostValue[] {
    return this.#fields.filter((field) => field[0] === name).map((field) => field[1]);
  }

  /** Whether a field of the name exists. */
  has(name: string): boolean {
    return this.#fields.some((field) => field[0] === name);
  }

  /** Iterates over the fields in order. */
  [Symbol.iterator](): Iterator<readonly [string, PostValue]> {
    return this.#fields[Symbol.iterator]();
  }
}
