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
 *
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
    super(
      `Cannot accept ${what}: ${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
    );
    this.issues = issues;
  }
}

nameErrors({ SchemaValidationError });
