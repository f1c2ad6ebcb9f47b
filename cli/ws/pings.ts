// Pings with measured round-trip times.

/** A connection that can be pinged. */
export interface Pinged {
  /** Sends a ping. */
  ping(data: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Sends pings, measures the round-trip times, and fails after a limit. */
export class Pings implements Disposable {
  readonly #sent = new Map<number, number>();
  readonly #dead = Promise.withResolvers<never>();
  readonly #onAnswer: (ms: number) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #limit: ReturnType<typeof setTimeout> | undefined;
  #count = 0;

  /**
   * Starts to ping.
   * @param socket The connection.
   * @param interval Time between pings in ms.
   * @param limit Limit for an answer in ms, `null` for none.
   * @param onAnswer Called with the round-trip time in ms.
   */
  constructor(
    socket: Pinged,
    interval: number,
    limit: number | null,
    onAnswer: (ms: number) => void,
  ) {
    this.#onAnswer = onAnswer;
    this.#dead.promise.catch(() => {}); // it may reject without a listener
    this.#timer = setInterval(() => {
      const number = ++this.#count;
      this.#sent.set(number, performance.now());
      if (limit !== null) {
        this.#limit ??= setTimeout(() => {
          this.#dead.reject(new PingTimeoutError(`no pong within ${limit / 1000} s`));
        }, limit);
      }
      // A closed connection is reported elsewhere.
      socket.ping(new TextEncoder().encode(`roundtrip ${number}`)).catch(() => {});
    }, interval);
  }

  /** Rejects once a pong is overdue. */
  get dead(): Promise<never> {
    return this.#dead.promise;
  }

  /** Handles a pong. */
  answered(data: Uint8Array): boolean {
    const number = Number(/^roundtrip (\d+)$/.exec(new TextDecoder().decode(data))?.[1]);
    const at = this.#sent.get(number);
    if (at === undefined) return false;
    // It also answers earlier pings (RFC 6455 section 5.5.3).
    for (const each of this.#sent.keys()) if (each <= number) this.#sent.delete(each);
    clearTimeout(this.#limit);
    this.#limit = undefined;
    this.#onAnswer(performance.now() - at);
    return true;
  }

  /** Stops the pings. */
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
