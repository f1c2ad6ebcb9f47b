/**
 * The requests of a session that are under way, and the one timer for all their limits of time.
 * @module
 */
import { LinkedList, type LinkedNode } from "../../http/linked_list.ts";
import { keepAlive, type Timer } from "../hop/runtime.ts";

/** A request as its limits of time see it. */
export interface Timed {
  /** When the first of its limits has passed, of `performance.now()`; `Infinity` for never. */
  readonly due: number;
  /** That time has come; must not throw. */
  onDue(): void;
}

/**
 * Requests in the order in which they began. A timer of its own would cost each of them 2 us; here
 * it is set for the first that is due, and nearly always stays: later requests are due later.
 */
export class OpenRequests<T extends Timed> implements Iterable<T> {
  readonly #list = new LinkedList<T>();
  #timer: Timer | null = null;
  #firesAt = Infinity;

  /** How many there are. */
  get size(): number {
    return this.#list.size;
  }

  /** Adds a request. */
  add(request: T): LinkedNode<T> {
    if (this.#list.size === 0 && this.#timer !== null) keepAlive(this.#timer, true);
    const place = this.#list.add(request);
    this.expect(request.due);
    return place;
  }

  /**
   * Takes a request out.
   *
   * @param place Its place; one that was left before is no error.
   */
  delete(place: LinkedNode<T>): void {
    // Nothing may keep the program alive when nothing is waited for.
    if (!this.#list.delete(place) || this.#list.size > 0 || this.#timer === null) return;
    keepAlive(this.#timer, false);
  }

  /** Takes note of a limit: somebody has to look then. */
  expect(due: number): void {
    if (due >= this.#firesAt) return;
    this.clear();
    this.#firesAt = due;
    this.#timer = setTimeout(() => this.#fire(), Math.max(1, Math.ceil(due - performance.now())));
  }

  /** Ends the timer. */
  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer as number);
    this.#timer = null;
    this.#firesAt = Infinity;
  }

  /** The requests in order; they may leave meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    return [...this.#list].values();
  }

  #fire(): void {
    this.#timer = null;
    this.#firesAt = Infinity;
    // A timer may come a fraction of a millisecond early.
    const now = performance.now() + 0.5;
    let next = Infinity;
    for (const each of this) {
      if (each.due <= now) each.onDue();
      else next = Math.min(next, each.due);
    }
    this.expect(next);
  }
}
