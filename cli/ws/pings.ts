/**
 * Pings that are timed.
 * @module
 */

/** What a connection that is pinged does. */
export interface Pinged {
  /** Sends a ping. */
  ping(data: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Sends pings, measures how long their answers take, and waits no longer than a limit. */
export class Pings implements Disposable {
  readonly #sent = new Map<number, number>();
  readonly #dead = Promise.withResolvers<never>();
  readonly #onAnswer: (ms: number) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #limit: ReturnType<typeof setTimeout> | undefined;
  #count = 0;

  /**
   * Begins.
   *
   * @param socket The connection.
   * @param interval Time between pings in ms.
   * @param limit Longest wait for an answer in ms, `null` for none.
   * @param onAnswer Told how long an answer took, in ms.
   */
  constructor(
    socket: Pinged,
    interval: number,
    limit: number | null,
    onAnswer: (ms: number) => void,
  ) {
    this.#onAnswer = onAnswer;
    this.#dead.promise.catch(() => {}); // it may die when nobody waits any more
    this.#timer = setInterval(() => {
      const number = ++this.#count;
      this.#sent.set(number, performance.now());
      if (limit !== null) {
        this.#limit ??= setTimeout(() => {
          this.#dead.reject(new PingTimeoutError(`no answer to a ping in ${limit / 1000} s`));
        }, limit);
      }
      // A connection that is closed already says so elsewhere.
      socket.ping(new TextEncoder().encode(`roundtrip ${number}`)).catch(() => {});
    }, interval);
  }

  /** Rejects once an answer has not come in time. */
  get dead(): Promise<never> {
    return this.#dead.promise;
  }

  /** Takes an answer. */
  answered(data: Uint8Array): boolean {
    const number = Number(/^roundtrip (\d+)$/.exec(new TextDecoder().decode(data))?.[1]);
    const at = this.#sent.get(number);
    if (at === undefined) return false;
    // It answers the ones before it too (RFC 6455 section 5.5.3).
    for (const each of this.#sent.keys()) if (each <= number) this.#sent.delete(each);
    clearTimeout(this.#limit);
    this.#limit = undefined;
    this.#onAnswer(performance.now() - at);
    return true;
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    clearTimeout(this.#limit);
  }
}

/** A ping was not answered in time. */
export class PingTimeoutError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "PingTimeoutError";
}
