import { OptionTable } from "../../http/options.ts";
import { type WebSocketBase, whenClosed } from "../../http/websocket/socket.ts";
import { WSCloseCode } from "../../http/websocket/message.ts";

/** A message of a group: text, or bytes for a binary message. */
export type GroupMessage = string | Uint8Array<ArrayBuffer>;

/** Carries a group's messages between processes. The default stays within the process. */
export interface GroupBroker {
  /** Delivers a message to every subscriber of the group in all processes, including this one. */
  publish(group: string, message: GroupMessage): void | Promise<void>;
  /**
   * Subscribes to a group.
   * @param group Name of the group.
   * @param deliver Called with each message, in the broker's order.
   * @returns Ends the subscription; a promise if subscribing takes time.
   */
  subscribe(
    group: string,
    deliver: (message: GroupMessage) => void,
  ): (() => unknown) | Promise<() => unknown>;
}

/**
 * Policy for a member that reads too slowly: `close` closes its socket with 1013 at the socket's
 * own `maxBuffered`, `skip` drops messages for it.
 */
export type SlowPeerPolicy = "close" | "skip";

/** Options of {@linkcode WebSocketGroup}. */
export interface WebSocketGroupOptions {
  /** Name of the group at the broker. @default {"default"} */
  readonly name?: string;
  /** Broker between processes. @default this process only */
  readonly broker?: GroupBroker;
  /** Policy for a member that reads too slowly. @default {"close"} */
  readonly slowPeer?: SlowPeerPolicy;
  /**
   * With `skip`: number of unsent bytes from which on messages for a member are dropped.
   * @default {262144}
   */
  readonly maxBuffered?: number;
}

const WEB_SOCKET_GROUP_OPTIONS = new OptionTable<WebSocketGroupOptions>({
  name: "a string",
  broker: "an object",
  slowPeer: "a string",
  maxBuffered: "a number",
});

/**
 * WebSockets that get the same messages: a chat room, a topic. A closed member leaves by itself.
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
   * Adds a member, unless present. The promise resolves when the membership is active: then the
   * member gets every message of any process.
   * @param socket A prepared WebSocket.
   * @throws {TypeError} If it is not prepared.
   * @throws {Error} The broker's error; the socket is not added.
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

  /** Removes a member. */
  leave(socket: WebSocketBase): boolean {
    const was = this.#members.delete(socket);
    if (this.#members.size === 0) this.#end();
    return was;
  }

  /**
   * Sends a message to all members, in all processes that share the broker. It does not wait: slow
   * members are handled by the group's policy.
   * @param message Text, or bytes for a binary message.
   * @returns Number of local members it was sent to; 0 with a broker, which delivers it.
   * @throws {TypeError} If it is not text or bytes.
   */
  async send(message: GroupMessage): Promise<number> {
    if (typeof message !== "string" && !(message instanceof Uint8Array)) {
      throw new TypeError(`Cannot send to the group: expected text or a Uint8Array`);
    }
    if (this.#broker === null) return this.#deliver(message);
    await this.#broker.publish(this.#name, message);
    return 0;
  }

  /** Sends a value as JSON text to all members. */
  async sendJson(value: unknown): Promise<number> {
    return await this.send(JSON.stringify(value));
  }

  /**
   * Closes all members of this process and waits until they have closed.
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
      // A failed member leaves by itself; its handler gets the error.
      if (typeof message === "string") socket.sendStr(message);
      else socket.sendBytes(message);
      if (!socket.closed) sent++;
    }
    return sent;
  }

  #end(): void {
    // Errors are reported to callers of join().
    this.#subscription?.then((end) => end()).catch(() => {});
    this.#subscription = null;
  }
}
