import { LinkedList, type LinkedNode } from "../../http/linked_list.ts";
import { withDetail } from "../errors/make_error.ts";
import { type Abortable, abortOf } from "../hop/hop_abort.ts";
import type { HopRequest } from "../hop/transport.ts";

interface Waiter extends Abortable {
  readonly host: Host;
  /** Its position in the order of arrival. */
  readonly turn: number;
  readonly grant: () => void;
  /** Its entry in the queue of its host, `null` when it has left. */
  place: LinkedNode<Waiter> | null;
  /** Whether it is in the list of next waiters. */
  isNext: boolean;
}

/** Requests to one host, or all requests without a limit per host. */
interface Host {
  readonly name: string;
  used: number;
  readonly waiters: LinkedList<Waiter>;
}

/**
 * Slots for concurrent requests, in total and per host, first in first out; requests to a full host
 * do not block others. Releasing one takes the same time for any number of waiters.
 */
export class ConnectionSlots {
  readonly #limit: number;
  readonly #limitPerHost: number;
  readonly #hosts = new Map<string, Host>();
  readonly #everyHost: Host = { name: "", used: 0, waiters: new LinkedList() };
  /** The first waiter of each host that is not full, and some that have left, by arrival. */
  readonly #next: Waiter[] = [];
  #used = 0;
  #waiting = 0;
  #turns = 0;

  /** A limit of 0 means unlimited. */
  constructor(limit: number, limitPerHost: number) {
    this.#limit = limit === 0 ? Infinity : limit;
    this.#limitPerHost = limitPerHost === 0 ? Infinity : limitPerHost;
  }

  get used(): number {
    return this.#used;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Acquires a slot: `null` if one was free, else a promise, rejected with the abort reason. */
  acquire(request: Pick<HopRequest, "url" | "signal" | "abort">): Promise<void> | null {
    const host = this.#hostOf(request.url);
    // This overtakes no waiter: a free slot goes to the first waiter that can use it, so all
    // waiters wait for other hosts.
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

  release(url: string): void {
    const host = this.#hostOf(url);
    this.#used--;
    host.used--;
    this.#callNext(host);
    while (this.#used < this.#limit) {
      const waiter = this.#next.shift();
      if (waiter === undefined) break;
      waiter.isNext = false;
      // Aborted, or its host is full again: it is retried on the next release of that host.
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

  /** Adds the first waiter of a host to the next ones, unless the host is full. */
  #callNext(host: Host): void {
    const first = host.waiters.first?.value;
    if (first === undefined || first.isNext || host.used >= this.#limitPerHost) return;
    first.isNext = true;
    this.#next.splice(this.#next.findLastIndex((each) => each.turn < first.turn) + 1, 0, first);
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

/** Waits for a slot; releases it if the observer throws. */
export async function takeTurn(
  waiting: Promise<void>,
  { observer, url }: HopRequest,
  slots: ConnectionSlots,
): Promise<void> {
  try {
    observer?.queued();
  } catch (error) {
    waiting.then(() => slots.release(url), () => {}); // rejects when the request is aborted
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
