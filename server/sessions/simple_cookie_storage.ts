import { CookieStorage, type SessionCookieOptions } from "./session_storage.ts";

/**
 * Stores a session as JSON in its cookie, aiohttp_session's `SimpleCookieStorage`. Clients can read
 * and change it: for tests only.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const cookie = 'AIOHTTP_SESSION={"session":{"user":"ann"}}'; // of a test
 * const request = web.makeRequest("GET", "/", { headers: { cookie } });
 * console.assert((await new web.SimpleCookieStorage().load(request)).get("user") === "ann");
 * ```
 */
export class SimpleCookieStorage extends CookieStorage {
  /** Creates one. */
  constructor(options: SessionCookieOptions = {}) {
    super(options, {
      encode: (session) => quote(JSON.stringify(session)),
      decode: (text) => text,
    });
  }
}

/** A quoted string with octal escapes of bytes (RFC 2109), as of Python's http.cookies. */
function quote(json: string): string {
  const ascii = json.replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const escaped = ascii.replace(/[^\w!#$%&'*+.^`|~:{}()[\]/<>?@=-]/g, (char) => {
    const isPlain = char === '"' || char === "\\";
    return `\\${isPlain ? char : char.charCodeAt(0).toString(8).padStart(3, "0")}`;
  });
  return `"${escaped}"`;
}
