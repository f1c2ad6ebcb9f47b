import type { GroupBroker, GroupMessage, KeptMessage } from "./group_broker.ts";

/** Carries the messages of one group within the process; keeps what `publish()` is told to. */
export class MemoryBroker implements Required<GroupBroker> {
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
