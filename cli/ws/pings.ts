import type { ClientWebSocketResponse } from "../../client/mod.ts";

export class SentPings {
  readonly #sent: { readonly data: string; readonly text: string; readonly at: number }[] = [];
  readonly #prefix: string;
  #count = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  async send(socket: ClientWebSocketResponse, text = ""): Promise<void> {
    const data = text === "" ? `${this.#prefix} ${++this.#count}` : text;
    this.#sent.push({ data, text, at: performance.now() });
    await socket.ping(new TextEncoder().encode(data));
  }

  /** The text of a ping and its round-trip time in ms, `null` if a pong answers no ping. */
  answered(bytes: Uint8Array): { readonly text: string; readonly ms: number } | null {
    const data = new TextDecoder().decode(bytes);
    const at = this.#sent.findIndex((each) => each.data === data);
    // It also answers earlier pings (RFC 6455 section 5.5.3).
    const ping = this.#sent.splice(0, at + 1).at(-1);
    return ping === undefined ? null : { text: ping.text, ms: performance.now() - ping.at };
  }
}

/** Sends pings, measures the round-trip times, and fails after a limit. */
export class Pings implements Disposable {
  readonly #sent = new SentPings("roundtrip");
  readonly #dead = Promise.withResolvers<never>();
  readonly #onAnswer: (ms: number) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #limit: ReturnType<typeof setTimeout> | undefined;

  /** Starts to ping; times are in ms. */
  constructor(
    socket: ClientWebSocketResponse,
    interval: number,
    limit: number,
    onAnswer: (ms: number) => void,
  ) {
    this.#onAnswer = onAnswer;
    this.#dead.promise.catch(() => {}); // it may reject without a listener
    this.#timer = setInterval(() => {
      this.#limit ??= setTimeout(() => {
        this.#dead.reject(new PingTimeoutError(`no pong within ${limit / 1000} s`));
      }, limit);
      // A closed connection is reported elsewhere.
      this.#sent.send(socket).catch(() => {});
    }, interval);
  }

  /** Rejects once a pong is overdue. */
  get dead(): Promise<never> {
    return this.#dead.promise;
  }

  answered(data: Uint8Array): boolean {
    const ping = this.#sent.answered(data);
    if (ping === null) return false;
    clearTimeout(this.#limit);
    this.#limit = undefined;
    this.#onAnswer(ping.ms);
    return true;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    clearTimeout(this.#limit);
  }
}

export class PingTimeoutError extends Error {
  override readonly name = "PingTimeoutError";
}
