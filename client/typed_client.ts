// A client that takes its types from the routes of a server; the routes themselves are not loaded.
import { OptionTable } from "../http/options.ts";
import { isJsonType } from "../http/headers/content_type.ts";
import { WITHOUT_BODY } from "../http/headers/status.ts";
import type { FormValue } from "../http/multipart/form_body.ts";
import type { QueryInit } from "../http/query.ts";
import type { ContractsOf, RouteContract } from "../http/schema/routed.ts";
import { disposing } from "../http/since_node_20.ts";
import type { RequestData } from "./body/payload_of.ts";
import type { RequestOptions } from "./request/options.ts";
import type { ClientResponse } from "./response/response.ts";
import type { ClientSession } from "./session.ts";

/** Parts of a request that a route has no schemas for. */
export interface TypedParts {
  /** Query. */
  readonly query?: QueryInit;
  /** Headers by name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Form fields. */
  readonly form?: RequestData;
  /** JSON body. */
  readonly json?: unknown;
}

/** A value as it is sent as text: a number may stand for any text. */
export type TypedText<Value> = string extends Value ? Value | number | boolean : Value;

/** A part of a request, by its name and the input of its schema. */
export type TypedPart<Name, Input> = Name extends "json" ? Input : {
  readonly [Key in keyof Input]: Name extends "form"
    ? Input[Key] extends string | number | boolean | null | undefined ? TypedText<Input[Key]>
    : FormValue | readonly FormValue[]
    : TypedText<Input[Key]>;
};

/** Input of a route: parts with a schema as it says, the others freely. */
export type TypedInput<Input> =
  & {
    readonly [
      Name in keyof Input as Record<never, never> extends Input[Name] ? never : Name
    ]: TypedPart<Name, Input[Name]>;
  }
  & {
    readonly [
      Name in keyof Input as Record<never, never> extends Input[Name] ? Name : never
    ]?: TypedPart<Name, Input[Name]>;
  }
  & Omit<TypedParts, keyof Input>;

/** A value after its way as JSON: dates are text, functions and symbols are gone. */
export type JSONOf<T> = T extends { toJSON(...args: never): infer Result } ? JSONOf<Result>
  : T extends (...args: never) => unknown ? never
  : T extends object ? { [Key in keyof T]: JSONOf<T[Key]> }
  : T;

/** Statuses of errors. */
export type ErrorStatus =
  | (400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412 | 413 | 414 | 415)
  | (416 | 417 | 418 | 421 | 422 | 423 | 424 | 425 | 426 | 428 | 429 | 431 | 451)
  | (500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 510 | 511);

/** A reply with its status and data. */
export interface ReplyValue<Status, Data> {
  /** Its status. */
  readonly status: Status;
  /** Whether the status is 200 to 299. */
  readonly ok: Status extends number ? number extends Status ? boolean
    : `${Status}` extends `2${string}` ? true
    : false
    : never;
  /** The value of a JSON body, else the text or the bytes; `null` without a body. */
  readonly data: Data;
  /** Its headers. */
  readonly headers: Headers;
}

/** Replies of a route, told apart by `status`; others of `ErrorStatus` have unknown data. */
export type TypedReply<Replies> = unknown extends Replies
  ? ReplyValue<200 | 201 | 202 | 204, unknown> | ReplyValue<ErrorStatus, unknown>
  :
    | (Replies extends unknown ? {
        [Status in keyof Replies]: ReplyValue<Status, JSONOf<Replies[Status]>>;
      }[keyof Replies]
      : never)
    | ReplyValue<
      Exclude<ErrorStatus, Replies extends unknown ? keyof Replies : never>,
      unknown
    >;

/** The contract of a route, by its method and path. */
export type ContractAt<Contracts, Key extends string> = Contracts extends
  { readonly [Each in Key]: infer Contract extends RouteContract } ? Contract : never;

/** Paths of a method. */
export type PathsOf<Contracts, Method extends string> = Contracts extends unknown
  ? keyof Contracts extends infer Key ? Key extends `${Method} ${infer Path}` ? Path : never : never
  : never;

