/**
 * Credentials of a request.
 * @module
 */
import {
  bearerAuthMiddleware,
  type ClientMiddleware,
  digestAuthMiddleware,
} from "../../client/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { CommandError, UsageError } from "../errors/usage_error.ts";
import { visibleLine } from "../io/visible_text.ts";

/** Credentials as the user gave them. */
export type Auth = { readonly type: string; readonly value: string };

/**
 * Reads the credentials; asks for a password that is missing.
 *
 * @param parsed Options.
 * @param credentials User and password of the URL, `null` for none.
 * @returns The credentials, `null` for none.
 * @throws {UsageError} If there is no password and nobody to ask.
 */
export function authOf(parsed: ParsedArgs, credentials: string | null): Auth | null {
  const value = parsed.value("auth") ?? credentials;
  const type = parsed.value("auth-type") ?? "basic";
  if (value === null || value === undefined) {
    if (parsed.has("auth-type")) throw new UsageError("--auth-type needs --auth");
    return null;
  }
  if (type === "bearer" || value.includes(":")) return { type, value };
  // A password on the command line can be read by everyone on the machine, and stays in its history.
  const password = Deno.stdin.isTerminal()
    ? promptSecret(`Password for ${visibleLine(value)}: `)
    : null;
  if (password === null) {
    throw new UsageError(`argument --auth: "${value}" has no password; expected USER:PASS`);
  }
  return { type, value: `${value}:${password}` };
}

function promptSecret(question: string): string | null {
  // First, or the terminal would show what is typed as soon as the question is there.
  Deno.stdin.setRaw(true);
  Deno.stderr.writeSync(new TextEncoder().encode(question));
  const bytes: number[] = [];
  const buffer = new Uint8Array(1);
  try {
    for (;;) {
      const count = Deno.stdin.readSync(buffer);
      const [byte = 0] = buffer;
      if (byte === 3) throw new CommandError("interrupted", { exitCode: 130 }); // Ctrl-C
      if (count === null || byte === 4) return null; // Ctrl-D
      if (byte === 13 || byte === 10) return new TextDecoder().decode(new Uint8Array(bytes));
      if (byte === 127 || byte === 8) bytes.pop();
      else bytes.push(byte);
    }
  } finally {
    Deno.stdin.setRaw(false);
    Deno.stderr.writeSync(new TextEncoder().encode("\n"));
  }
}

/**
 * Takes `user:password` apart.
 *
 * @param value The text.
 */
export function basicOf(value: string): { login: string; password: string } {
  const colon = value.indexOf(":");
  return { login: value.slice(0, colon), password: value.slice(colon + 1) };
}

/**
 * Middlewares that send the credentials, to the origin of the URL only.
 *
 * @param auth The credentials.
 * @param url The URL.
 */
export function middlewaresOf(auth: Auth | null, url: URL): ClientMiddleware[] {
  const { origin } = url;
  if (auth?.type === "bearer") {
    return [bearerAuthMiddleware({ getToken: () => auth.value, origin })];
  }
  return auth?.type === "digest" ? [digestAuthMiddleware({ ...basicOf(auth.value), origin })] : [];
}
