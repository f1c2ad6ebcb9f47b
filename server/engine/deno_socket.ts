// The port over `Deno.upgradeWebSocket`, and its limits in Deno 2.9.6:
// - Only `idleTimeout` sends pings, after half of it in silence, behind unsent data: for a peer that
//   does not read, this file checks itself.
// - A connection cannot be dropped. After `close()` the platform ends it at the peer's next data or
//   when TCP gives up, and keeps only unsent data until then.
// - While closing, a message from the peer ends the connection before its close frame is read.
import type { SocketEvents, SocketPort } from "../../http/websocket/port.ts";
import { WebSocketProtocolError, WebSocketTimeoutError } from "../../http/websocket/errors.ts";
import { WSCloseCode } from "../../http/websocket/message.ts";

/** Platform errors of the connection; all others are protocol violations of the peer. */
const DROPPED = /Unexpected EOF|os error|closed|reset|broken pipe/i;

/** The port of an upgraded socket; a ping follows `heartbeat` ms of silence, 0 for never. */
export function denoSocket(socket: WebSocket, events: SocketEvents, heartbeat: number): SocketPort {
  let sentCode: number | null = null;
  let failure: Error | null = null;
  let sent = 0;
  let watch: ReturnType<typeof setTimeout> | undefined;

  const detach = (): void => {
    clearTimeout(watch);
    Object.assign(socket, { onopen: null, onmessage: null, onerror: null, onclose: null });
  };
  const fail = (error: Error, code: number): void => {
    detach();
    events.onFail(error, code);
  };
  // Checks twice within the allowed time for a dead peer, only while bytes are unsent.
  const look = (progress: number, since: number): void => {
    const waits = socket.bufferedAmount;
    watch = undefined;
    if (waits === 0 || socket.readyState !== WebSocket.OPEN) return;
    const now = performance.now();
    const moved = sent - waits;
    if (moved === progress && now - since >= heartbeat * 1.5 - 1) {
      fail(noPong(heartbeat), WSCloseCode.ABNORMAL_CLOSURE);
      return socket.close(WSCloseCode.GOING_AWAY, "no pong");
    }
    watch = setTimeout(look, heartbeat / 4, moved, moved === progress ? since : now);
  };

  socket.binaryType = "arraybuffer";
  socket.onopen = () => events.onOpen();
  socket.onmessage = ({ data }) =>
    events.onMessage(typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer));
  socket.onerror = (event) => {
    const text = event instanceof ErrorEvent ? event.message : "";
    if (text === "No response from ping frame.") {
      return fail(noPong(heartbeat), WSCloseCode.ABNORMAL_CLOSURE);
    }
    const cause: unknown = event instanceof ErrorEvent ? event.error : undefined;
    if (text === "" || DROPPED.test(text)) {
      failure = new Error(`WebSocket connection lost: ${text || "no reason given"}`, { cause });
      // If the upgrade itself failed, no close event follows.
      if (socket.readyState === WebSocket.CONNECTING) {
        detach();
        events.onClose(null, "", failure);
      }
      return;
    }
    const code = /utf-?8/i.test(text) ? WSCloseCode.INVALID_TEXT : WSCloseCode.PROTOCOL_ERROR;
    fail(new WebSocketProtocolError(`WebSocket protocol error: ${text}`, code, { cause }), code);
  };
  socket.onclose = (event) => {
    detach();
    if (event.wasClean) return events.onClose(event.code, event.reason, null);
    events.onClose(failure === null ? sentCode : null, "", failure);
  };

  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send(data) {
      socket.send(data);
      sent += typeof data === "string" ? data.length : data.byteLength;
      if (heartbeat > 0) watch ??= setTimeout(look, heartbeat / 4, -1, performance.now());
    },
    close(code, reason) {
      sentCode = code;
      clearTimeout(watch);
      closeWith(socket, code, reason);
    },
    terminate() {
      detach();
      if (socket.readyState === WebSocket.OPEN) socket.close();
    },
  };
}

function noPong(heartbeat: number): WebSocketTimeoutError {
  const limit = heartbeat / 2;
  return new WebSocketTimeoutError(`No PONG received after ${limit} ms`, limit);
}

function closeWith(socket: WebSocket, code: number, reason: string): void {
  const text = reason.slice(0, 123); // a limit's message may be too long for a frame; it is ASCII
  try {
    socket.close(code, text);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    // A platform that only sends 1000 and 3000 to 4999 gets 4009 for 1009.
    socket.close(3000 + code, text);
  }
}
