// Standard Schema, the interface that zod, valibot, arktype and others share.
import { type SchemaIssue, SchemaValidationError } from "./schema_validation_error.ts";

/** Outcome of a validation: the value, or the issues. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** The part of a schema that Standard Schema defines. */
export interface StandardSchemaProps<Input, Output> {
  /** Version of the interface. */
  readonly version: 1;
  /** Name of the library that made the schema. */
  readonly vendor: string;
  /** Checks a value, and may change it: defaults, conversions. */
  readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
  /** Types of the schema; only for the compiler. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
}

/**
 * A schema of any library that follows {@link https://standardschema.dev Standard Schema} 1: zod,
 * valibot, arktype and others.
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** The part that all libraries share. */
  readonly "~standard": StandardSchemaProps<Input, Output>;
}

/** Output type of a schema; `null` for `null`. */
export type SchemaOutput<Schema> = Schema extends StandardSchemaV1
  ? NonNullable<Schema["~standard"]["types"]>["output"]
  : null;

/** Input type of a schema. */
export type SchemaInput<Schema> = Schema extends StandardSchemaV1
  ? NonNullable<Schema["~standard"]["types"]>["input"]
  : null;

/** Whether a value is a schema. Some libraries make functions of them. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  return ((typeof value === "object" && value !== null) || typeof value === "function") &&
    "~standard" in value;
}

/** @throws {SchemaValidationError} If the value does not fit. */
export async function validateWithSchema<S extends StandardSchemaV1>(
  schema: S,
  value: unknown,
  what: string,
): Promise<SchemaOutput<S>> {
  const result = await schema["~standard"].validate(value);
  if (result.issues !== undefined) throw new SchemaValidationError(what, result.issues);
  return result.value as SchemaOutput<S>;
}
