import { latin1 } from "../../http/bytes/latin1.ts";
import { OptionTable } from "../../http/options.ts";

/** Credentials for Basic authentication. */
export interface BasicAuth {
  /** User name; must not contain a colon. */
  readonly login: string;
  /** Password. @default {""} */
  readonly password?: string | undefined;
  /** Encoding of the credentials. @default {"utf-8"} */
  readonly encoding?: "utf-8" | "latin1" | undefined;
}

const BASIC_AUTH = new OptionTable<BasicAuth>({
  login: "a string",
  password: "a string",
  encoding: "a string",
}, { username: 'Write "login"', user: 'Write "login"', pass: 'Write "password"' });

/**
 * Returns the value of an `Authorization` header, for example `Basic dTpw`.
 * @throws {TypeError} If they are not an object, the user contains a colon, or text is not latin1.
 * @example
 * ```ts
 * import { encodeBasicAuth } from "@roundtrip/http";
 *
 * console.assert(encodeBasicAuth({ login: "u", password: "p" }) === "Basic dTpw");
 * ```
 */
export function encodeBasicAuth(auth: BasicAuth): string {
  const { login, password = "", encoding = "utf-8" } = auth;
  // Python's clients accept a tuple, so the value may contain the password and is not shown.
  if (typeof login !== "string" || typeof password !== "string") {
    throw new TypeError(
      'Cannot use the credentials: expected an object such as { login: "user", password: "secret" }',
    );
  }
  BASIC_AUTH.check("Cannot use the credentials", auth);
  // RFC 7617 section 2: the password follows the first colon.
  if (login.includes(":")) {
    throw new TypeError(`Cannot use login "${login}": it contains ":" (RFC 7617)`);
  }
  const text = `${login}:${password}`;
  if (encoding !== "latin1") return `Basic ${utf8Base64(text)}`;
  if (/[^\0-\xff]/.test(text)) {
    throw new TypeError("Cannot encode the credentials: they are not latin1, use utf-8");
  }
  return `Basic ${btoa(text)}`;
}

export function utf8Base64(text: string): string {
  return btoa(latin1(new TextEncoder().encode(text)));
}
