import { messageOf } from "../../http/as_error.ts";
import { RecentMap } from "../../http/recent_map.ts";
import type { GroupBroker, GroupMessage, KeptMessage } from "../groups/group_broker.ts";
import { OptionTable } from "../../http/options.ts";
import { Outbox, parseParcel } from "./outbox.ts";
import { commandOf, type RedisConnection } from "./redis_client.ts";
import { type StreamEntries, StreamReader } from "./stream_reader.ts";

/** Options of {@linkcode redisBroker}. */
export interface RedisBrokerOptions {
  /** Start of every key; `"{roundtrip}:"` in a cluster. @default {"roundtrip:group:"} */
  readonly prefix?: string;
  /** Time for which messages wait while Redis is away, in ms. @default {30000} */
  readonly patience?: number;
  /** Time after which the history of an idle group is forgotten, in ms. @default {86400000} */
  readonly expiry?: number;
  /** Called once when Redis goes away, and for messages that were lost. @default {console.error} */
  readonly onError?: (error: Error) => void;
}

const REDIS_BROKER_OPTIONS = new OptionTable<RedisBrokerOptions>({
  prefix: "a string",
  patience: "a number",
  expiry: "a number",
  onError: "a function",
});

/** A broker of groups in Redis; disposing of it sends what waits, and ends its connection. */
export interface RedisBroker extends Required<GroupBroker>, AsyncDisposable {}

const HEARTBEAT = 5000; // ms between announcements of presence
const MOST_ORIGINS = 1000; // processes whose message numbers are remembered
const MOST_OUTBOXES = 10_000;

// KEYS: the set of processes. ARGV: this process, names as JSON, expiry in ms.
const ANNOUNCE = `
local key = KEYS[1] .. ':' .. ARGV[1]
if ARGV[2] == '[]' then
  redis.call('SREM', KEYS[1], ARGV[1])
  return redis.call('DEL', key)
end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', key, ARGV[2], 'PX', ARGV[3])`;
const PRESENT = `
local found = {}
for _, origin in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local names = redis.call('GET', KEYS[1] .. ':' .. origin)
  if names then found[#found + 1] = names else redis.call('SREM', KEYS[1], origin) end
end
return found`;

/**
 * Carries messages of `web.WebSocketGroup` and `web.EventGroup` between processes, by a Redis
 * stream for each group, of up to 10,000 messages. Members get each once, in the order of its
 * sender, also over a lost connection or a restart of Redis. What Redis has lost is reported to
 * `onError`.
 * @param client Connected, with an `error` listener, closed by the caller; a duplicate of it reads.
 * @throws {TypeError} If the client can send no commands.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { redisBroker, type RedisConnection } from "@roundtrip/http/redis";
 *
 * // instead of this: new Redis("redis://localhost").on("error", console.error) of "ioredis"
 * const call = () => Promise.resolve(null);
 * const client: RedisConnection = { call, duplicate: () => client, on() {} };
 * const room = new web.WebSocketGroup({ name: "chat", broker: redisBroker(client) });
 * await room.send("hello"); // to the members of all processes
 * ```
 */
export function redisBroker(
  client: RedisConnection,
  options: RedisBrokerOptions = {},
): RedisBroker {
  REDIS_BROKER_OPTIONS.check("redisBroker()", options);
  return new StreamBroker(client, options);
}

class StreamBroker implements RedisBroker {
  readonly #command;
  readonly #options: Required<RedisBrokerOptions>;
  readonly #origin = crypto.randomUUID();
  readonly #reader: StreamReader;
  readonly #outboxes = new Map<string, Outbox>();
  readonly #names = new Map<string, readonly string[]>();
  readonly #away = new Set<string>();
  #heart: ReturnType<typeof setInterval> | undefined;

  constructor(client: RedisConnection, options: RedisBrokerOptions) {
    this.#command = commandOf(client);
    const { prefix = "roundtrip:group:", patience = 30_000, expiry = 86_400_000 } = options;
    this.#options = { prefix, patience, expiry, onError: options.onError ?? console.error };
    const wakeKey = `${prefix}wake:${this.#origin}`;
    this.#reader = new StreamReader(client, wakeKey, (error) => this.#report("read", error));
  }

