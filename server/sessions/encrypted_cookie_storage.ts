import { Fernet } from "./fernet.ts";
import { CookieStorage, type SessionCookieOptions } from "./session_storage.ts";

/**
 * Stores a session in its cookie as a Fernet token, so that it can be shared with Python's
 * aiohttp_session. The server stores nothing: a cookie stays valid until it is `maxAge` old. If a
 * log-out has to take effect at once, store sessions on the server.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const key = crypto.getRandomValues(new Uint8Array(32)); // store it, and keep it secret
 * const storage = new web.EncryptedCookieStorage(key, { maxAge: 3_600_000 });
 * ```
 */
export class EncryptedCookieStorage extends CookieStorage {
  /**
   * Takes a key or several.
   * @param key 32 random bytes, or the same in base64url, as from `Fernet.generate_key()`. In a
   * list, the first key encrypts and all of them decrypt: to rotate keys, add the new one in front.
   * @throws {TypeError} If a key is not 32 bytes long.
   */
  constructor(
    key: Uint8Array | string | readonly (Uint8Array | string)[],
    options: SessionCookieOptions = {},
  ) {
    const keys = typeof key === "string" || key instanceof Uint8Array ? [key] : key;
    const fernet = new Fernet(keys);
    super(options, {
      encode: (session) =>
        session.empty ? null : fernet.encrypt(JSON.stringify(session.toJSON()), Date.now() / 1000),
      decode: (token, maxAge) =>
        fernet.decrypt(token, {
          ttl: maxAge === null ? null : maxAge / 1000,
          now: Math.floor(Date.now() / 1000),
        }),
    });
  }
}
