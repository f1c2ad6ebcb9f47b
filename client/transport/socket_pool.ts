import type { SocketConnection } from "./socket_connection.ts";
import { keepAlive } from "../hop/runtime.ts";

/** Interval for checking newly idle connections, in ms. */
const TICK = 25;
/** Time after its last response for which a connection is assumed open, in ms. */
const FRESH = 1_000;

/**
 * Idle connections by route. Only a pending read detects that a peer closes one, but makes the next
 * request a tenth slower, so it starts only for connections that are still idle after a tick.
 */
export class SocketPool {
  readonly #keepAlive: number;
  readonly #limit: number;
  readonly #idle = new Map<string, SocketConnection[]>();
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity; // time of the timer by `performance.now()`
  #isClosed = false;

  constructor(keepAlive: number, limit: number) {
    this.#keepAlive = keepAlive;
    this.#limit = limit;
  }

  /** Takes the most recently used connection, or `null`; `once` requests are never resent. */
  take(key: string, once: boolean): SocketConnection | null {
    const stack = this.#idle.get(key);
    if (stack === undefined) return null;
    const now = performance.now();
    for (let found = stack.pop(); found !== undefined; found = stack.pop()) {
      this.#count--;
      const isSeen = found.armed !== null || now - found.idleSince < FRESH;
      if (!found.isClosed && now < found.keptUntil && (!once || isSeen)) return found;
      found.close();
    }
    return null;
  }

  /** Returns a connection after a complete response, with the peer's keep-alive time in ms. */
  free(connection: SocketConnection, keepAlive: number | null): void {
    const kept = Math.min(this.#keepAlive, keepAlive ?? Infinity);
    if (this.#isClosed || kept <= 0 || connection.isClosed) return connection.close();
    connection.rest();
    const now = performance.now();
    connection.idleSince = now;
    connection.keptUntil = now + kept;
    let stack = this.#idle.get(connection.key);
    if (stack === undefined) this.#idle.set(connection.key, stack = []);
    stack.push(connection);
    this.#count++;
    this.#tickAt(now + Math.min(TICK, kept));
  }

  /** Closes the longest idle connections above the limit. */
  makeRoom(used: number): void {
    while (this.#count > 0 && this.#count + used > this.#limit) {
      let oldest: SocketConnection | null = null;
      for (const [first] of this.#idle.values()) {
        if (first !== undefined && first.idleSince < (oldest?.idleSince ?? Infinity)) {
          oldest = first;
        }
      }
      if (oldest === null) return;
      this.#drop(oldest);
    }
  }

  /** Closes all connections, including those returned later. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const stack of this.#idle.values()) for (const each of stack) each.close();
    this.#idle.clear();
    this.#count = 0;
  }

  #tickAt(due: number): void {
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, Math.ceil(due - performance.now())));
    keepAlive(this.#timer, false); // an idle pool does not keep the process alive
  }

  #tick(): void {
    this.#due = Infinity;
    const now = performance.now();
    for (const [key, stack] of [...this.#idle]) {
      if (stack.length === 0) this.#idle.delete(key); // or a crawler's hosts would pile up
      for (const each of [...stack]) {
        if (now >= each.keptUntil) {
          this.#drop(each);
          continue;
        }
        this.#tickAt(each.keptUntil);
        if (each.armed !== null) continue;
        if (now - each.idleSince < TICK / 2) this.#tickAt(now + TICK);
        // When the read ends, close it: unsolicited bytes would be taken for the next response.
        else each.arm(() => this.#drop(each));
      }
    }
  }

  #drop(connection: SocketConnection): void {
    const stack = this.#idle.get(connection.key);
    const at = stack?.indexOf(connection) ?? -1;
    if (stack === undefined || at === -1) return; // in use
    stack.splice(at, 1);
    this.#count--;
    connection.close();
  }
}
