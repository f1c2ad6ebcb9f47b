/**
 * A WebSocket as a handler's response.
 * @module
 */
import { WebSocketChannel, type WSMessage } from "../http/websocket_channel.ts";
import { HTTPBadRequest } from "./http_client_errors.ts";
import type { EarlyAnswer, ServerRequest } from "./request.ts";

/** What {@linkcode WebSocketResponse} takes. */
export interface WebSocketOptions {
  /** Subprotocols this server speaks; the first one of the client's that is among them is chosen. */
  readonly protocols?: readonly string[];
  /** Most messages that may wait to be received; the socket is closed beyond. @default {1024} */
  readonly maxQueue?: number;
}

/**
 * Upgrades a request to a WebSocket: `prepare()` answers, then receive and send until it closes.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/ws", async (request) => {
 *   const socket = new web.WebSocketResponse();
 *   await socket.prepare(request);
 *   for await (const message of socket) {
 *     if (message.type === web.WSMsgType.TEXT) await socket.sendStr(`${message.data}/answer`);
 *   }
 *   return socket;
 * })]);
 * ```
 */
export class WebSocketResponse implements EarlyAnswer, AsyncIterable<WSMessage> {
  readonly #options: WebSocketOptions;
  #response: Response | null = null;
  #channel: WebSocketChannel | null = null;

  /**
   * Creates one.
   *
   * @param options Subprotocols and limits.
   */
  constructor(options: WebSocketOptions = {}) {
    this.#options = options;
  }

  /** Whether `prepare()` was called. */
  get prepared(): boolean {
    return this.#channel !== null;
  }

  /** The platform's response to the upgrade. */
  get response(): Response {
    if (this.#response === null) throw new TypeError("Call prepare() first");
    return this.#response;
  }

  /** Whether the socket is closing or has closed. */
  get closed(): boolean {
    return this.#open().closed;
  }

  /** Code the socket closed with, `null` while it is open. */
  get closeCode(): number | null {
    return this.#open().closeCode;
  }

  /** Subprotocol that was chosen, an empty string without one. */
  get protocol(): string {
    return this.#open().protocol;
  }

  /**
   * Answers the handshake; from here on the handler talks to the client.
   *
   * @param request The request to upgrade.
   * @throws {HTTPBadRequest} If it asks for no WebSocket.
   */
  async prepare<Params>(request: ServerRequest<Params>): Promise<void> {
    if (this.#channel !== null) {
      throw new TypeError("Cannot prepare: this WebSocket is prepared already");
    }
    checkHandshake(request.headers);
    const protocol = chooseProtocol(request.headers, this.#options.protocols ?? []);
    const { socket, response } = Deno.upgradeWebSocket(
      request.raw,
      protocol === undefined ? {} : { protocol },
    );
    this.#response = response;
    this.#channel = new WebSocketChannel(socket, this.#options.maxQueue ?? 1024);
    request.answerEarly(this);
    await this.#channel.opened;
  }

  /**
   * Waits for the next message.
   *
   * @returns The message; of type `CLOSED` once there will be no more.
   */
  receive(): Promise<WSMessage> {
    return this.#open().receive();
  }

  /**
   * Sends a text message.
   *
   * @param text The message.
   */
  async sendStr(text: string): Promise<void> {
    if (typeof text !== "string") {
      throw new TypeError(`Cannot send text: expected a string, got ${typeof text}`);
    }
    await this.#open().send(text);
  }

  /**
   * Sends a binary message.
   *
   * @param bytes The message.
   */
  async sendBytes(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (!ArrayBuffer.isView(bytes)) {
      throw new TypeError(`Cannot send bytes: expected a Uint8Array, got ${typeof bytes}`);
    }
    await this.#open().send(bytes);
  }

  /**
   * Sends a value as JSON text.
   *
   * @param value What to send.
   */
  async sendJson(value: unknown): Promise<void> {
    await this.sendStr(JSON.stringify(value));
  }

  /**
   * Closes the socket and waits until it has closed.
   *
   * @param code Close code: 1000 or 3000 to 4999, the platform sends no other.
   * @param reason Up to 123 bytes of text.
   * @returns `false` if it was closing already.
   */
  close(code = 1000, reason = ""): Promise<boolean> {
    return this.#open().close(code, reason);
  }

  /**
   * Called when the handler is done: closes a socket that it left open.
   *
   * @param error What the handler threw, if it did.
   */
  async finish(error?: unknown): Promise<void> {
    // 1011 would say it better; Deno's server sockets send 1000 and 3000 to 4999 only.
    if (error === undefined) await this.close();
    else await this.close(4011, "internal error");
  }

  /**
   * Iterates over messages until the socket closes.
   *
   * @returns The iterator.
   */
  [Symbol.asyncIterator](): AsyncIterator<WSMessage> {
    return this.#open()[Symbol.asyncIterator]();
  }

  #open(): WebSocketChannel {
    if (this.#channel === null) throw new TypeError("Call prepare() first");
    return this.#channel;
  }
}

// RFC 6455 section 4.2.1; Deno.upgradeWebSocket itself checks neither version nor key.
function checkHandshake(headers: Headers): void {
  const upgrade = headers.get("upgrade");
  if (upgrade?.toLowerCase() !== "websocket") {
    throw new HTTPBadRequest({
      text: `No WebSocket UPGRADE hdr: ${upgrade}\n Can "Upgrade" only to "WebSocket".`,
    });
  }
  const connection = headers.get("connection");
  if (!connection?.toLowerCase().split(",").some((token) => token.trim() === "upgrade")) {
    throw new HTTPBadRequest({ text: `No CONNECTION upgrade hdr: ${connection}` });
  }
  const version = headers.get("sec-websocket-version");
  if (version !== "13") {
    throw new HTTPBadRequest({
      text: `Unsupported version: ${version}`,
      headers: { "sec-websocket-version": "13" },
    });
  }
  const key = headers.get("sec-websocket-key") ?? "";
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    throw new HTTPBadRequest({ text: `Handshake error: "${key}" is no Sec-WebSocket-Key` });
  }
}

function chooseProtocol(headers: Headers, known: readonly string[]): string | undefined {
  const offered = headers.get("sec-websocket-protocol")?.split(",") ?? [];
  return offered.map((each) => each.trim()).find((each) => known.includes(each));
}
