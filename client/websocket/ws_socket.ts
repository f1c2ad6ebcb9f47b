/**
 * The port over a socket of `npm:ws`.
 * @module
 */
import type { SocketEvents, SocketPort } from "../../http/websocket/port.ts";
import { WebSocketLimitError, WebSocketProtocolError } from "../../http/websocket/errors.ts";
import { WSCloseCode, WSMsgType } from "../../http/websocket/message.ts";
import { type Heartbeat, startHeartbeat } from "./ws_heartbeat.ts";
import type { WsReply, WsSocket } from "./ws_library.ts";

/** How a port behaves. */
export interface WsPortOptions {
  /** Silence after which the server is tried, in ms; 0 for never. */
  readonly heartbeat: number;
  /** Whether pings and pongs stay hidden. */
  readonly autoping: boolean;
  /** Whether messages may be compressed. */
  readonly compress: unknown;
  /** First size of a message that is too big. */
  readonly maxMsgSize: number;
}

/**
 * Makes a port of a socket that is about to open.
 *
 * @param socket The socket.
 * @param connection What the handshake's reply came by.
 * @param events What is told.
 * @param options How it behaves.
 * @returns The port.
 */
export function wsSocket(
  socket: WsSocket,
  connection: WsReply["socket"],
  events: SocketEvents,
  options: WsPortOptions,
): SocketPort {
  // A byte order mark is a part of the message.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const { heartbeat } = options;
  let failure: Error | null = null;
  let beat: Heartbeat | null = null;

  const letGo = (): void => {
    beat?.stop();
    socket.removeAllListeners();
    socket.on("error", () => {}); // one without a listener would end the program
    socket.terminate();
  };
  if (heartbeat > 0) {
    beat = startHeartbeat({
      interval: heartbeat,
      bytesRead: () => connection.bytesRead,
      ping: () => socket.ping(),
      die(error) {
        letGo();
        events.onFail(error, WSCloseCode.ABNORMAL_CLOSURE);
      },
    });
  }

  socket.binaryType = "arraybuffer";
  socket.on("message", (data, isBinary) => {
    events.onMessage(
      isBinary
        ? new Uint8Array(data as ArrayBuffer)
        : decoder.decode(data as Uint8Array<ArrayBuffer>),
    );
  });
  if (!options.autoping) {
    socket.on("ping", (data) => events.onControl(WSMsgType.PING, Uint8Array.from(data)));
    socket.on("pong", (data) => events.onControl(WSMsgType.PONG, Uint8Array.from(data)));
  }
  socket.on("error", (error) => {
    failure = error;
    const fault = faultOf(error, options.maxMsgSize);
    // ws sends the close frame that names the fault by itself.
    if (fault !== null) events.onFail(fault, fault.code);
  });
  socket.on("close", (code, reason) => {
    beat?.stop();
    if (code !== WSCloseCode.ABNORMAL_CLOSURE) {
      return events.onClose(code, decoder.decode(reason as Uint8Array<ArrayBuffer>), null);
    }
    const lost = new Error(
      `WebSocket connection lost: ${failure?.message ?? "closed without a close frame"}`,
      failure === null ? undefined : { cause: failure },
    );
    events.onClose(null, "", lost);
  });

  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send(data) {
      const binary = typeof data !== "string";
      // Compression looks at the bytes later, when the caller may have written over them.
      socket.send(binary && options.compress ? data.slice() : data, { binary });
    },
    close(code, reason) {
      socket.close(code, reason.slice(0, 123));
    },
    terminate: letGo,
    pause() {
      beat?.pause();
      socket.pause();
    },
    resume() {
      socket.resume();
      beat?.resume();
    },
  };
}

/** Tells the server's faults, which `ws` names by code, from a connection that broke. */
function faultOf(
  error: Error & { code?: string },
  maxMsgSize: number,
): WebSocketProtocolError | WebSocketLimitError | null {
  const { code = "" } = error;
  if (!code.startsWith("WS_ERR_")) return null;
  switch (code) {
    case "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH":
    case "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH":
      return new WebSocketLimitError(
        `Message size exceeds limit ${maxMsgSize}`,
        WSCloseCode.MESSAGE_TOO_BIG,
      );
    case "WS_ERR_TOO_MANY_BUFFERED_PARTS":
      return new WebSocketLimitError(
        "Message has too many fragments",
        WSCloseCode.POLICY_VIOLATION,
      );
  }
  const fault = code === "WS_ERR_INVALID_UTF8"
    ? WSCloseCode.INVALID_TEXT
    : WSCloseCode.PROTOCOL_ERROR;
  return new WebSocketProtocolError(`WebSocket protocol error: ${error.message}`, fault, {
    cause: error,
  });
}
