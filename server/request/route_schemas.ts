import type { RouteContract } from "../../http/schema/routed.ts";
import type {
  SchemaInput,
  SchemaOutput,
  StandardSchemaV1,
} from "../../http/schema/standard_schema.ts";
import type { HandlerResult } from "./middleware.ts";
import type { ServerRequest } from "./request.ts";

/** Schemas for the parts of a request. */
export interface RequestSchemas {
  /** Schema of the query: text by name, an array of texts for a repeated name. */
  readonly query?: StandardSchemaV1;
  /** Schema of the path's variables: text by name. */
  readonly params?: StandardSchemaV1;
  /** Schema of the headers: text by lower-case name. */
  readonly headers?: StandardSchemaV1;
  /** Schema of form fields: like the query; a file is a `FileField`. */
  readonly form?: StandardSchemaV1;
  /** Schema of the JSON body. */
  readonly json?: StandardSchemaV1;
}

/** An issue in a part of a request, as sent to the client. */
export interface RequestIssue {
  /** The part: `query`, `params`, `headers`, `form` or `json`. */
  readonly in: string;
  /** The message. */
  readonly message: string;
  /** Path within the part, outermost key first. */
  readonly path: readonly (string | number)[];
}

/** Schemas for the parts of a request, and for its replies. */
export interface RouteSchemas extends RequestSchemas {
  /** Schemas of JSON replies by status, `null` without body: for types and OpenAPI, unchecked. */
  readonly response?: { readonly [status: number]: StandardSchemaV1 | null };
}

/** Output of the schemas, by part. */
export type Validated<Schemas extends RouteSchemas> = {
  readonly [Part in keyof Schemas & keyof RequestSchemas]: SchemaOutput<Schemas[Part]>;
};

/** A response whose status and data the compiler knows: result of `web.jsonResponse()`. */
export interface TypedResponse<Status extends number, Data> extends Response {
  /** Both; only for the compiler. */
  readonly "~reply"?: { readonly status: Status; readonly data: Data };
}

/** A value that may be read only, at any depth: what a literal in a call of a function is. */
export type Frozen<T> = unknown extends T ? T
  : T extends ((...args: never) => unknown) | { toJSON(...args: never): unknown } ? T
  : T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> }
  : T;

/** Result of a handler: what its `response` schemas allow, any without them. */
export type ResultOf<Schemas extends RouteSchemas, Result> = Schemas extends
  { readonly response: infer Replies } ?
    | {
      [Status in keyof Replies & number]: TypedResponse<
        Status,
        Frozen<SchemaOutput<Replies[Status]>>
      >;
    }[
      keyof Replies & number
    ]
    | Exclude<HandlerResult, Response>
  : Result;

/** A handler that keeps the types of its schemas and its replies. */
export interface SchemaHandler<Params, Schemas, Result> {
  /** Answers a request. */
  (request: ServerRequest<Params>): Result | Promise<Result>;
  /** The schemas; only for the compiler. */
  readonly "~schemas"?: Schemas;
}

/** Contract of a route: its input before validation, and its replies by status. */
export interface ContractOf<Params, Schemas, Result> extends RouteContract {
  /** Parts of the request with a schema, and the path's variables. */
  readonly input:
    & { readonly [Part in keyof Schemas & keyof RequestSchemas]: SchemaInput<Schemas[Part]> }
    & (Schemas extends { readonly params: unknown } ? unknown : { readonly params: Params });
  /** Declared replies, else those of the handler's result; and the one for invalid data. */
  readonly replies:
    | (Schemas extends { readonly response: infer Replies }
      ? { readonly [Status in keyof Replies]: SchemaOutput<Replies[Status]> }
      : Result extends TypedResponse<infer Status, infer Data> ? { readonly [Each in Status]: Data }
      : unknown)
    | (keyof Schemas & keyof RequestSchemas extends never ? never
      : {
        readonly [Status in Schemas extends { readonly status: 400 } ? 400 : 422]: {
          readonly issues: readonly RequestIssue[];
        };
      });
}
