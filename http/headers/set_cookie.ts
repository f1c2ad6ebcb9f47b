// The `Set-Cookie` header of RFC 6265.
import { messageOf } from "../as_error.ts";
import { OptionTable } from "../options.ts";
import { parseSetCookie, type SetCookie, stringifySetCookie } from "cookie";

/** Attributes of a `Set-Cookie` header. */
export interface CookieOptions {
  /** Path the cookie is sent for. @default {"/"} */
  readonly path?: string | undefined;
  /** Domain the cookie is sent to, with subdomains; without it, only the host that set it. */
  readonly domain?: string | undefined;
  /** Lifetime in seconds; `0` deletes the cookie. */
  readonly maxAge?: number | undefined;
  /** Expiry date. */
  readonly expires?: Date | undefined;
  /** Whether scripts cannot read it. @default {false} */
  readonly httpOnly?: boolean | undefined;
  /** Whether it is sent over TLS only. @default {false} */
  readonly secure?: boolean | undefined;
  /** Cross-site policy (RFC 6265bis section 5.4.7). */
  readonly sameSite?: "Strict" | "Lax" | "None" | undefined;
  /** Whether it is kept per top-level site; browsers require `secure` with it. @default {false} */
  readonly partitioned?: boolean | undefined;
}

const COOKIE_OPTIONS = new OptionTable<CookieOptions>({
  path: "a string",
  domain: "a string",
  maxAge: "a number",
  expires: "a Date",
  httpOnly: "true or false",
  secure: "true or false",
  sameSite: "a string",
  partitioned: "true or false",
});

/** A cookie that a response sets. */
export interface ResponseCookie extends CookieOptions {
  /** Name of the cookie. */
  readonly name: string;
  /** Raw value of the header. */
  readonly value: string;
}

const asIs = (text: string): string => text;

/** Parses `Set-Cookie` headers; of several with one name the last counts, as in aiohttp. */
export function parseSetCookies(headers: readonly string[]): ReadonlyMap<string, ResponseCookie> {
  const cookies = new Map<string, ResponseCookie>();
  for (const header of headers) {
    const parsed = parseSetCookie(header, { decode: asIs });
    if (parsed.name === "") continue;
    const { sameSite, value, priority: _priority, ...rest } = parsed;
    cookies.set(parsed.name, {
      ...rest,
      value: value ?? "",
      ...(sameSite === undefined ? {} : { sameSite: sameSiteName(sameSite) }),
    });
  }
  return cookies;
}

/** Writes one `Set-Cookie` value; the cookie's value as it is, `path` as `/` unless given. */
export function formatSetCookie(name: string, value: string, options: CookieOptions = {}): string {
  COOKIE_OPTIONS.check(`Cannot set cookie "${name}"`, options);
  const { sameSite, path = "/", ...rest } = options;
  const lower = sameSite?.toLowerCase() as "strict" | "lax" | "none" | undefined;
  try {
    const cookie = { ...rest, path, name, value, sameSite: lower } as SetCookie;
    return stringifySetCookie(cookie, { encode: asIs });
  } catch (cause) {
    const reason = messageOf(cause).replace(
      /^cookie (\w+) is invalid: (.*)$/s,
      (_, part, given) => `its ${part} ${JSON.stringify(given)} is not valid`,
    );
    throw new TypeError(`Cannot set cookie "${name}": ${reason}`, { cause });
  }
}

function sameSiteName(value: unknown): "Strict" | "Lax" | "None" {
  const text = String(value).toLowerCase();
  return text === "none" ? "None" : text === "lax" ? "Lax" : "Strict";
}
