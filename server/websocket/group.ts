/**
 * One message to many WebSockets.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import { type WebSocketBase, whenClosed } from "../../http/websocket/socket.ts";
import { WSCloseCode } from "../../http/websocket/message.ts";

/** A message of a group: text, or bytes for a binary message. */
export type GroupMessage = string | Uint8Array<ArrayBuffer>;

/** Carries a group's messages between processes. The group's own carries them to itself. */
export interface GroupBroker {
  /** Hands a message to every subscriber of the group, in all processes, this one included. */
  publish(group: string, message: GroupMessage): void | Promise<void>;
  /**
   * Starts to listen.
   *
   * @param group Name of the group.
   * @param deliver Called with each message, in the order of the broker.
   * @returns Ends it; a promise of that, where it takes time until messages come.
   */
  subscribe(
    group: string,
    deliver: (message: GroupMessage) => void,
  ): (() => unknown) | Promise<() => unknown>;
}

/**
 * What happens to a member that reads too slowly: with `close` its socket closes with 1013 at the
 * socket's own `maxBuffered`, with `skip` messages are left out for it.
 */
export type SlowPeerPolicy = "close" | "skip";

/** What {@linkcode WebSocketGroup} takes. */
export interface WebSocketGroupOptions {
  /** Name of the group at the broker. @default {"default"} */
  readonly name?: string;
  /** What carries messages between processes. @default this process alone */
  readonly broker?: GroupBroker;
  /** What happens to a member that reads too slowly. @default {"close"} */
  readonly slowPeer?: SlowPeerPolicy;
  /**
   * With `skip`: bytes waiting to be sent to a member from which on messages are left out for it.
   * @default {262144}
   */
  readonly maxBuffered?: number;
}

/** Names and types of {@linkcode WebSocketGroupOptions}. */
export const WEB_SOCKET_GROUP_OPTIONS = new OptionTable<WebSocketGroupOptions>({
  name: "a string",
  broker: "an object",
  slowPeer: "a string",
  maxBuffered: "a number",
});

/**
 * WebSockets that get the same messages: a chat room, a topic. A member that closes leaves by
 * itself.
 *
 * @example
 * ```ts
 * import { web, WSMsgType } from "@roundtrip/http";
 *
 * const room = new web.WebSocketGroup();
 * const app = new web.Application();
 * app.addRoutes([web.get("/chat", web.webSocket(async (socket) => {
 *   await room.join(socket);
 *   for await (const message of socket) {
 *     if (message.type === WSMsgType.TEXT) await room.send(message.data);
 *   }
 * }))]);
 * console.assert(room.size === 0);
 * ```
 */
export class WebSocketGroup {
  readonly #name: string;
  readonly #broker: GroupBroker | null;
  readonly #slowPeer: SlowPeerPolicy;
  readonly #maxBuffered: number;
  readonly #members = new Set<WebSocketBase>();
  #subscription: Promise<() => unknown> | null = null;

  /** Creates one. */
  constructor(options: WebSocketGroupOptions = {}) {
    WEB_SOCKET_GROUP_OPTIONS.check("new web.WebSocketGroup", options);
    this.#name = options.name ?? "default";
    this.#broker = options.broker ?? null;
    this.#slowPeer = options.slowPeer ?? "close";
    this.#maxBuffered = options.maxBuffered ?? 256 * 1024;
  }

  /** Members of this process. */
  get size(): number {
    return this.#members.size;
  }

  /**
   * Adds a member; one that is in already stays. The promise resolves when the membership counts:
   * the member gets every message that is sent from then on, by any process.
   *
   * @param socket A WebSocket that was prepared.
   * @throws {TypeError} If it was not.
   * @throws {Error} What the broker failed with; the socket is no member then.
   */
  async join(socket: WebSocketBase): Promise<void> {
    const closed = whenClosed(socket);
    if (socket.closed) return;
    if (!this.#members.has(socket)) {
      this.#members.add(socket);
      closed.then(() => this.leave(socket));
    }
    const broker = this.#broker;
    if (broker === null) return;
    const subscription = this.#subscription ??=
      (async () => await broker.subscribe(this.#name, (message) => void this.#deliver(message)))();
    try {
      await subscription;
    } catch (error) {
      if (this.#subscription === subscription) this.#subscription = null;
      this.leave(socket);
      throw error;
    }
  }

  /** Takes a member out. */
  leave(socket: WebSocketBase): boolean {
    const was = this.#members.delete(socket);
    if (this.#members.size === 0) this.#end();
    return was;
  }

  /**
   * Sends a message to all members, in all processes that share the broker. It waits for no member:
   * one that reads too slowly meets the group's policy.
   *
   * @param message Text, or bytes for a binary message.
   * @returns Members of this process it was sent to; with a broker 0, because that delivers.
   * @throws {TypeError} If it is neither text nor bytes.
   */
  async send(message: GroupMessage): Promise<number> {
    if (typeof message !== "string" && !(message instanceof Uint8Array)) {
      throw new TypeError(`Cannot send to the group: expected text or a Uint8Array`);
    }
    if (this.#broker === null) return this.#deliver(message);
    await this.#broker.publish(this.#name, message);
    return 0;
  }

  /**
   * Sends a value as JSON text to all members.
   *
   * @returns Members of this process it was sent to.
   */
  async sendJson(value: unknown): Promise<number> {
    return await this.send(JSON.stringify(value));
  }

  /**
   * Closes all members of this process and waits until they have closed.
   *
   * @param code Close code.
   * @param reason Up to 123 bytes of text.
   */
  async close(code: number = WSCloseCode.GOING_AWAY, reason = ""): Promise<void> {
    const members = [...this.#members];
    this.#members.clear();
    this.#end();
    await Promise.all(members.map((socket) => socket.close(code, reason)));
  }

  #deliver(message: GroupMessage): number {
    let sent = 0;
    for (const socket of this.#members) {
      if (this.#slowPeer === "skip" && socket.bufferedAmount > this.#maxBuffered) continue;
      // A failure is the member's own: its handler sees it, and it leaves.
      if (typeof message === "string") socket.sendStr(message);
      else socket.sendBytes(message);
      if (!socket.closed) sent++;
    }
    return sent;
  }

  #end(): void {
    // One that failed is told to those who wait in join().
    this.#subscription?.then((end) => end()).catch(() => {});
    this.#subscription = null;
  }
}
