import { Fernet } from "./fernet.ts";
import type { ServerRequest } from "../request/request.ts";
import type { Session } from "./session.ts";
import {
  SessionCookie,
  type SessionCookieOptions,
  type SessionStorage,
} from "./session_storage.ts";

/**
 * Stores a session in its cookie as a Fernet token, compatible with `EncryptedCookieStorage` of
 * Python's aiohttp_session, so that a Python and a Deno service can share it.
 *
 * The server stores nothing: an old cookie stays valid until it is `maxAge` old. If a log-out has
 * to take effect at once, store sessions on the server.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const key = crypto.getRandomValues(new Uint8Array(32)); // store it, and keep it secret
 * const app = new web.Application();
 * web.setupSessions(app, new web.EncryptedCookieStorage(key, { maxAge: 3_600_000 }));
 * ```
 */
export class EncryptedCookieStorage implements SessionStorage {
  readonly #cookie: SessionCookie;
  readonly #fernet: Fernet;

  /**
   * Creates one.
   * @param key 32 random bytes, or the same in base64url, as from `Fernet.generate_key()`. In a
   * list, the first key encrypts and all of them decrypt: to rotate keys, add the new one in front.
   * @throws {TypeError} If a key is not 32 bytes long.
   */
  constructor(
    key: Uint8Array | string | readonly (Uint8Array | string)[],
    options: SessionCookieOptions = {},
  ) {
    this.#fernet = new Fernet(typeof key === "string" || key instanceof Uint8Array ? [key] : key);
    this.#cookie = new SessionCookie(options);
  }

  /** Whether reading a session extends its life. */
  get sliding(): boolean {
    return this.#cookie.sliding;
  }

  /** Creates a new session. */
  create(): Session {
    return this.#cookie.session(null, null);
  }

  /** Decrypts the session; a new one if the cookie is missing, forged or too old. */
  load(request: ServerRequest): Promise<Session> {
    const { maxAge } = this.#cookie;
    const token = this.#cookie.read(request);
    const text = token === null ? null : this.#fernet.decrypt(token, {
      ttl: maxAge === null ? null : maxAge / 1000,
      now: Math.floor(Date.now() / 1000),
    });
    return Promise.resolve(this.#cookie.session(null, text));
  }

  /**
   * Encrypts the session into the cookie; an empty one deletes it.
   * @throws {RangeError} If the cookie would be longer than 4096 bytes.
   */
  save(
    _request: ServerRequest,
    response: { readonly headers: Headers },
    session: Session,
  ): Promise<void> {
    const token = session.empty
      ? null
      : this.#fernet.encrypt(JSON.stringify(session), Date.now() / 1000);
    this.#cookie.write(response, token, token === null ? null : session.maxAge);
    return Promise.resolve();
  }
}
