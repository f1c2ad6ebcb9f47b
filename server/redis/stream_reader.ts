import { within } from "../../http/within.ts";
import { commandOf, type RedisCommand, type RedisConnection } from "./redis_client.ts";

const BLOCK = 2000; // ms that Redis waits for new entries
const PATIENCE = 5000; // ms beyond that for a reply
const COUNT = "500"; // entries a reply

type Deliver = (id: string, text: string) => void;

/** A stream that is read: the last entry's id, and where entries go. */
interface Place {
  last: string;
  readonly readers: Set<Deliver>;
}

/** One connection for this reader alone: a blocking command holds up all others. */
interface Line {
  readonly command: RedisCommand;
  /** Waits for a reply, for a limited time and as long as the connection lives. */
  within<T>(reply: Promise<T>): Promise<T>;
  drop(): void;
}

/** Reads Redis streams by one blocking command, each on from its last entry: nothing is missed. */
export class StreamReader {
  readonly #client: RedisConnection;
  readonly #wakeKey: string;
  readonly #report: (error: unknown) => void;
  readonly #places = new Map<string, Place>();
  #line: Line | null = null;
  #isRunning = false;
  #wakeId = "0-0";

  /** `wakeKey` tells it of more streams; `report` gets errors, and `null` when all is well. */
  constructor(client: RedisConnection, wakeKey: string, report: (error: unknown) => void) {
    this.#client = client;
    this.#wakeKey = wakeKey;
    this.#report = report;
  }

  /** Reads a stream from now on, with the id and text of each entry; returns what stops it. */
  async add(key: string, deliver: Deliver): Promise<() => void> {
    const command = commandOf(this.#client);
    const last = await newest(command, key) ?? "0-0";
    const place = this.#places.get(key) ?? { last, readers: new Set() };
    this.#places.set(key, place);
    place.readers.add(deliver);
    if (!this.#isRunning) void this.#run();
    else {
      await command("XADD", this.#wakeKey, "MAXLEN", "1", "*", "w", "");
      await command("PEXPIRE", this.#wakeKey, "60000");
    }
    return () => {
      place.readers.delete(deliver);
      if (place.readers.size === 0) this.#places.delete(key);
      if (this.#places.size === 0) this.#line?.drop();
    };
  }

  /** Waits until an entry has been read, for at most `PATIENCE`. */
  async reach(key: string, id: string): Promise<void> {
    for (let time = 0; time < PATIENCE; time += 5) {
      const place = this.#places.get(key);
      if (place === undefined || !isBefore(place.last, id)) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close(): void {
    this.#places.clear();
    this.#line?.drop();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let pause = 50; this.#places.size > 0; pause = Math.min(2 * pause, 1000)) {
      const line = this.#line = open(this.#client);
      try {
        await this.#rewind(line);
        this.#report(null);
        pause = 50;
        while (this.#places.size > 0) await this.#read(line);
      } catch (error) {
        if (this.#places.size > 0) this.#report(error);
      }
      line.drop();
      if (this.#places.size > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    this.#line = null;
    this.#isRunning = false;
  }

  /** After a restart Redis may have lost the newest entries: ids could begin again before ours. */
  async #rewind(line: Line): Promise<void> {
    for (const [key, place] of this.#places) {
      const last = await line.within(newest(line.command, key));
      if (last === null || isBefore(last, place.last)) place.last = last ?? "0-0";
    }
  }

  async #read({ command, within }: Line): Promise<void> {
    const places = [...this.#places];
    const keys = [this.#wakeKey, ...places.map(([key]) => key)];
    const ids = [this.#wakeId, ...places.map(([, { last }]) => last)];
    const words = ["COUNT", COUNT, "BLOCK", `${BLOCK}`, "STREAMS", ...keys, ...ids];
    for (const [key, entries] of pairsOf(await within(command("XREAD", ...words)))) {
      for (const [id, [, text = ""]] of entries) {
        if (key === this.#wakeKey) this.#wakeId = id;
        const place = this.#places.get(key);
        if (place === undefined) continue;
        place.last = id;
        for (const deliver of place.readers) deliver(id, text);
      }
    }
  }
}

export type StreamEntries = readonly (readonly [id: string, fields: readonly string[]])[];

/** The reply of XREAD is a list of pairs in RESP 2, a map in RESP 3, or `null`. */
function pairsOf(reply: unknown): (readonly [key: string, entries: StreamEntries])[] {
  if (Array.isArray(reply)) return reply;
  if (reply instanceof Map) return [...reply];
  return Object.entries(Object(reply));
}

async function newest(command: RedisCommand, key: string): Promise<string | null> {
  const entries = await command("XREVRANGE", key, "+", "-", "COUNT", "1") as StreamEntries;
  return entries[0]?.[0] ?? null;
}

function isBefore(a: string, b: string): boolean {
  const [ms = 0, n = 0] = a.split("-").map(Number);
  const [otherMs = 0, otherN = 0] = b.split("-").map(Number);
  return ms < otherMs || (ms === otherMs && n < otherN);
}

function open(client: RedisConnection): Line {
  const connection = client.duplicate();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {}); // reported when the next reply is awaited
  connection.on("error", (error) => broken.reject(error));
  for (const event of ["close", "end"]) {
    connection.on(event, () => broken.reject(new Error("the connection was lost")));
  }
  // A client of ioredis connects by itself.
  const ready = "call" in connection ? null : connection.connect?.();
  ready?.catch((error) => broken.reject(error));
  const send = commandOf(connection);
  return {
    command: async (...words) => {
      await ready;
      return await send(...words);
    },
    within: (reply) =>
      within(
        BLOCK + PATIENCE,
        Promise.race([reply, broken.promise]),
        () => new Error(`no reply for ${BLOCK + PATIENCE} ms`),
      ),
    drop() {
      broken.reject(new Error("the connection was closed"));
      try {
        if (connection.destroy !== undefined) connection.destroy();
        else connection.disconnect?.();
      } catch {
        // It was closed before.
      }
    },
  };
}
