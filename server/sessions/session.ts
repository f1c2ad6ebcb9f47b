/** Resets the age of a session, as a change of a value does. */
export let touchSession: (session: Session) => void;

/** A stored session, in the format of Python's aiohttp_session. */
export interface SessionData {
  /** Time when it was created or last written, in seconds since 1970. */
  readonly created?: number;
  /** The values. */
  readonly session?: Readonly<Record<string, unknown>>;
}

/** Constructor arguments of {@linkcode Session}. */
export interface SessionInit {
  /** The stored session; missing or `null` for a new one. */
  readonly data?: SessionData | null;
  /** Lifetime in milliseconds, `null` for no limit. */
  readonly maxAge?: number | null;
}

/**
 * The session of one client, like a `Map` of JSON values. It is saved at the end of the request if
 * it was changed; changes inside a value are not detected, so call `changed()` after them.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const session = new web.Session(null); // handlers get it by web.getSession(request)
 * session.set("visits", (session.get<number>("visits") ?? 0) + 1);
 * console.assert(session.isNew && session.isChanged && session.get("visits") === 1);
 * ```
 */
export class Session implements Iterable<[string, unknown]> {
  /** Lifetime in milliseconds, `null` for no limit; a storage reads it when it saves the session. */
  maxAge: number | null;
  readonly #values: Map<string, unknown>;
  readonly #isNew: boolean;
  #identity: string | null;
  #created: number;
  #changed = false;

  static {
    touchSession = (session) => session.#touch();
  }

  /** Called by storages; `identity` is `null` for a new session. */
  constructor(identity: string | null, init: SessionInit = {}) {
    const { data = null, maxAge = null } = init;
    const now = Math.floor(Date.now() / 1000);
    const stored = typeof data?.created === "number" ? data.created : null;
    // The stored time is checked too: a client can keep a cookie longer than its Max-Age.
    const fresh = data !== null && Object.keys(data).length > 0 &&
      (maxAge === null || now - (stored ?? 0) <= maxAge / 1000);
    this.maxAge = maxAge;
    this.#isNew = !fresh;
    // The id of an empty or expired session may be planted by an attacker.
    this.#identity = fresh ? identity : null;
    this.#created = fresh ? stored ?? now : now;
    const values = fresh ? data.session : null;
    this.#values = new Map(typeof values === "object" ? Object.entries(values ?? {}) : []);
  }

  /** Whether the session was created by this request. */
  get isNew(): boolean {
    return this.#isNew;
  }

  /** Identity in the storage; `null` for a new session, and for one stored in its cookie. */
  get identity(): string | null {
    return this.#identity;
  }

  /** Time when it was created or last written, in milliseconds since 1970; stored in seconds. */
  get created(): number {
    return this.#created * 1000;
  }

  /** Whether it was changed in this request and has to be saved. */
  get isChanged(): boolean {
    return this.#changed;
  }

  /** Whether it has no values. */
  get empty(): boolean {
    return this.#values.size === 0;
  }

  /** Number of values. */
  get size(): number {
    return this.#values.size;
  }

  /** Returns a value. @typeParam T Expected type; it is not checked. */
  get<T = unknown>(key: string): T | undefined {
    return this.#values.get(key) as T | undefined;
  }

  /** Whether a value exists. */
  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Sets a value, which resets the session's age. */
  set(key: string, value: unknown): this {
    this.#values.set(key, value);
    this.#touch();
    return this;
  }

  /** Removes a value, which resets the session's age. */
  delete(key: string): boolean {
    this.#touch();
    return this.#values.delete(key);
  }

  /** Marks the session as changed, after a change inside a value. */
  changed(): void {
    this.#changed = true;
  }

  /** Removes all values, for a log-out. The cookie is deleted if the storage can do so. */
  invalidate(): void {
    this.#values.clear();
    this.#changed = true;
  }

  /** Sets the identity of a new session. @throws {TypeError} If the session is not new. */
  setNewIdentity(identity: string): void {
    if (!this.#isNew) {
      throw new TypeError("Cannot set the identity: the session has one, see renewSession()");
    }
    this.#identity = identity;
  }

  /** Iterates over names and values. */
  [Symbol.iterator](): Iterator<[string, unknown]> {
    return this.#values[Symbol.iterator]();
  }

  /** The stored form: `{}` for an empty session. */
  toJSON(): SessionData {
    return this.empty ? {} : { created: this.#created, session: Object.fromEntries(this.#values) };
  }

  #touch(): void {
    this.#changed = true;
    this.#created = Math.floor(Date.now() / 1000);
  }
}
