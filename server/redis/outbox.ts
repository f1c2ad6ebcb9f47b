import { Buffer } from "node:buffer";
import type { GroupMessage } from "../groups/group_broker.ts";
import type { RedisCommand } from "./redis_client.ts";

const MOST_WAITING = 10_000;
const BATCH = 500; // messages a script
const PAUSE = 200; // ms before another attempt
const GRACE = 250; // ms: if this process was busy, the answer is still to be read
const SLOW = 1000; // ms until it is said that Redis does not answer; many clients queue commands
const MOST_AHEAD = 1000; // messages that this process has not read itself
const AHEAD_TIME = 2000; // ms to wait for that, for they may be lost
const LENGTH = 10_000; // messages a stream keeps at least, for readers that fall behind
const BRIEF = 60_000; // ms for which a stream without history is kept

// KEYS: the stream. ARGV: length, expiry in ms, the messages.
const SCRIPT = `
for n = 3, #ARGV do redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'm', ARGV[n]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

interface Waiting extends PromiseWithResolvers<void> {
  readonly text: string;
  readonly until: number; // Date.now()
}

export interface Parcel {
  readonly origin: string;
  readonly count: number; // of the message in its outbox, from 1 on
  readonly message: GroupMessage;
}

export interface OutboxOptions {
  readonly key: string;
  readonly patience: number;
  readonly expiry: number;
  /** Called with errors, and with `null` when Redis has answered. */
  readonly report: (error: unknown) => void;
}

/**
 * Messages of one process to one group. They leave in order, one script at a time with all that
 * wait; after a lost connection the same script is sent again. Messages are numbered, so readers
 * drop what comes twice and notice what is missing. If this process reads the group too, it does
 * not get far ahead of itself: readers would miss what Redis no longer keeps.
 */
export class Outbox {
  readonly origin: string = crypto.randomUUID().slice(0, 13);
  readonly #command: RedisCommand;
  readonly #options: OutboxOptions;
  readonly #waiting: Waiting[] = [];
  #count = 0;
  #history = 0;
  #read: number | null = null;
  #caughtUp: (() => void) | null = null;
  #sending: Promise<void> | null = null;

  constructor(command: RedisCommand, options: OutboxOptions) {
    this.#command = command;
    this.#options = options;
  }

  /** Resolves when nothing waits; `null` if so now. */
  get sending(): Promise<void> | null {
    return this.#sending;
  }

  /** Tells the number of its last message that this process has read; `null` if it reads none. */
  set read(count: number | null) {
    this.#read = count;
    if (this.#ahead() < MOST_AHEAD) this.#caughtUp?.();
  }

  /** Sends a message and keeps the last `history`; throws if it is refused or waits too long. */
  async send(message: GroupMessage, history: number): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING) {
      throw new Error(`Cannot publish: ${MOST_WAITING} messages wait for Redis or its readers`);
    }
    const text = typeof message === "string"
      ? `t${message}`
      : `b${Buffer.from(message.buffer, message.byteOffset, message.length).toString("base64")}`;
    this.#history = Math.max(this.#history, history);
    const waiting = {
      ...Promise.withResolvers<void>(),
      text: `${this.origin} ${++this.#count} ${text}`,
      until: Date.now() + this.#options.patience,
    };
    this.#waiting.push(waiting);
    this.#sending ??= this.#sendAll();
    await waiting.promise;
  }

  async #sendAll(): Promise<void> {
    await null; // for all messages of this turn
    while (this.#waiting.length > 0) {
      if (this.#ahead() >= MOST_AHEAD) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, AHEAD_TIME);
          this.#caughtUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        this.#caughtUp = null;
      }
      await this.#sendBatch(this.#waiting.splice(0, BATCH));
    }
    this.#sending = null;
  }

  /** Number of messages that were sent and not read. */
  #ahead(): number {
    return this.#read === null ? 0 : this.#count - this.#waiting.length - this.#read;
  }

  async #sendBatch(batch: readonly Waiting[]): Promise<void> {
    const { key, patience, expiry, report } = this.#options;
    const [length, time] = this.#history === 0
      ? [LENGTH, BRIEF]
      : [Math.max(LENGTH, this.#history), expiry];
    const words = ["1", key, `${length}`, `${time}`, ...batch.map(({ text }) => text)];
    const late = Promise.withResolvers<never>();
    let timer = setTimeout(() => {
      timer = setTimeout(() => {
        late.reject(new Error(`Cannot publish: Redis has not answered for ${patience} ms`));
      }, GRACE);
    }, Math.max(0, (batch[0]?.until ?? 0) - Date.now()));
    let isLate = false;
    late.promise.catch(() => isLate = true);
    const slow = setTimeout(() => report(new Error(`no answer for ${SLOW} ms`)), SLOW);
    for (;;) {
      try {
        await Promise.race([this.#command("EVAL", SCRIPT, ...words), late.promise]);
        report(null);
        for (const each of batch) each.resolve();
        break;
      } catch (error) {
        report(error);
        if (isLate || isRefusal(error)) {
          for (const each of batch) each.reject(error);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
    clearTimeout(timer);
    clearTimeout(slow);
  }
}

/** Parses an entry's text; `null` if it is not a message. */
export function parseParcel(text: string): Parcel | null {
  const [, origin, count = "", kind = ""] = /^(\S+) (\d+) ([tb])/.exec(text) ?? [];
  if (origin === undefined) return null;
  const rest = text.slice(origin.length + count.length + 3);
  const message = kind === "t" ? rest : new Uint8Array(Buffer.from(rest, "base64"));
  return { origin, count: Number(count), message };
}

/** Whether Redis has answered with an error that another attempt would not change. */
function isRefusal(error: unknown): boolean {
  const passing = /^(?:LOADING|READONLY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|BUSY|UNBLOCKED)\b/;
  return error instanceof Error && /^[A-Z]{3,} /.test(error.message) &&
    !passing.test(error.message);
}
