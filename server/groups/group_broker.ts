/** A message of a group: text, or bytes for a binary message. */
export type GroupMessage = string | Uint8Array<ArrayBuffer>;

/** A kept message. */
export interface KeptMessage {
  /** Its id, unique in its group. */
  readonly id: string;
  /** The message. */
  readonly message: GroupMessage;
}

/**
 * Carries a group's messages between processes. Two methods are enough; the others are for groups
 * with `history` or `presence`. The default stays within the process.
 */
export interface GroupBroker {
  /**
   * Delivers a message to every subscriber of the group in all processes, including this one.
   * @param keep Number of messages to keep for `history()`.
   * @returns May be a promise, which rejects if the message is not known to be safe.
   */
  publish(group: string, message: GroupMessage, keep: number): unknown;
  /**
   * Subscribes to a group.
   * @param deliver Called with each message and its id, once, in the order of its sender.
   * @returns Ends the subscription; a promise if subscribing takes time.
   */
  subscribe(
    group: string,
    deliver: (message: GroupMessage, id?: string) => unknown,
  ): (() => unknown) | Promise<() => unknown>;
  /** Reads the last kept messages, oldest first, once the subscribers here have got them. */
  history?(group: string, count: number): readonly KeptMessage[] | Promise<readonly KeptMessage[]>;
  /**
   * Tells all processes who is in the group here; `[]` when all have left. A process that dies is
   * to be forgotten after some seconds. Errors are the broker's to report.
   */
  announce?(group: string, names: readonly string[]): unknown;
  /** Lists who is in the group, in all processes. */
  present?(group: string): readonly string[] | Promise<readonly string[]>;
}
