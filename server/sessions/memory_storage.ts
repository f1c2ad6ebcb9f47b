import { RecentMap } from "../../http/recent_map.ts";
import { noteLocalState } from "../../http/local_state.ts";
import { KeyedStorage, type SessionStore } from "./keyed_storage.ts";
import type { SessionCookieOptions } from "./session_storage.ts";

/**
 * Stores sessions in memory: lost when the process ends, and not shared between processes. Beyond
 * 100,000 the least recently written one is evicted.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const storage = new web.MemoryStorage({ maxAge: 3_600_000 });
 * ```
 */
export class MemoryStorage extends KeyedStorage {
  /** Creates one. */
  constructor(options: SessionCookieOptions = {}) {
    super(memoryStore(), options);
    noteLocalState("sessions of web.MemoryStorage", "redisStore(), or web.EncryptedCookieStorage");
  }
}

export function memoryStore(maxSessions = 100_000): SessionStore {
  // Texts, not objects: later changes by a handler without saving must not be visible.
  const rows = new RecentMap<string, { readonly text: string; readonly ends: number }>();
  const textOf = (key: string): string | null => {
    const row = rows.get(key);
    return row !== undefined && Date.now() < row.ends ? row.text : null;
  };
  return {
    get: (key) => Promise.resolve(textOf(key)),
    async replace(key, text, ttl) {
      if (textOf(key) === null) return false;
      await this.set(key, text, ttl); // synchronous up to here
      return true;
    },
    set(key, text, ttl) {
      const now = Date.now();
      rows.set(key, { text, ends: ttl === null ? Infinity : now + ttl });
      rows.trim(({ ends }) => rows.size > maxSessions || now >= ends);
      return Promise.resolve();
    },
    delete(key) {
      rows.delete(key);
      return Promise.resolve();
    },
  };
}