  async publish(group: string, message: GroupMessage, keep: number): Promise<void> {
    let outbox = this.#outboxes.get(group);
    if (outbox === undefined) {
      for (const [oldest, { sending }] of this.#outboxes) {
        if (this.#outboxes.size < MOST_OUTBOXES) break;
        if (sending === null) this.#outboxes.delete(oldest); // it has another origin the next time
      }
      const report = (error: unknown) => this.#report("write", error);
      outbox = new Outbox(this.#command, { ...this.#options, key: this.#key(group), report });
      this.#outboxes.set(group, outbox);
    }
    await outbox.send(message, keep);
  }

  async subscribe(
    group: string,
    deliver: (message: GroupMessage, id: string) => unknown,
  ): Promise<() => void> {
    const seen = new RecentMap<string, number>(); // the last number of each origin
    const end = await this.#reader.add(this.#key(group), (id, text) => {
      const parcel = parseParcel(text);
      if (parcel === null) return;
      const { origin, count, message } = parcel;
      const outbox = this.#outboxes.get(group);
      if (outbox?.origin === origin) outbox.read = count;
      const last = seen.get(origin) ?? count - 1;
      if (count <= last) return; // sent again after a lost connection
      seen.set(origin, count);
      seen.trim(() => seen.size > MOST_ORIGINS);
      if (count > last + 1) {
        const range = count - last === 2 ? `${last + 1}` : `${last + 1} to ${count - 1}`;
        this.#tell(
          `Messages of group "${group}" were lost in Redis: ${count - last - 1} ` +
            `(numbers ${range} of sender ${origin})`,
        );
      }
      try {
        deliver(message, id);
      } catch (error) {
        this.#tell(`Cannot deliver a message of group "${group}"`, error);
      }
    });
    return () => {
      end();
      const outbox = this.#outboxes.get(group);
      if (outbox !== undefined) outbox.read = null;
    };
  }

  async history(group: string, count: number): Promise<KeptMessage[]> {
    const key = this.#key(group);
    const reply = await this.#command("XREVRANGE", key, "+", "-", "COUNT", `${count}`);
    const entries = (reply as StreamEntries).toReversed();
    const last = entries.at(-1)?.[0];
    if (last !== undefined) await this.#reader.reach(key, last);
    return entries.flatMap(([id, [, text = ""]]) => {
      const parcel = parseParcel(text);
      return parcel === null ? [] : [{ id, message: parcel.message }];
    });
  }

  async announce(group: string, names: readonly string[]): Promise<void> {
    if (names.length > 0) this.#names.set(group, names);
    else this.#names.delete(group);
    if (this.#names.size === 0) {
      clearInterval(this.#heart);
      this.#heart = undefined;
    } else {
      this.#heart ??= setInterval(() => {
        for (const [each, here] of this.#names) void this.#announce(each, here);
      }, HEARTBEAT);
    }
    await this.#announce(group, names);
  }

  async present(group: string): Promise<string[]> {
    const found = await this.#command("EVAL", PRESENT, "1", this.#presenceKey(group));
    return (found as string[]).flatMap((names) => JSON.parse(names));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#outboxes.values()].map(({ sending }) => sending));
    this.#reader.close();
    await Promise.allSettled([...this.#names.keys()].map((group) => this.announce(group, [])));
  }

  async #announce(group: string, names: readonly string[]): Promise<void> {
    const words = [this.#origin, JSON.stringify(names), `${3 * HEARTBEAT}`];
    try {
      await this.#command("EVAL", ANNOUNCE, "1", this.#presenceKey(group), ...words);
    } catch (error) {
      this.#report("write", error);
    }
  }

  #report(part: string, error: unknown): void {
    if (error === null) return void this.#away.delete(part);
    if (this.#away.has(part)) return;
    this.#away.add(part);
    const text = messageOf(error);
    this.#tell(`Redis does not ${part} messages of groups (${text}): they wait`, error);
  }

  #tell(message: string, cause?: unknown): void {
    this.#options.onError(cause === undefined ? new Error(message) : new Error(message, { cause }));
  }

  #key(group: string): string {
    return `${this.#options.prefix}messages:${group}`;
  }

  #presenceKey(group: string): string {
    return `${this.#options.prefix}present:${group}`;
  }
}
