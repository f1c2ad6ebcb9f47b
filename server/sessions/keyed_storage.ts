import type { ServerRequest } from "../request/request.ts";
import type { Session } from "./session.ts";
import {
  SessionCookie,
  type SessionCookieOptions,
  type SessionStorage,
} from "./session_storage.ts";

/** A key-value store for text with expiry. */
export interface SessionStore {
  /** Reads a text, `null` if there is none or it has expired. */
  get(key: string): Promise<string | null>;
  /** Stores a text for `ttl` milliseconds, `null` for no expiry. */
  set(key: string, value: string, ttl: number | null): Promise<void>;
  /** Replaces a text; `false` if there is none. Without it a log-out meanwhile may be undone. */
  replace?(key: string, value: string, ttl: number | null): Promise<boolean>;
  /** Deletes a text. */
  delete(key: string): Promise<void>;
}

/**
 * Stores sessions by an id that is the cookie's value; keys are the cookie's name, `_` and the id,
 * as in aiohttp_session. Unknown ids are never adopted, which prevents session fixation.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const rows = new Map<string, string>(); // a store of your own
 * const storage = new web.KeyedStorage({
 *   get: async (key) => await rows.get(key) ?? null,
 *   set: async (key, value) => void await rows.set(key, value),
 *   delete: async (key) => void await rows.delete(key),
 * });
 * ```
 */
export class KeyedStorage implements SessionStorage {
  readonly #store: SessionStore;
  readonly #cookie: SessionCookie;

  /** Creates one. */
  constructor(store: SessionStore, options: SessionCookieOptions = {}) {
    this.#store = store;
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

  /** Finds the session; a new one if the id is missing or unknown. */
  async load(request: ServerRequest): Promise<Session> {
    const id = this.#cookie.read(request);
    // No real id is that long; do not send keys of any length to the store.
    if (id === null || id.length > 128) return this.#cookie.session(null, null);
    return this.#cookie.session(id, await this.#store.get(this.#key(id)));
  }

  /** Stores the session, unless another request has ended it; an empty one is deleted. */
  async save(_: ServerRequest, reply: Pick<Response, "headers">, session: Session): Promise<void> {
    const { identity, maxAge } = session;
    if (session.empty) {
      if (identity !== null) await this.#store.delete(this.#key(identity));
      return this.#cookie.write(reply, null, null);
    }
    const text = JSON.stringify(session);
    if (identity !== null && !session.isNew) {
      // Another request has logged out meanwhile: do not restore the session.
      if (!await this.#replace(this.#key(identity), text, maxAge)) return;
      return this.#cookie.write(reply, identity, maxAge);
    }
    const id = identity ?? crypto.randomUUID().replaceAll("-", "");
    this.#cookie.write(reply, id, maxAge);
    await this.#store.set(this.#key(id), text, maxAge);
  }

  /** Deletes a session. */
  remove(identity: string): Promise<void> {
    return this.#store.delete(this.#key(identity));
  }

  async #replace(key: string, text: string, ttl: number | null): Promise<boolean> {
    const store = this.#store;
    if (store.replace !== undefined) return await store.replace(key, text, ttl);
    if (await store.get(key) === null) return false;
    await store.set(key, text, ttl);
    return true;
  }

  #key(id: string): string {
    return `${this.#cookie.name}_${id}`;
  }
}
