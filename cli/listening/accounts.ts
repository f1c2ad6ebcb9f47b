/**
 * Who may use what is served: users and their passwords.
 * @module
 */
import { createHash } from "node:crypto";
import { HTTPUnauthorized, type ServerRequest } from "../../server/mod.ts";
import { sameText } from "./same_text.ts";
import { UsageError } from "../errors/usage_error.ts";

/** A user as the command line names them. */
export interface Account {
  readonly user: string;
  /** SHA-256 of the password in hex. */
  readonly hash: string;
}

/**
 * Reads `user:password`, or `user:sha256:HEX` that keeps the password off the command line.
 *
 * @param option Long name of the option.
 * @param text What the user wrote.
 * @throws {UsageError} If there is no password, or the digest is none.
 */
export function accountOf(option: string, text: string): Account {
  const colon = text.indexOf(":");
  if (colon < 1 || colon === text.length - 1) {
    throw new UsageError(`argument --${option}: expected USER:PASS or USER:sha256:HEX`);
  }
  const user = text.slice(0, colon);
  const password = text.slice(colon + 1);
  if (!password.startsWith("sha256:")) return { user, hash: sha256(password) };
  const hash = password.slice(7).toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hash)) return { user, hash };
  throw new UsageError(`argument --${option}: the SHA-256 of ${user} is not 64 hex digits`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Asks for credentials.
 *
 * @param accounts Who may pass.
 * @param request The request.
 * @throws {HTTPUnauthorized} If it has none, or wrong ones.
 */
export function requireAccount(accounts: readonly Account[], request: ServerRequest): void {
  if (accounts.length === 0) return;
  const [, encoded = ""] = /^Basic\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "") ??
    [];
  const [user, password] = decoded(encoded);
  let passes = false;
  for (const account of accounts) {
    // Every account is compared in full: the time tells neither users nor passwords.
    const isUser = sameText(user, account.user);
    const isPassword = sameText(sha256(password), account.hash);
    passes = (isUser && isPassword) || passes;
  }
  if (passes) return;
  throw new HTTPUnauthorized({
    headers: { "www-authenticate": 'Basic realm="roundtrip", charset="UTF-8"' },
  });
}

function decoded(base64: string): [user: string, password: string] {
  try {
    const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
    const text = new TextDecoder().decode(bytes);
    const colon = text.indexOf(":");
    return colon === -1 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  } catch {
    return ["", ""]; // no base64: no credentials
  }
}
