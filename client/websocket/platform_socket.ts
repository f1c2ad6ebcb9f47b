// WebSockets over the platform's `WebSocket`, for transports without sockets. It supports headers
// and subprotocols, but not the response of a refusal, pings, redirects, or close codes other than
// 1000 and 3000 to 4999.
import { asError } from "../../http/as_error.ts";
import { NotSupportedError } from "../../http/not_supported_error.ts";
import type { WebSocketChannel } from "../../http/websocket/channel.ts";
import type { SocketPort } from "../../http/websocket/port.ts";
import { ClientConnectionError } from "../errors/connection_errors.ts";
import { endedBy } from "../hop/hop_abort.ts";
import { storedResult } from "../hop/hop_result.ts";
import type { ClientMiddleware } from "../hop/middleware.ts";
import type { HopRequest, HopResult, Transport } from "../hop/transport.ts";
import type { SessionDefaults } from "../request/options.ts";
import { sender } from "../request/send_hop.ts";
import type { Opening } from "./opening.ts";
import type { ResolvedWebSocket } from "./options.ts";
import { deferred } from "../../http/since_node_20.ts";

/** Opens a socket as a transport, so that the session's headers and cookies are sent. */
export class PlatformSocket implements Opening, Transport {
  readonly middlewares: readonly ClientMiddleware[];
  readonly #protocols: readonly string[];
  readonly #channel: WebSocketChannel;
  #socket: WebSocket | null = null;

  /**
   * Creates one.
   * @throws {NotSupportedError} If the platform would ignore an option.
   */
  constructor(defaults: SessionDefaults, options: ResolvedWebSocket, channel: WebSocketChannel) {
    check(defaults, options);
    this.#protocols = options.protocols;
    this.#channel = channel;
    this.middlewares = [sender(defaults, this)];
  }

  async send({ url, headers, signal, observer }: HopRequest): Promise<HopResult> {
    // Deno, Node and Bun accept headers in place of the subprotocols.
    const options = { protocols: this.#protocols, headers: Object.fromEntries(headers) };
    const socket = new WebSocket(url.replace(/^http/, "ws"), options as unknown as string[]);
    const { promise, resolve, reject } = deferred<void>();
    const onAbort = (): void => {
      reject(asError(signal.reason));
      socket.close();
    };
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#channel.onOpen();
      resolve();
    };
    socket.onmessage = ({ data }) =>
      this.#channel.onMessage(typeof data === "string" ? data : new Uint8Array(data));
    socket.onerror = (event) => {
      const why = (event instanceof ErrorEvent ? event.message : "") || "it was refused";
      reject(new ClientConnectionError(`Cannot open a WebSocket at ${url}: ${why}`));
    };
    socket.onclose = ({ code, reason, wasClean }) => {
      reject(new ClientConnectionError(`Cannot open a WebSocket at ${url}: it was closed`));
      if (wasClean) return this.#channel.onClose(code, reason, null);
      const lost = new Error("WebSocket connection lost: closed without a close frame");
      this.#channel.onClose(null, "", lost);
    };
    await endedBy(signal, onAbort, () => promise);
    observer?.connected();
    this.#socket = socket;
    const { protocol } = socket;
    return storedResult({
      status: 101,
      reason: "Switching Protocols",
      headers: new Headers(protocol === "" ? [] : [["sec-websocket-protocol", protocol]]),
    }, null);
  }

  finish(): Promise<{ readonly port: SocketPort; readonly compress: boolean }> {
    const socket = this.#socket;
    if (socket === null) {
      const error = new ClientConnectionError("Cannot open a WebSocket: a middleware answered it");
      return Promise.reject(error);
    }
    this.#socket = null;
    const port: SocketPort = {
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send: (data) => socket.send(data),
      // The platform allows only these codes; 4009 stands for 1009.
      close: (code, reason) =>
        socket.close(code === 1000 || code >= 3000 ? code : 3000 + code, reason.slice(0, 123)),
      terminate() {
        socket.onmessage = socket.onerror = socket.onclose = null;
        socket.close();
      },
    };
    return Promise.resolve({ port, compress: socket.extensions !== "" });
  }

  /** Closes a socket that was not used. */
  close(): void {
    this.#socket?.close();
    this.#socket = null;
  }
}

function check({ connector, proxy }: SessionDefaults, options: ResolvedWebSocket): void {
  const { heartbeat, autoping, windowBits, tls } = options;
  const asked = {
    heartbeat: heartbeat > 0,
    "autoping: false": !autoping,
    compress: windowBits > 0,
    "certificates of its own": (tls ?? connector.caCerts ?? connector.cert ?? null) !== null,
    localAddress: connector.localAddress !== undefined,
    proxy: proxy !== null,
  };
  for (const [name, isAsked] of Object.entries(asked)) {
    if (!isAsked) continue;
    const why = "the platform's WebSocket has none of it; a session over sockets has";
    throw new NotSupportedError(`A WebSocket with ${name}`, why);
  }
}
