import { noteLocalState } from "../../http/local_state.ts";
import { type OptionKinds, OptionTable } from "../../http/options.ts";
import type { GroupBroker, GroupMessage, KeptMessage } from "./group_broker.ts";

/** Options of both kinds of groups. */
export interface GroupOptions {
  /** Name of the group at the broker. @default {"default"} */
  readonly name?: string;
  /** Broker between processes, such as `redisBroker()`. @default this process only */
  readonly broker?: GroupBroker;
  /** Number of messages kept. @default {0} */
  readonly history?: number;
  /** Whether `present()` lists the members of all processes. @default {false} */
  readonly presence?: boolean;
}

/** Options of `join()`. */
export interface JoinOptions {
  /** Name in the list of `present()`; needs the group's `presence`. */
  readonly as?: string;
}

export const GROUP_KINDS: OptionKinds<GroupOptions> = {
  name: "a string",
  broker: "an object",
  history: "a number",
  presence: "true or false",
};

const JOIN_OPTIONS = new OptionTable<JoinOptions>({ as: "a string" });

/** Sends a message to a member, `isKept` if from the history; returns whether it is there. */
export type Send<Member> = (
  member: Member,
  message: GroupMessage,
  id?: string,
  isKept?: boolean,
) => boolean;

/** The place of a member, which gets messages from its activation on. */
interface Place {
  readonly name: string | null;
  isActive: boolean;
}

/** The members of a group in this process, and its broker. */
export class Room<Member> {
  readonly name: string;
  readonly history: number;
  readonly #broker: GroupBroker;
  readonly #presence: boolean;
  readonly #send: Send<Member>;
  readonly #members = new Map<Member, Place>();
  #log: KeptMessage[] = []; // the last messages, while there are members
  #subscription: Promise<() => unknown> | null = null;
  #announcing: Promise<void> | null = null;
  #isStale = false; // what was announced
  #turn: Promise<void> = Promise.resolve(); // of the next member to get the history

  constructor(where: string, options: GroupOptions, send: Send<Member>) {
    const { name = "default", history = 0, presence = false } = options;
    const broker: GroupBroker = options.broker ?? new MemoryBroker();
    if (!Number.isSafeInteger(history) || history < 0) {
      throw new RangeError(`${where}: "history" is a number of messages, got ${history}`);
    }
    const needs = { history: history > 0, announce: presence, present: presence };
    for (const method of ["history", "announce", "present"] as const) {
      if (!needs[method] || typeof broker[method] === "function") continue;
      const option = method === "history" ? method : "presence";
      throw new TypeError(`${where}: "${option}" needs a broker with ${method}()`);
    }
    if (options.broker === undefined) {
      noteLocalState(`${where.slice(4)} "${name}"`, "{ broker: redisBroker(client) }");
    }
    this.name = name;
    this.history = history;
    this.#broker = broker;
    this.#presence = presence;
    this.#send = send;
  }

