import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { HTTPUnauthorized, type ServerRequest } from "../../server/mod.ts";
import { badArgument } from "../errors/errors.ts";

export interface Account {
  readonly user: string;
  readonly algorithm: "sha256" | "sha512";
  /** Digest of the password, in hex. */
  readonly hash: string;
}

const DIGITS: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

// Hashes of other programs: `md5:HEX`, `$2y$10$...` of crypt(3), `{SSHA}...` of LDAP and htpasswd.
const OTHER_HASH =
  /^(?:(?:md[245]|sha-?[\d/]+|sha3-\d+|blake\w+|ripemd\d*|crc32|(?:b|s)crypt|argon2\w*|pbkdf2\w*):.|\$[\w-]{1,20}\$.|\{[\w-]{2,20}\}.)/i;

/**
 * Parses `user:password`, or `user:sha256:HEX` and `user:sha512:HEX`, which keep the password off
 * the command line. A hash of another kind is refused: it would be taken as the password itself.
 */
export function accountOf(option: string, text: string): Account {
  const colon = text.indexOf(":");
  if (colon < 1 || colon === text.length - 1) {
    throw badArgument(option, `expected USER:PASS, USER:sha256:HEX or USER:sha512:HEX`);
  }
  const user = text.slice(0, colon);
  const password = text.slice(colon + 1);
  const [, name = "", hex = ""] = /^(sha-?(?:256|512)):(.*)$/is.exec(password) ?? [];
  const algorithm = name.toLowerCase().replace("-", "");
  if (algorithm === "sha256" || algorithm === "sha512") {
    const hash = hex.toLowerCase();
    const digits = DIGITS[algorithm];
    if (/^[\da-f]*$/.test(hash) && hash.length === digits) return { user, algorithm, hash };
    throw badArgument(option, `the ${algorithm} of ${user} is not ${digits} hex digits`);
  }
  if (OTHER_HASH.test(password)) {
    throw badArgument(
      option,
      `the password of ${user} looks like a hash; only USER:sha256:HEX and ` +
        "USER:sha512:HEX are supported",
    );
  }
  return { user, algorithm: "sha256", hash: digest("sha256", password) };
}

function digest(algorithm: Account["algorithm"], text: string): string {
  return createHash(algorithm).update(text).digest("hex");
}

export function requireAccount(accounts: readonly Account[], request: ServerRequest): void {
  if (accounts.length === 0) return;
  const authorization = request.headers.get("authorization") ?? "";
  const [user, password] = decoded(/^Basic\s+([a-z\d+/]+={0,2})$/i.exec(authorization)?.[1] ?? "");
  let passes = false;
  for (const account of accounts) {
    // All accounts are compared, so that the time reveals neither users nor passwords.
    const isUser = sameText(user, account.user);
    const isPassword = sameText(digest(account.algorithm, password), account.hash);
    passes = (isUser && isPassword) || passes;
  }
  if (passes) return;
  throw new HTTPUnauthorized({
    headers: { "www-authenticate": 'Basic realm="roundtrip", charset="UTF-8"' },
  });
}

/** Compares secrets in constant time. */
export function sameText(given: string, expected: string): boolean {
  const hash = (text: string): Uint8Array => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

function decoded(base64: string): [user: string, password: string] {
  const [user = "", ...password] = Buffer.from(base64, "base64").toString().split(":");
  return [user, password.join(":")];
}
