import { nameErrors } from "../as_error.ts";

const MAX_ISSUES_SHOWN = 3;

/** One problem of a value; the same shape as an issue of Standard Schema. */
export interface SchemaIssue {
  /** Message for people. */
  readonly message: string;
  /** Path within the value, outermost key first; missing or empty for the value itself. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * A value does not fit its schema; `issues` lists the problems.
 * @example
 * ```ts
 * import { ClientSession, SchemaValidationError } from "@roundtrip/http";
 *
 * const validate = () => ({ issues: [{ message: "Expected a number" }] });
 * const schema = { "~standard": { version: 1 as const, vendor: "example", validate } };
 * await using session = new ClientSession({ app: { fetch: () => Response.json("seven") } });
 * await using response = await session.get("/");
 * const error = await response.json(schema).catch((error) => error);
 * console.assert(error instanceof SchemaValidationError && error.issues.length === 1);
 * ```
 */
export class SchemaValidationError extends Error {
  /** All problems, as the schema reports them. */
  readonly issues: readonly SchemaIssue[];

  /** Creates one. */
  constructor(what: string, issues: readonly SchemaIssue[]) {
    const shown = issues.slice(0, MAX_ISSUES_SHOWN).map(({ message, path = [] }) => {
      const place = path.map((key) => String(typeof key === "object" ? key.key : key)).join(".");
      return place === "" ? message : `${place}: ${message}`;
    });
    const more = issues.length - shown.length;
    super(`Cannot accept ${what}: ${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`);
    this.issues = issues;
  }
}

nameErrors({ SchemaValidationError });

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

/** A schema of any library with {@link https://standardschema.dev Standard Schema} 1. */
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
