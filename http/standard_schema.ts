/**
 * The interface that schema libraries share: Standard Schema, version 1
 * (https://standardschema.dev). Zod, Valibot, ArkType and others implement it.
 * @module
 */

/**
 * A schema of any library that implements Standard Schema.
 *
 * @typeParam Input What the schema takes.
 * @typeParam Output What it gives.
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** The schema's standard face. */
  readonly "~standard": StandardSchemaProps<Input, Output>;
}

/**
 * The standard face of a schema.
 *
 * @typeParam Input What the schema takes.
 * @typeParam Output What it gives.
 */
export interface StandardSchemaProps<Input = unknown, Output = Input> {
  /** Version of the standard. */
  readonly version: 1;
  /** Name of the library. */
  readonly vendor: string;
  /** Carries the types, never a value. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  /**
   * Checks a value.
   *
   * @param value The value.
   * @returns The checked value, or what is wrong with it.
   */
  readonly validate: (
    value: unknown,
  ) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>;
}

/**
 * What a check gives: a value, or issues.
 *
 * @typeParam Output What the schema gives.
 */
export type StandardSchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardSchemaIssue[] };

/** One thing that is wrong with a value. */
export interface StandardSchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where it is wrong: the keys that lead there. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
