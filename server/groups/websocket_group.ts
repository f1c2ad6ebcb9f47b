import { OptionTable } from "../../http/options.ts";
import { type WebSocketBase, whenClosed } from "../../http/websocket/socket.ts";
import { WSCloseCode } from "../../http/websocket/message.ts";
import type { Handler } from "../request/middleware.ts";
import { webSocket } from "../websocket/handler.ts";
import type { GroupMessage } from "./group_broker.ts";
import { GROUP_KINDS, type GroupOptions, type JoinOptions, Room } from "./room.ts";

/** Options of {@linkcode WebSocketGroup}. */
export interface WebSocketGroupOptions extends GroupOptions {
  /** Number of the last messages that a new member gets first. @default {0} */
  readonly history?: number;
  /** Closes a slow member with 1013 at its `maxBuffered`, or skips messages. @default {"close"} */
  readonly slowPeer?: "close" | "skip";
  /** With `skip`: unsent bytes from which on a member gets no messages. @default {262144} */
  readonly maxBuffered?: number;
}

const WEB_SOCKET_GROUP_OPTIONS = new OptionTable<WebSocketGroupOptions>({
  ...GROUP_KINDS,
  slowPeer: "a string",
  maxBuffered: "a number",
});

/**
 * WebSockets that get the same messages: a chat room, a topic. A closed member leaves by itself.
 * @example
 * ```ts
 * import { web, WSMsgType } from "@roundtrip/http";
 *
 * const room = new web.WebSocketGroup({ history: 20, presence: true });
 * const chat = web.webSocket(async (socket) => {
 *   await room.join(socket, { as: "ann" }); // and gets the last 20 messages
 *   for await (const message of socket) {
 *     if (message.type === WSMsgType.TEXT) await room.send(message.data);
 *   }
 * });
 * console.assert(room.size === 0 && (await room.present()).length === 0);
 * ```
 */
export class WebSocketGroup {
  readonly #room: Room<WebSocketBase>;

  /** Creates one. @throws {TypeError} If the broker lacks what `history` or `presence` need. */
  constructor(options: WebSocketGroupOptions = {}) {
    WEB_SOCKET_GROUP_OPTIONS.check("new web.WebSocketGroup", options);
    const { slowPeer, maxBuffered = 256 * 1024 } = options;
    this.#room = new Room("new web.WebSocketGroup", options, (socket, message) => {
      if (slowPeer === "skip" && socket.bufferedAmount > maxBuffered) return false;
      // A failed member leaves by itself; its handler gets the error.
      if (typeof message === "string") socket.sendStr(message);
      else socket.sendBytes(message);
      return !socket.closed;
    });
  }

  /** Members of this process. */
  get size(): number {
    return this.#room.size;
  }

  /**
   * Adds a member, unless present. The promise resolves when the membership is active: then the
   * member has got the history, and gets every message of any process.
   * @throws {TypeError} If it is not prepared, or has a name in a group without `presence`.
   * @throws {Error} The broker's error; the socket is not added.
   */
  async join(socket: WebSocketBase, options: JoinOptions = {}): Promise<void> {
    const closed = whenClosed(socket);
    if (!socket.closed) await this.#room.join(socket, closed, options, null);
  }

  /** Creates a handler whose clients are members until they close; what they send is dropped. */
  handler(): Handler {
    return webSocket(async (socket) => {
      await this.join(socket);
      for await (const _ of socket);
    });
  }

  /** Removes a member. */
  leave(socket: WebSocketBase): boolean {
    return this.#room.leave(socket);
  }

  /**
   * Sends a message to all members in all processes; it does not wait for them.
   * @returns Number of local members it was sent to; 0 with a broker, which delivers it.
   * @throws {TypeError} If it is not text or bytes.
   * @throws {Error} The broker's error: the message is not known to be delivered.
   */
  async send(message: GroupMessage): Promise<number> {
    if (typeof message !== "string" && !(message instanceof Uint8Array)) {
      throw new TypeError(`Cannot send to the group: expected text or a Uint8Array`);
    }
    return await this.#room.publish(message);
  }

  /** Sends a value as JSON text to all members. */
  async sendJson(value: unknown): Promise<number> {
    return await this.send(JSON.stringify(value));
  }

  /** Lists the names given to `join()` in all processes. @throws {TypeError} Without `presence`. */
  present(): Promise<string[]> {
    return this.#room.present();
  }

  /** Closes all members of this process and waits for it; the reason has up to 123 bytes. */
  async close(code: number = WSCloseCode.GOING_AWAY, reason = ""): Promise<void> {
    const { members } = this.#room;
    for (const socket of members) this.#room.leave(socket);
    await Promise.all(members.map((socket) => socket.close(code, reason)));
  }
}
