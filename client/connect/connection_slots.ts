/**
 * How many requests have a connection at a time.
 * @module
 */
import { LinkedList, type LinkedNode } from "../../http/linked_list.ts";
import { withDetail } from "../errors/connection_errors.ts";
import { type Abortable, abortOf } from "../hop/hop_abort.ts";
import type { HopRequest } from "../hop/transport.ts";

/** A request that waits. */
interface Waiter extends Abortable {
  readonly host: Host;
  /** Its place in the order of arrival. */
  readonly turn: number;
  readonly grant: () => void;
  /** Its place among those of its host, `null` once it waits no more. */
  place: LinkedNode<Waiter> | null;
  /** Whether it is among those who are next. */
  isNext: boolean;
}

/** Requests to one host, or all requests where hosts have no limit. */
interface Host {
  readonly name: string;
  used: number;
  readonly waiters: LinkedList<Waiter>;
}

/**
 * Places for a limited number of requests, over all and for each host; who waits longest comes
 * first. With a limit for hosts, one whose host is full lets those behind it pass. Giving a place
 * back costs the same however many wait, to whatever hosts.
 */
export class ConnectionSlots {
  readonly #limit: number;
  readonly #limitPerHost: number;
  readonly #hosts = new Map<string, Host>();
  readonly #everyHost: Host = { name: "", used: 0, waiters: new LinkedList() };
  /** The first waiter of each host that is not full, and some who have gone. */
  readonly #next = new Queue();
  #used = 0;
  #waiting = 0;
  #turns = 0;

  /**
   * Creates the places.
   *
   * @param limit Most requests at a time; 0 for no limit.
   * @param limitPerHost Most requests to one host at a time; 0 for no limit.
   */
  constructor(limit: number, limitPerHost: number) {
    this.#limit = limit === 0 ? Infinity : limit;
    this.#limitPerHost = limitPerHost === 0 ? Infinity : limitPerHost;
  }

  /** How many places are taken. */
  get used(): number {
    return this.#used;
  }

  /** How many requests wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Takes a place.
   *
   * @param request What wants one; where it goes counts, and whether it is given up meanwhile.
   * @returns `null` if a place was free, else a promise that resolves when it is.
   * @throws What the request was given up with.
   */
  acquire(request: Pick<HopRequest, "url" | "signal" | "abort">): Promise<void> | null {
    const host = this.#hostOf(request.url);
    // Who comes now passes nobody: a place that becomes free goes to the first who can use it, so
    // those who wait are waiting for another host.
    if (this.#used < this.#limit && host.used < this.#limitPerHost) {
      this.#used++;
      host.used++;
      return null;
    }
    const abort = abortOf(request);
    if (abort.reason !== null) {
      this.#forget(host);
      return Promise.reject(abort.reason);
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        host,
        turn: this.#turns++,
        grant: () => {
          abort.delete(waiter);
          resolve();
        },
        abort: (reason) => {
          const detailed = withDetail(reason, () => this.#fullness(host));
          this.#leave(waiter);
          reject(detailed);
        },
        place: null,
        isNext: false,
      };
      abort.add(waiter);
      waiter.place = host.waiters.add(waiter);
      this.#waiting++;
      this.#callNext(host);
    });
  }

  /** Gives a place back. */
  release(url: string): void {
    const host = this.#hostOf(url);
    this.#used--;
    host.used--;
    this.#callNext(host);
    while (this.#used < this.#limit) {
      const waiter = this.#next.take();
      if (waiter === null) break;
      waiter.isNext = false;
      // One that has given up, or whose host is full again: that calls it when it is not.
      if (waiter.place === null || waiter.host.used >= this.#limitPerHost) continue;
      this.#used++;
      waiter.host.used++;
      this.#leave(waiter);
      waiter.grant();
    }
    this.#forget(host);
  }

  #fullness(host: Host): string {
    const [count, name] = host.used >= this.#limitPerHost
      ? [this.#limitPerHost, "limitPerHost"]
      : [this.#limit, "limit"];
    return `It waited for one of the ${count} connections that connector.${name} allows, as ` +
      `${this.#waiting} requests do. Read or release the responses that have come, or raise the limit`;
  }

  #leave(waiter: Waiter): void {
    const { host, place } = waiter;
    if (place !== null) host.waiters.delete(place);
    waiter.place = null;
    this.#waiting--;
    this.#callNext(host);
    this.#forget(host);
  }

  /** Lets the first waiter of a host, if that is not full, wait for the next place. */
  #callNext(host: Host): void {
    const first = host.waiters.first?.value;
    if (first === undefined || first.isNext || host.used >= this.#limitPerHost) return;
    first.isNext = true;
    this.#next.add(first);
  }

  #hostOf(url: string): Host {
    if (this.#limitPerHost === Infinity) return this.#everyHost;
    const name = new URL(url).origin;
    let host = this.#hosts.get(name);
    if (host === undefined) {
      this.#hosts.set(name, host = { name, used: 0, waiters: new LinkedList() });
    }
    return host;
  }

  #forget(host: Host): void {
    if (host.used === 0 && host.waiters.size === 0) this.#hosts.delete(host.name);
  }
}

/**
 * Waits for a place; what the observer throws gives it back.
 *
 * @param waiting What `acquire()` gave.
 * @param request The request that waits.
 * @param slots The places.
 */
export async function takeTurn(
  waiting: Promise<void>,
  { observer, url }: HopRequest,
  slots: ConnectionSlots,
): Promise<void> {
  try {
    observer?.queued();
  } catch (error) {
    waiting.then(() => slots.release(url), () => {}); // it ends when the request is aborted
    throw error;
  }
  await waiting;
  try {
    observer?.dequeued();
  } catch (error) {
    slots.release(url);
    throw error;
  }
}

/** Waiters by their turn, a binary heap. */
class Queue {
  readonly #heap: Waiter[] = [];

  add(waiter: Waiter): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(waiter);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.turn <= waiter.turn) break;
      heap[at] = parent;
      heap[at = above] = waiter;
    }
  }

  /** Takes the one whose turn comes first; `null` where there is none. */
  take(): Waiter | null {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0;;) {
      let below = 2 * at + 1;
      const [left, right] = [heap[below], heap[below + 1]];
      if (left !== undefined && right !== undefined && right.turn < left.turn) below++;
      const child = heap[below];
      if (child === undefined || child.turn >= last.turn) break;
      heap[at] = child;
      heap[at = below] = last;
    }
    return first;
  }
}
