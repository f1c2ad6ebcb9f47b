/**
 * Many deadlines on few timers.
 * @module
 */
import { LinkedList, type LinkedNode } from "../../http/linked_list.ts";

/** Who waits for a deadline. */
export interface Waiting {
  /** The time has passed; must not throw. */
  onDue(): void;
}

/** One deadline in a queue. */
interface Entry {
  readonly due: number;
  readonly waiting: Waiting;
}

/** A deadline that was set; pass it to {@linkcode clearDeadline}. */
export interface Deadline {
  /** The queue that it is in. */
  readonly queue: TimerQueue;
  /** Its place there. */
  readonly place: LinkedNode<Entry>;
}

// Deadlines of one length become due in the order in which they were set, so one timer for the
// first of them is enough. Measured on Deno 2.9.6, GETs 32 at a time on one core, as share of a
// bare fetch: AbortSignal.timeout 0.83, a controller and setTimeout for each 0.85, a controller and
// this queue 0.93.
const queues = new Map<number, TimerQueue>();
const MOST_IDLE = 8;

/** A number on Deno and in browsers. */
type Timer = number | { ref(): unknown; unref(): unknown };

class TimerQueue {
  readonly #limit: number;
  readonly #entries = new LinkedList<Entry>();
  #timer: Timer | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(now: number, waiting: Waiting): LinkedNode<Entry> {
    if (this.#timer === null) this.#arm(this.#limit);
    else if (this.#entries.size === 0) keepAlive(this.#timer, true);
    return this.#entries.add({ due: now + this.#limit, waiting });
  }

  delete(place: LinkedNode<Entry>): void {
    if (!this.#entries.delete(place)) return;
    if (this.#entries.size > 0 || this.#timer === null) return;
    // Nothing may keep the program alive when nothing is waited for. The timer stays for the next
    // deadline: setting one costs 2 us, this 0.1. A program may have many lengths, but not many timers.
    if (queues.size <= MOST_IDLE) return keepAlive(this.#timer, false);
    clearTimeout(this.#timer as number);
    this.#timer = null;
    queues.delete(this.#limit);
  }

  #arm(delay: number): void {
    this.#timer = setTimeout(() => this.#fire(), Math.ceil(delay));
  }

  #fire(): void {
    this.#timer = null;
    const now = performance.now();
    // A timer may come a fraction of a millisecond early.
    let { first } = this.#entries;
    while (first !== null && first.value.due <= now + 0.5) {
      this.delete(first);
      first.value.waiting.onDue();
      first = this.#entries.first;
    }
    if (this.#timer !== null) return;
    if (first === null) queues.delete(this.#limit);
    else this.#arm(first.value.due - now);
  }
}

/** Says whether a timer keeps the program alive. */
function keepAlive(timer: Timer, alive: boolean): void {
  if (typeof timer === "object") timer[alive ? "ref" : "unref"](); // Node and Bun
  else if ("Deno" in globalThis) Deno[alive ? "refTimer" : "unrefTimer"](timer);
}

/**
 * Sets a deadline.
 *
 * @param limit Time from now, in ms.
 * @param now The time now, of `performance.now()`.
 * @param waiting Told once when the time has passed.
 */
export function setDeadline(limit: number, now: number, waiting: Waiting): Deadline {
  let queue = queues.get(limit);
  if (queue === undefined) queues.set(limit, queue = new TimerQueue(limit));
  return { queue, place: queue.add(now, waiting) };
}

/** Takes a deadline back; one that has passed or was taken back before is no error. */
export function clearDeadline(deadline: Deadline): void {
  deadline.queue.delete(deadline.place);
}
