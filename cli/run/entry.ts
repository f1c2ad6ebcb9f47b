// A request of a file, before its variables are replaced.
import { CommandError } from "../errors/errors.ts";
import type { Check, Query } from "./check.ts";

/** A piece of a body: text, or a file whose `{{...}}` may be replaced too. */
export type BodyPart =
  | { readonly text: string }
  | { readonly path: string; readonly replaced: boolean };

export interface Entry {
  /** Line of its request line, from 1 on. */
  readonly line: number;
  /** Name for references such as `{{login.response.body.token}}`, `null` for none. */
  name: string | null;
  /** Text after `###`. */
  title: string;
  method: string;
  url: string;
  readonly headers: [name: string, value: string][];
  /** Fields of the query, form and multipart form, from the sections of Hurl. */
  readonly query: [name: string, value: string][];
  /** Fields of a form, `null` for none; a multipart form's value may be `file,NAME;`. */
  form: { readonly isMultipart: boolean; readonly fields: [name: string, value: string][] } | null;
  readonly body: BodyPart[];
  readonly checks: Check[];
  readonly captures: { readonly name: string; readonly query: Query }[];
  readonly prompts: { readonly name: string; readonly text: string }[];
  follow: boolean;
  cookies: boolean;
  /** Limit of the exchange in ms, 0 for none. */
  timeout: number;
}

export interface RequestFile {
  readonly path: string;
  /** Its variables, `@NAME = VALUE`. */
  readonly variables: ReadonlyMap<string, string>;
  readonly entries: readonly Entry[];
}

export function newEntry(line: number, follow: boolean): Entry {
  return {
    ...{ line, name: null, title: "", method: "GET", url: "", headers: [], query: [], form: null },
    ...{ body: [], checks: [], captures: [], prompts: [], follow, cookies: true, timeout: 0 },
  };
}

export function titleOf({ name, title, method, url }: Entry): string {
  return name ?? (title === "" ? `${method} ${url}` : title);
}

/** Reads `10s`, `500 ms`, or a number of seconds, as ms. */
export function durationOf(text: string): number {
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)\s*(ms|s|m)?$/.exec(text) ?? [];
  if (number === undefined) throw new SyntaxError(`"${text}" is not a time such as 10s`);
  return Number(number) * (unit === "ms" ? 1 : unit === "s" ? 1000 : 60_000);
}

export function badLine(path: string, line: number, why: string): CommandError {
  return new CommandError(`${path}:${line}: ${why}`);
}
