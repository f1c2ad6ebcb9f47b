// The open requests of a session, with one timer for all their timeouts.
import { LinkedList, type LinkedNode } from "../../http/linked_list.ts";
import { keepAlive, type Timer } from "../hop/runtime.ts";

export interface Timed {
  /** First deadline by `performance.now()`, or `Infinity`. */
  readonly due: number;
  /** Called at that time; must not throw. */
  onDue(): void;
}

/** Requests in starting order, with one timer for the first deadline: each would take 2 us. */
export class OpenRequests<T extends Timed> implements Iterable<T> {
  readonly #list = new LinkedList<T>();
  #timer: Timer | null = null;
  #firesAt = Infinity;

  get size(): number {
    return this.#list.size;
  }

  add(request: T): LinkedNode<T> {
    if (this.#list.size === 0 && this.#timer !== null) keepAlive(this.#timer, true);
    const place = this.#list.add(request);
    this.expect(request.due);
    return place;
  }

  /** Removes a request, which may have been removed before. */
  delete(place: LinkedNode<T>): void {
    // Without deadlines the timer must not keep the process alive.
    if (!this.#list.delete(place) || this.#list.size > 0 || this.#timer === null) return;
    keepAlive(this.#timer, false);
  }

  /** Schedules the timer for a deadline. */
  expect(due: number): void {
    if (due >= this.#firesAt) return;
    this.clear();
    this.#firesAt = due;
    this.#timer = setTimeout(() => this.#fire(), Math.max(1, Math.ceil(due - performance.now())));
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer as number);
    this.#timer = null;
    this.#firesAt = Infinity;
  }

  /** The requests in order; safe against removal during the iteration. */
  [Symbol.iterator](): Iterator<T> {
    return [...this.#list].values();
  }

  #fire(): void {
    this.#timer = null;
    this.#firesAt = Infinity;
    // A timer may fire a fraction of a millisecond early.
    const now = performance.now() + 0.5;
    let next = Infinity;
    for (const each of this) {
      if (each.due <= now) each.onDue();
      else next = Math.min(next, each.due);
    }
    this.expect(next);
  }
}
