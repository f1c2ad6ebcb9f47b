import { noteLocalState } from "../../http/local_state.ts";
import { OptionTable } from "../../http/options.ts";
import type { GroupBroker, GroupMessage, KeptMessage } from "./group_broker.ts";
import { MemoryBroker } from "./memory_broker.ts";

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

const JOIN_OPTIONS = new OptionTable<JoinOptions>({ as: "a string" });

/**
 * Sends a message to a member; returns whether the member is still there. `isKept` is `true` for
 * the history.
 */
export type Send<Member> = (
  member: Member,
  message: GroupMessage,
  id?: string,
  isKept?: boolean,
) => boolean;

/** A member, and the messages that wait until it has got the history. */
interface Place {
  readonly name: string | null;
  waiting: KeptMessage[] | null;
}

/** The members of a group in this process, and its broker. */
export class Room<Member> {
  readonly name: string;
  /** Number of messages kept. */
  readonly history: number;
  readonly #broker: GroupBroker;
  readonly #presence: boolean;
  readonly #send: Send<Member>;
  readonly #members = new Map<Member, Place>();
  #subscription: Promise<() => unknown> | null = null;
  #announcement: Promise<unknown> | null = null;

  constructor(
    where: string,
    options: GroupOptions,
    send: Send<Member>,
  ) {
    const { name = "default", broker = new MemoryBroker(), history = 0, presence = false } =
      options;
    if (!Number.isSafeInteger(history) || history < 0) {
      throw new RangeError(`${where}: "history" is a number of messages, got ${history}`);
    }
    for (const method of ["history", "announce", "present"] as const) {
      const isNeeded = method === "history" ? history > 0 : presence;
      if (isNeeded && typeof broker[method] !== "function") {
        const option = method === "history" ? "history" : "presence";
        throw new TypeError(`${where}: "${option}" needs a broker with ${method}()`);
      }
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

  /**
   * Adds a member, with the history after the message with the id `after` first: `null` for all
   * that is kept, `undefined` for none. `false` if messages after that id are no longer kept.
   */
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
    const broker = this.#broker;
    const asks = after !== undefined && this.history > 0;
    let place = this.#members.get(member);
    const isNew = place === undefined;
    if (place === undefined) {
      place = { name: as, waiting: asks ? [] : null };
      this.#members.set(member, place);
      closed.then(() => this.leave(member));
    }
    const subscription = this.#subscription ??=
      (async () =>
        await broker.subscribe(this.name, (message, id) => this.#deliver(message, id)))();
    try {
      await subscription;
      if (!isNew) return true;
      if (this.#presence) await this.#announce();
      return !asks || await this.#catchUp(member, place, after);
    } catch (error) {
      if (this.#subscription === subscription) this.#subscription = null;
      this.leave(member);
      throw error;
    }
  }

  leave(member: Member): boolean {
    const was = this.#members.delete(member);
    if (was && this.#presence) this.#announce().catch(() => {}); // the broker has reported it
    if (this.#members.size === 0) {
      // Errors are reported to callers of join().
      this.#subscription?.then((end) => end()).catch(() => {});
      this.#subscription = null;
    }
    return was;
  }

  /** Publishes a message; returns the number of members it was sent to, if the broker knows. */
  async publish(message: GroupMessage): Promise<number> {
    const sent = await this.#broker.publish(this.name, message, this.history);
    return typeof sent === "number" ? sent : 0;
  }

  /** Lists the names of the members in all processes. */
  async present(): Promise<string[]> {
    if (!this.#presence) throw new TypeError("present(): needs a group with presence: true");
    await this.#announcement;
    return [...await this.#broker.present?.(this.name) ?? []];
  }

  #deliver(message: GroupMessage, id?: string): number {
    let sent = 0;
    for (const [member, { waiting }] of this.#members) {
      if (waiting !== null) waiting.push({ id: id ?? "", message });
      else if (this.#send(member, message, id)) sent++;
    }
    return sent;
  }

  /** Sends the history, then what has come meanwhile. */
  async #catchUp(member: Member, place: Place, after: string | null): Promise<boolean> {
    const history = await this.#broker.history?.(this.name, this.history, after);
    const { messages = [], complete = true } = history ?? {};
    const known = new Set(messages.map(({ id }) => id));
    const waiting = (place.waiting ?? []).filter(({ id }) => !known.has(id));
    place.waiting = null;
    for (const { message, id } of [...messages, ...waiting]) {
      if (this.#members.get(member) === place) this.#send(member, message, id, true);
    }
    return after === null || complete;
  }

  /** Tells the names once for all changes of a turn. */
  #announce(): Promise<unknown> {
    return this.#announcement ??= (async () => {
      await null;
      this.#announcement = null;
      const names = [...this.#members.values()].map(({ name }) => name);
      await this.#broker.announce?.(this.name, names.filter((name) => name !== null));
    })();
  }
}
