import { meant } from "../args/suggest.ts";
import { jsonPath } from "./json_path.ts";
import type { Reply } from "./check.ts";

/** A request whose reply is used has not been sent yet. */
export class NotSentYet extends Error {
  override readonly name = "NotSentYet";
  readonly request: string;

  constructor(request: string) {
    super(`the reply of ${request} is used before it is sent`);
    this.request = request;
  }
}

/** A request that was sent, for `{{name.response.body.token}}`. */
export interface Sent {
  readonly reply: Reply;
  readonly request: { readonly headers: Headers; readonly body: string };
}

/** Sources of variables, the first that has one wins. */
export interface Sources {
  /** Captured from replies, given by `--var`, and asked for. */
  readonly given: Map<string, string>;
  /** Variables of the file, whose values may have variables. */
  readonly file: ReadonlyMap<string, string>;
  readonly environment: ReadonlyMap<string, string>;
  readonly dotenv: ReadonlyMap<string, string>;
  /** Requests by name; `null` before they are sent. */
  readonly requests: ReadonlyMap<string, Sent | null>;
}

/** Replaces `{{...}}` in a text; throws `NotSentYet` for the reply of a request not sent yet. */
export function replaceVariables(
  text: string,
  sources: Sources,
  within: readonly string[] = [],
): string {
  return text.replaceAll(/\{\{\s*([^{}]+?)\s*\}\}/g, (_, name: string) => {
    if (within.includes(name)) throw new SyntaxError(`the variable ${name} contains itself`);
    const own = sources.given.get(name);
    if (own !== undefined) return own;
    const value = sources.file.get(name) ?? sources.environment.get(name);
    if (value !== undefined) return replaceVariables(value, sources, [...within, name]);
    if (name.startsWith("$")) {
      return dynamic(
        name.slice(1),
        sources,
        (each) => replaceVariables(`{{${each}}}`, sources, [...within, name]),
      );
    }
    if (name === "newUuid") return crypto.randomUUID();
    if (name === "newDate") return new Date().toISOString();
    const [, request = "", rest = ""] = /^([\w-]+)[.](.+)$/.exec(name) ?? [];
    const sent = sources.requests.get(request);
    if (sent === null) throw new NotSentYet(request);
    if (sent !== undefined) return ofReply(name, rest, sent);
    const known = [sources.given, sources.file, sources.environment, sources.requests]
      .flatMap((each) => [...each.keys()]);
    const how = `give it by --var ${name}=VALUE, or by @${name} = VALUE in the file`;
    throw new SyntaxError(`no value for {{${name}}}; ${meant(name, known, how)}`);
  });
}

/** `response.body.$.token`, `response.headers.Location`, `token`. */
function ofReply(name: string, path: string, { reply, request }: Sent): string {
  const [, side = "response", part = "body", rest = ""] =
    /^(?:(response|request)\.)?(?:(body|headers|status)(?=\.|\[|$))?\.?(.*)$/s.exec(path) ?? [];
  const { headers, text } = side === "request"
    ? { headers: request.headers, text: request.body }
    : reply;
  const value = part === "headers"
    ? headers.get(rest) ?? undefined
    : part === "status"
    ? reply.status
    : rest === "" || rest === "*"
    ? text
    : jsonPath(text, rest);
  if (value === undefined || value === null) throw new SyntaxError(`no value for {{${name}}}`);
  return typeof value === "object" ? JSON.stringify(value) : `${value}`;
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 },
};
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** Values of the editors: `$uuid`, `$timestamp -1 d`, `$randomInt 1 10`, `$dotenv NAME`. */
function dynamic(
  text: string,
  { dotenv }: Pick<Sources, "dotenv">,
  read: (name: string) => string,
): string {
  const [word = "", ...args] = text.split(/[\s(),]+/).filter((each) => each !== "");
  const [first = "", second = ""] = args;
  const number = (value: string, otherwise: number): number => {
    if (value === "") return otherwise;
    if (!/^-?\d+$/.test(value)) throw new SyntaxError(`{{$${text}}}: "${value}" is not a number`);
    return Number(value);
  };
  const time = (amount: string, unit: string): Date =>
    new Date(Date.now() + number(amount, 0) * (UNITS[unit] ?? 1000));
  const among = (letters: string): string =>
    Array.from(
      { length: number(first, 10) },
      () => letters[Math.floor(Math.random() * letters.length)],
    ).join("");
  switch (word) {
    case "uuid":
    case "guid":
    case "random.uuid":
      return crypto.randomUUID();
    case "timestamp":
      return `${Math.floor(time(first, second).getTime() / 1000)}`;
    case "isoTimestamp":
      return new Date().toISOString();
    case "datetime":
    case "localDatetime": {
      const date = time(second, args[2] ?? "");
      if (first === "rfc1123") return date.toUTCString();
      if (first === "iso8601") return date.toISOString();
      throw new SyntaxError(`{{$${text}}}: expected rfc1123 or iso8601`);
    }
    case "randomInt":
    case "random.integer": {
      const least = number(first, 0);
      const most = number(second, 1000);
      return `${least + Math.floor(Math.random() * (most - least))}`;
    }
    case "random.alphabetic":
      return among(LETTERS);
    case "random.alphanumeric":
      return among(`${LETTERS}0123456789`);
    case "random.hexadecimal":
      return among("0123456789abcdef");
    case "random.email":
      return `${crypto.randomUUID().slice(0, 8)}@example.com`;
    case "dotenv":
    case "processEnv": {
      const name = first.startsWith("%") ? read(first.slice(1)) : first;
      const value = word === "dotenv" ? dotenv.get(name) : Deno.env.get(name);
      if (value !== undefined) return value;
      throw new SyntaxError(`{{$${text}}}: ${name} is not set`);
    }
  }
  if (word.startsWith("env.")) return dynamic(`processEnv ${word.slice(4)}`, { dotenv }, read);
  throw new SyntaxError(`{{$${text}}} is not known; $uuid, $timestamp, $randomInt and others are`);
}
