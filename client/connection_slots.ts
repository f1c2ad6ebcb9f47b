/**
 * How many requests have a connection at a time.
 * @module
 */

/** A request that waits. */
interface Waiter {
  readonly host: string;
  readonly grant: () => void;
}

/**
 * Places for a limited number of requests, over all and for each host; who waits longest comes
 * first. With a limit for hosts, one whose host is full lets those behind it pass.
 */
export class ConnectionSlots {
  readonly #limit: number;
  readonly #limitPerHost: number;
  readonly #hosts = new Map<string, number>();
  readonly #waiters = new Set<Waiter>(); // in order, and one can leave from the middle
  #used = 0;

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
    return this.#waiters.size;
  }

  /**
   * Takes a place.
   *
   * @param url Where the request goes.
   * @param signal Gives the wait up.
   * @returns `null` if a place was free, else a promise that resolves when it is.
   * @throws The signal's reason.
   */
  acquire(url: URL, signal: AbortSignal): Promise<void> | null {
    const host = this.#hostOf(url);
    // Who comes now passes nobody: a place that becomes free goes to the first who can use it, so
    // those who wait are waiting for another host.
    if (this.#isFree(host)) {
      this.#take(host);
      return null;
    }
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiters.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        host,
        grant: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /**
   * Gives a place back.
   *
   * @param url Where the request went.
   */
  release(url: URL): void {
    this.#used--;
    const host = this.#hostOf(url);
    if (host !== "") {
      const left = (this.#hosts.get(host) ?? 1) - 1;
      if (left === 0) this.#hosts.delete(host);
      else this.#hosts.set(host, left);
    }
    for (const waiter of this.#waiters) {
      if (!this.#isFree(waiter.host)) continue;
      this.#waiters.delete(waiter);
      this.#take(waiter.host);
      waiter.grant();
      return;
    }
  }

  #hostOf(url: URL): string {
    return this.#limitPerHost === Infinity ? "" : url.origin;
  }

  #isFree(host: string): boolean {
    return this.#used < this.#limit && (this.#hosts.get(host) ?? 0) < this.#limitPerHost;
  }

  #take(host: string): void {
    this.#used++;
    if (host !== "") this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1);
  }
}