/** Options of the session for one call. */
export type TypedOptions = Omit<RequestOptions, "params" | "data" | "json" | "headers">;

/** Calls the routes of one method. */
export type TypedCall<Contracts, Method extends string> = <
  const Path extends PathsOf<Contracts, Method>,
  Contract extends RouteContract = ContractAt<Contracts, `${Method} ${Path}`>,
>(
  path: Path,
  ...rest: Record<never, never> extends TypedInput<Contract["input"]>
    ? [input?: TypedInput<Contract["input"]>, options?: TypedOptions]
    : [input: TypedInput<Contract["input"]>, options?: TypedOptions]
) => Promise<TypedReply<Contract["replies"]>>;

/** A client for some routes, see {@linkcode typedClient}. */
export type TypedClient<Contracts> = {
  readonly [Name in "get" | "post" | "put" | "patch" | "delete" | "head" | "options"]: TypedCall<
    Contracts,
    Uppercase<Name>
  >;
};

const PARTS = new OptionTable<TypedParts & { readonly params?: object }>({
  params: "an object",
  query: "anything",
  headers: "an object",
  form: "anything",
  json: "anything",
}, { data: 'Write "json", or "form"', body: 'Write "json", or "form"' });

/**
 * A client whose methods, paths, parts and replies have the types of a server's routes: of their
 * schemas and of their handlers' `web.jsonResponse()`. Every reply is a value, errors too; `status`
 * tells them apart. Replies are not checked.
 * @typeParam Routes Type of a list of routes or of a `web.RouteTable`: `typeof routes`.
 * @param session The session, with a `baseUrl`, below which all paths are, or an `app`.
 * @returns A function a method: `client.get(path, { params, query, headers, form, json }, options)`.
 * @example
 * ```ts
 * import { ClientSession, typedClient, web } from "@roundtrip/http";
 *
 * const routes = [web.get("/users/{id}", ({ matchInfo }) => web.jsonResponse({ id: matchInfo.id }))];
 * const app = new web.Application();
 * app.addRoutes(routes);
 * await using session = new ClientSession({ app });
 * const client = typedClient<typeof routes>(session);
 * const reply = await client.get("/users/{id}", { params: { id: 7 } });
 * console.assert(reply.status === 200 && reply.data.id === "7");
 * ```
 */
export function typedClient<Routes>(
  session: Pick<ClientSession, "request">,
): TypedClient<ContractsOf<Routes>> {
  const call = (method: string) =>
  async (
    path: string,
    input: TypedParts & { readonly params?: Readonly<Record<string, unknown>> } = {},
    options: TypedOptions = {},
  ): Promise<ReplyValue<number, unknown>> => {
    PARTS.check(`${method} ${path}`, input);
    const { params = {}, query, headers, form, json } = input;
    const response = await session.request(method, `.${filled(path, params)}`, {
      ...options,
      params: query,
      data: form,
      json,
      ...headers === undefined ? null : { headers },
      raiseForStatus: false,
    });
    return await disposing(response, async ({ status, headers }) => {
      const data = WITHOUT_BODY.has(status) || method === "HEAD" ? null : await dataOf(response);
      return { status, ok: status >= 200 && status < 300, data, headers };
    });
  };
  const methods = ["get", "post", "put", "patch", "delete", "head", "options"];
  const calls = methods.map((name) => [name, call(name.toUpperCase())]);
  return Object.fromEntries(calls) as TypedClient<ContractsOf<Routes>>;
}

function filled(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replaceAll(/\{([^{}:]+)[^{}]*\}/g, (_, name: string) => {
    const text = `${params[name] ?? ""}`;
    // A URL drops "." and ".." even if they are encoded, and another route would answer.
    if (/^\.{0,2}$/.test(text)) {
      throw new TypeError(`Cannot send ${path}: "${name}" is "${text}", which no path can hold`);
    }
    return encodeURIComponent(text);
  });
}

async function dataOf(response: ClientResponse): Promise<unknown> {
  const { contentType } = response;
  if (isJsonType(contentType)) return await response.json();
  return contentType.startsWith("text/") ? await response.text() : await response.read();
}
