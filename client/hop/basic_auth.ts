/**
 * Basic authentication, RFC 7617.
 * @module
 */
import { OptionTable } from "../../http/options.ts";

/** Credentials for Basic authentication. */
export interface BasicAuth {
  /** User; may not contain a colon. */
  readonly login: string;
  /** Password. @default {""} */
  readonly password?: string | undefined;
  /** How text becomes bytes. @default {"utf-8"} */
  readonly encoding?: "utf-8" | "latin1" | undefined;
}

/** Names and types of {@linkcode BasicAuth}. */
export const BASIC_AUTH = new OptionTable<BasicAuth>({
  login: "a string",
  password: "a string",
  encoding: "a string",
}, { username: 'Write "login"', user: 'Write "login"', pass: 'Write "password"' });

/**
 * Gives the value of an `Authorization` header.
 *
 * @param auth User and password.
 * @returns The value, `Basic dTpw` for example.
 * @throws {TypeError} If they are no object, the user contains a colon, or text is not in latin1.
 *
 * @example
 * ```ts
 * import { encodeBasicAuth } from "@roundtrip/http";
 *
 * console.assert(encodeBasicAuth({ login: "u", password: "p" }) === "Basic dTpw");
 * ```
 */
export function encodeBasicAuth(auth: BasicAuth): string {
  const { login, password = "", encoding = "utf-8" } = auth;
  // A tuple is credentials to Python's clients, and what is wrong with it may be the password.
  if (typeof login !== "string" || typeof password !== "string") {
    throw new TypeError(
      'Cannot use the credentials: expected an object such as { login: "user", password: "secret" }',
    );
  }
  BASIC_AUTH.check("Cannot use the credentials", auth);
  // RFC 7617 section 2: what follows the first colon is the password.
  if (login.includes(":")) {
    throw new TypeError(`Cannot use login "${login}": a ":" is not allowed in it (RFC 7617)`);
  }
  const text = `${login}:${password}`;
  return `Basic ${encoding === "latin1" ? btoa(latin1(text)) : utf8Base64(text)}`;
}

function latin1(text: string): string {
  // deno-lint-ignore no-control-regex -- all of latin1 is meant, from its first code on
  if (!/^[\x00-\xff]*$/.test(text)) {
    throw new TypeError("Cannot encode the credentials: they are not latin1, use utf-8");
  }
  return text;
}

/**
 * Encodes the UTF-8 bytes of a text in base64.
 *
 * @returns The base64, with its padding.
 */
export function utf8Base64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
