/**
 * Sessions in Redis, for any client library.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { type RedisClient, RedisStorage } from "@roundtrip/http/session-redis";
 *
 * // instead of this: await createClient().connect() of "@redis/client", or new Redis() of "ioredis"
 * const rows = new Map<string, string>();
 * const client: RedisClient = {
 *   get: (key) => Promise.resolve(rows.get(key) ?? null),
 *   set: (key, value) => Promise.resolve(rows.set(key, value)),
 *   setEx: (key, _seconds, value) => Promise.resolve(rows.set(key, value)),
 *   del: (key) => Promise.resolve(rows.delete(key)),
 * };
 * const app = new web.Application();
 * web.setupSessions(app, new RedisStorage(client, { maxAge: 3_600_000 })); // an hour
 * app.addRoutes([web.get("/", async (request) => {
 *   (await web.getSession(request)).set("user", "ann");
 *   return web.textResponse("");
 * })]);
 * await app.fetch(new Request("http://localhost/"));
 * console.assert([...rows.keys()][0]?.startsWith("AIOHTTP_SESSION_"));
 * ```
 * @module
 */
import { KeyedStorage, type SessionStore } from "./sessions/keyed_storage.ts";
import type { SessionCookieOptions } from "./sessions/session_storage.ts";

/** Required methods of a Redis client; `@redis/client`, `ioredis` and `iovalkey` have them. */
export interface RedisClient {
  /** Reads a text. */
  get(key: string): Promise<string | null>;
  /** Stores a text without expiry. */
  set(key: string, value: string): Promise<unknown>;
  /** Deletes a text. */
  del(key: string): Promise<unknown>;
  /** Stores a text with an expiry, in `@redis/client`. */
  setEx?(key: string, seconds: number, value: string): Promise<unknown>;
  /** Stores a text with an expiry, in `ioredis`. */
  setex?(key: string, seconds: number, value: string): Promise<unknown>;
}

/**
 * Stores sessions in Redis, with the keys (`AIOHTTP_SESSION_` and the id) and the format of
 * aiohttp_session's `RedisStorage`, so that a Python and a Deno service can share them.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { RedisStorage } from "@roundtrip/http/session-redis";
 *
 * const rows = new Map<string, string>();
 * const client = { // instead of this: await createClient().connect() of "@redis/client"
 *   get: (key: string) => Promise.resolve(rows.get(key) ?? null),
 *   set: (key: string, value: string) => Promise.resolve(rows.set(key, value)),
 *   setEx: (key: string, _ttl: number, value: string) => Promise.resolve(rows.set(key, value)),
 *   del: (key: string) => Promise.resolve(rows.delete(key)),
 * };
 * const app = new web.Application();
 * web.setupSessions(app, new RedisStorage(client, { maxAge: 3_600_000, secure: true }));
 * app.addRoutes([web.post("/login", async (request) => {
 *   (await web.renewSession(request)).set("user", "ann");
 *   return web.textResponse("welcome");
 * })]);
 * await app.request("/login", { method: "POST" });
 * console.assert(rows.size === 1);
 * ```
 */
export class RedisStorage extends KeyedStorage {
  /**
   * Creates one.
   * @param client A connected client; closing it is up to the caller.
   * @param options The cookie; with `maxAge`, Redis expires sessions.
   * @throws {TypeError} If the client lacks a method.
   */
  constructor(client: RedisClient, options: SessionCookieOptions = {}) {
    super(storeOf(client), options);
  }
}

function storeOf(client: RedisClient): SessionStore {
  const setFor = client.setEx?.bind(client) ?? client.setex?.bind(client);
  if (setFor === undefined) {
    throw new TypeError("Cannot store sessions in Redis: the client has neither setEx nor setex");
  }
  return {
    get: (key) => client.get(key),
    set: async (key, value, ttl) => {
      // SETEX takes whole seconds except 0; such a session expires at once.
      if (ttl === null) await client.set(key, value);
      else if (ttl <= 0) await client.del(key);
      else await setFor(key, Math.ceil(ttl / 1000), value);
    },
    delete: async (key) => {
      await client.del(key);
    },
  };
}
