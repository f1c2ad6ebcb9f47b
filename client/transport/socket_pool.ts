/**
 * Connections that wait for their next request.
 * @module
 */
import type { SocketConnection } from "./socket_connection.ts";
import { keepAlive } from "../hop/runtime.ts";

/** How often connections are looked at that have just become idle, in ms. */
const TICK = 25;
/** How long after its last reply a connection may be trusted to be open without a look, in ms. */
const FRESH = 1_000;

/**
 * The idle connections, by where they go. A pending read is the only way to see that a peer closes
 * one, and costs a request a tenth where it is begun before that: so it is begun for those alone that
 * are still idle after a tick, and a pool in use does not pay for it.
 */
export class SocketPool {
  readonly #keepAlive: number;
  readonly #limit: number;
  readonly #idle = new Map<string, SocketConnection[]>();
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity; // when it fires, of `performance.now()`
  #isClosed = false;

  /**
   * Creates one.
   *
   * @param keepAlive How long a connection is kept, in ms.
   * @param limit Most connections that are kept.
   */
  constructor(keepAlive: number, limit: number) {
    this.#keepAlive = keepAlive;
    this.#limit = limit;
  }

  /** How many are idle. */
  get size(): number {
    return this.#count;
  }

  /**
   * Takes the connection that was used last.
   *
   * @param key Where it goes.
   * @param once Whether the request must not be lost on a connection that the peer has closed.
   * @returns `null` where none is of use.
   */
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

  /**
   * Gives a connection back.
   *
   * @param connection The connection, after a whole reply.
   * @param keepAlive How long the peer keeps it, in ms; `null` if it has not said.
   */
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

  /** Closes those that were idle longest, to make room. */
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

  /** Closes all of them, and those that come back later. */
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
    keepAlive(this.#timer, false); // an idle pool keeps no program alive
  }

  #tick(): void {
    this.#due = Infinity;
    const now = performance.now();
    for (const stack of [...this.#idle.values()]) {
      for (const each of [...stack]) {
        if (now >= each.keptUntil) {
          this.#drop(each);
          continue;
        }
        this.#tickAt(each.keptUntil);
        if (each.armed !== null) continue;
        if (now - each.idleSince < TICK / 2) this.#tickAt(now + TICK);
        // Whatever ends the read of an idle one, it is of no use: bytes without a request would be
        // taken for the reply to the next one.
        else each.arm(() => this.#drop(each));
      }
    }
  }

  #drop(connection: SocketConnection): void {
    const stack = this.#idle.get(connection.key);
    const at = stack?.indexOf(connection) ?? -1;
    if (stack === undefined || at === -1) return; // it is in use
    stack.splice(at, 1);
    if (stack.length === 0) this.#idle.delete(connection.key);
    this.#count--;
    connection.close();
  }
}