  get members(): Member[] {
    return [...this.#members.keys()];
  }

  get size(): number {
    return this.#members.size;
  }

  /** Adds a member after the history since `after`; `false` if that is no longer kept. */
  async join(
    member: Member,
    closed: PromiseLike<unknown>,
    options: JoinOptions,
    after: string | null | undefined,
  ): Promise<boolean> {
    JOIN_OPTIONS.check("join()", options);
    const { as = null } = options;
    if (as !== null && !this.#presence) {
      throw new TypeError('join(): "as" needs a group with presence: true');
    }
    let place = this.#members.get(member);
    const isNew = place === undefined;
    if (place === undefined) {
      place = { name: as, isActive: false };
      this.#members.set(member, place);
      closed.then(() => this.leave(member));
      if (this.#presence) this.#announce();
    }
    const subscription = this.#subscription ??= this.#subscribe();
    try {
      await subscription;
      if (!isNew) return true;
      // One that another process has sent may not have been read here yet.
      const isKnown = this.#log.some(({ id }) => id === after);
      if (typeof after === "string" && !isKnown) await this.#readLast(1);
    } catch (error) {
      if (this.#subscription === subscription) this.#subscription = null;
      this.leave(member);
      throw error;
    }
    if (after !== undefined && this.#log.length > 0) { // many at once must not hold up the process
      const turn = this.#turn;
      this.#turn = turn.then(() => new Promise((resolve) => setTimeout(resolve, 0)));
      await turn;
    }
    if (this.#members.get(member) !== place) return true; // it has left meanwhile
    place.isActive = true; // from here on in one turn: what comes later is not in the log yet
    if (after === undefined || this.history === 0) return true;
    const at = this.#log.findIndex(({ id }) => id === after);
    // All since a known one, also those that came while it waited for its turn.
    for (const { message, id } of this.#log.slice(at < 0 ? -this.history : at + 1)) {
      this.#send(member, message, id, true);
    }
    return after === null || at >= 0;
  }

  leave(member: Member): boolean {
    const was = this.#members.delete(member);
    if (was && this.#presence) this.#announce();
    if (this.#members.size === 0) {
      // Errors are reported to callers of join().
      this.#subscription?.then((end) => end()).catch(() => {});
      this.#subscription = null;
    }
    return was;
  }

  async publish(message: GroupMessage): Promise<number> {
    const sent = await this.#broker.publish(this.name, message, this.#kept);
    return typeof sent === "number" ? sent : 0;
  }

  async present(): Promise<string[]> {
    if (!this.#presence) throw new TypeError("present(): needs a group with presence: true");
    await this.#announcing;
    return [...await this.#broker.present?.(this.name) ?? []];
  }

  /** Messages that are kept: one more, so that the one before the history is known. */
  get #kept(): number {
    return this.history === 0 ? 0 : this.history + 1;
  }

  async #subscribe(): Promise<() => unknown> {
    let early: KeptMessage[] | null = this.history > 0 ? [] : null;
    const end = await this.#broker.subscribe(this.name, (message, id = "") => {
      if (early === null) return this.#deliver(message, id);
      early.push({ id, message });
    });
    if (early === null) return end;
    try {
      this.#log = [...await this.#readLast(this.#kept)];
    } catch (error) {
      await end();
      throw error;
    }
    const known = new Set(this.#log.map(({ id }) => id));
    this.#log.push(...early.filter(({ id }) => !known.has(id))); // no member is active yet
    early = null;
    return end;
  }

  async #readLast(count: number): Promise<readonly KeptMessage[]> {
    return await this.#broker.history?.(this.name, count) ?? [];
  }

  #deliver(message: GroupMessage, id: string): number {
    if (this.history > 0) {
      this.#log.push({ id, message });
      if (this.#log.length > 2 * this.#kept) this.#log = this.#log.slice(-this.#kept);
    }
    let sent = 0;
    for (const [member, { isActive }] of this.#members) {
      if (isActive && this.#send(member, message, id)) sent++;
    }
    return sent;
  }

  /** Tells the names, once for all changes while they are told. */
  #announce(): void {
    this.#isStale = true;
    this.#announcing ??= this.#announceAll()
      .catch(() => {}) // the broker has reported it
      .finally(() => this.#announcing = null);
  }

  async #announceAll(): Promise<void> {
    await null;
    while (this.#isStale) {
      this.#isStale = false;
      const names = [...this.#members.values()].map(({ name }) => name);
      await this.#broker.announce?.(this.name, names.filter((name) => name !== null));
    }
  }
}

/** Carries the messages of one group within the process; keeps what `publish()` is told to. */
class MemoryBroker implements Required<GroupBroker> {
  readonly #kept: KeptMessage[] = [];
  readonly #start = Date.now(); // ids of an earlier process must not name other messages
  #count = 0;
  #deliver: ((message: GroupMessage, id: string) => unknown) | null = null;
  #names: readonly string[] = [];

  publish(_group: string, message: GroupMessage, keep: number): unknown {
    const id = `${this.#start}-${++this.#count}`;
    if (keep > 0) {
      this.#kept.push({ id, message });
      if (this.#kept.length > keep) this.#kept.shift();
    }
    return this.#deliver?.(message, id);
  }

  subscribe(_group: string, deliver: (message: GroupMessage, id: string) => unknown): () => void {
    this.#deliver = deliver;
    return () => this.#deliver = null;
  }

  history(_group: string, count: number): readonly KeptMessage[] {
    return this.#kept.slice(-count);
  }

  announce(_group: string, names: readonly string[]): void {
    this.#names = names;
  }

  present(): readonly string[] {
    return this.#names;
  }
}
