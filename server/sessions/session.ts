/**
 * What an application remembers of a client between requests.
 * @module
 */

/** A session as it is stored, in the form of Python's aiohttp_session. */
export interface SessionData {
  /** When it was made or written last, in seconds since 1970. */
  readonly created?: number;
  /** The values. */
  readonly session?: Readonly<Record<string, unknown>>;
}

/** What {@linkcode Session} is made of. */
export interface SessionInit {
  /** What was stored; left out or `null` for a new session. */
  readonly data?: SessionData | null;
  /** Lifetime in milliseconds, `null` for no limit. */
  readonly maxAge?: number | null;
  /** Current time, in milliseconds since 1970. @default the clock's */
  readonly now?: number;
}

/**
 * The session of one client, like a `Map` of JSON values. It is saved at the end of the request if
 * it was changed; a change inside a value is not seen, so call `changed()` after one.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * web.setupSessions(app, new web.MemoryStorage());
 * app.addRoutes([web.get("/", async (request) => {
 *   const session = await web.getSession(request);
 *   const visits = (session.get<number>("visits") ?? 0) + 1;
 *   session.set("visits", visits);
 *   return web.textResponse(`visit ${visits}`);
 * })]);
 * const response = await app.fetch(new Request("http://localhost/"));
 * console.assert(await response.text() === "visit 1");
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

  /**
   * Creates one; storages do.
   *
   * @param identity What the storage knows it by, `null` for a new one.
   * @param init What was stored.
   */
  constructor(identity: string | null, init: SessionInit = {}) {
    const { data = null, maxAge = null } = init;
    const now = Math.floor((init.now ?? Date.now()) / 1000);
    const stored = typeof data?.created === "number" ? data.created : null;
    // The time inside is looked at too: a cookie can be kept longer than its Max-Age says.
    const fresh = data !== null && Object.keys(data).length > 0 &&
      (maxAge === null || now - (stored ?? 0) <= maxAge / 1000);
    this.maxAge = maxAge;
    this.#isNew = !fresh;
    // An id without values, or of a session that is over, may be one that somebody planted.
    this.#identity = fresh ? identity : null;
    this.#created = fresh ? stored ?? now : now;
    const values = fresh ? data.session : null;
    this.#values = new Map(
      typeof values === "object" && values !== null ? Object.entries(values) : [],
    );
  }

  /** Whether there was none before this request. */
  get isNew(): boolean {
    return this.#isNew;
  }

  /** What the storage knows it by; `null` for a new one, and for one that is kept in its cookie. */
  get identity(): string | null {
    return this.#identity;
  }

  /** When it was made or written last, in milliseconds since 1970; stored in whole seconds. */
  get created(): number {
    return this.#created * 1000;
  }

  /** Whether it was changed in this request, and has to be saved. */
  get isChanged(): boolean {
    return this.#changed;
  }

  /** Whether it has no values. */
  get empty(): boolean {
    return this.#values.size === 0;
  }

  /** How many values it has. */
  get size(): number {
    return this.#values.size;
  }

  /**
   * Gives a value.
   *
   * @typeParam T Type the caller expects; it is not checked.
   * @returns The value, `undefined` where there is none.
   */
  get<T = unknown>(key: string): T | undefined {
    return this.#values.get(key) as T | undefined;
  }

  /**
   * Tells whether there is a value.
   *
   * @returns `true` if there is.
   */
  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Sets a value; the session's age counts from now on. */
  set(key: string, value: unknown): this {
    this.#values.set(key, value);
    this.#touch();
    return this;
  }

  /** Takes a value away; the session's age counts from now on. */
  delete(key: string): boolean {
    this.#touch();
    return this.#values.delete(key);
  }

  /** Says that a value was changed from within. */
  changed(): void {
    this.#changed = true;
  }

  /** Takes all values away: a log-out. The cookie is deleted where the storage can do so. */
  invalidate(): void {
    this.#values.clear();
    this.#changed = true;
  }

  /**
   * Chooses what the storage will know a new session by.
   *
   * @throws {TypeError} If the session is not new.
   */
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

  /** What is stored: `{}` for an empty session. */
  toJSON(): SessionData {
    return this.empty ? {} : { created: this.#created, session: Object.fromEntries(this.#values) };
  }

  #touch(): void {
    this.#changed = true;
    this.#created = Math.floor(Date.now() / 1000);
  }
}
