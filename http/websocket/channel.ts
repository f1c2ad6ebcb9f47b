import type { Bytes } from "../bytes/bytes.ts";
import { checkClose } from "./frames.ts";
import type { ChannelLimits } from "./limits.ts";
import type { SocketEvents, SocketPort } from "./port.ts";
import { WebSocketClosedError, WebSocketLimitError, WebSocketTimeoutError } from "./errors.ts";
import { WSCloseCode, type WSMessage, WSMsgType } from "./message.ts";
import { ReceiveQueue, toResult } from "./receive_queue.ts";
import { deferred } from "../since_node_20.ts";

const CONNECTING = 0, OPEN = 1, CLOSING = 2, CLOSED = 3;

const CLOSING_MESSAGE: WSMessage = { type: WSMsgType.CLOSING, data: null };
const CLOSED_MESSAGE: WSMessage = { type: WSMsgType.CLOSED, data: null };
const DONE = Promise.resolve();
const encoder = new TextEncoder();

// aiohttp's writer_limit: `send()` waits while more bytes than this are buffered.
const HIGH_WATER = 64 * 1024;
const UNREAD_TIME = 1000; // ms

/**
 * Queues received messages. A peer that sends faster than they are read is paused if the port can,
 * else closed with 1013; so is one that leaves `maxBuffered` bytes unread.
 */
export class WebSocketChannel implements SocketEvents {
  readonly #limits: ChannelLimits;
  #port: SocketPort | null = null;
  #state = CONNECTING;
  readonly #queue: ReceiveQueue;
  #isRead = false; // since the first receive()
  #unreadTimer: ReturnType<typeof setTimeout> | undefined;
  #paused = false;
  #peerClose: { readonly code: number; readonly answer: () => void } | null = null;
  #closeCode: number | null = null;
  #exception: Error | null = null;
  #closedReceives = 0;
  #unsent = 0; // approximate bytes to send; characters for texts, until the port reports
  #drained: PromiseWithResolvers<void> | null = null;
  #drainTimer: ReturnType<typeof setTimeout> | undefined;
  // Made when they are asked for: there may be many idle sockets.
  #opened: PromiseWithResolvers<void> | null = null;
  #closed: PromiseWithResolvers<void> | null = null;

  constructor(limits: ChannelLimits) {
    this.#limits = limits;
    this.#queue = new ReceiveQueue(limits.maxQueue);
  }

  attach(port: SocketPort): void {
    this.#port = port;
  }

  get closed(): boolean {
    return this.#state >= CLOSING;
  }

  get closeCode(): number | null {
    return this.#closeCode;
  }

  get exception(): Error | null {
    return this.#exception;
  }

  get bufferedAmount(): number {
    return this.#port?.bufferedAmount ?? 0;
  }

  /** Resolves when the handshake has succeeded or failed. */
  get opened(): Promise<void> {
    if (this.#state !== CONNECTING) return DONE;
    return (this.#opened ??= deferred<void>()).promise;
  }

  get ended(): Promise<void> {
    if (this.#state === CLOSED) return DONE;
    return (this.#closed ??= deferred<void>()).promise;
  }

  /** Waits for the next message, `CLOSED` after the last one. 0 ms means no timeout. */
  receive(timeout: number = this.#limits.receiveTimeout): Promise<WSMessage> {
    this.#isRead = true;
    if (this.#queue.isAwaited) {
      return Promise.reject(new TypeError("Concurrent call to receive() is not allowed"));
    }
    if (this.#queue.length > 0) return Promise.resolve(this.#shift());
    if (this.#state === CLOSED) return this.#receiveClosed();
    if (this.#state === CLOSING) return Promise.resolve(CLOSING_MESSAGE);
    return this.#queue.take(timeout);
  }

  /**
   * Next step of an iteration: `receive()`, one promise shorter, as Deno answers a close frame
   * while the handler works on the message before it, and an answer sent a moment later is lost.
   */
  next(): Promise<IteratorResult<WSMessage>> {
    this.#isRead = true;
    const free = !this.#queue.isAwaited;
    if (free && this.#queue.length > 0) return Promise.resolve(toResult(this.#shift()));
    return free && this.#state === OPEN && this.#limits.receiveTimeout <= 0
      ? this.#queue.next()
      : this.receive().then(toResult);
  }

  /** Sends one message, and waits while more than 64 KiB are unsent; the promise may be ignored. */
  send(data: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const port = this.#port;
    if (port === null || this.#state !== OPEN) return this.#refuse();
    if (this.#unsent > HIGH_WATER) {
      this.#unsent = port.bufferedAmount;
      if (this.#unsent > this.#limits.maxBuffered) {
        this.#fail(
          `Peer is too slow: ${this.#unsent} bytes wait to be sent, ` +
            `the limit is ${this.#limits.maxBuffered}`,
          WSCloseCode.TRY_AGAIN_LATER,
        );
        return this.#refuse();
      }
    }
    port.send(data);
    this.#unsent += data.length;
    return this.#unsent > HIGH_WATER ? this.#drain() : DONE;
  }

  /** Closes the socket and waits until it has closed; `false` if it was already closing. */
  async close(code: number, reason: string): Promise<boolean> {
    checkClose(code, reason);
    if (this.#state === CONNECTING) await this.opened;
    const port = this.#port;
    if (this.#state !== OPEN || port === null) return false;
    const peer = this.#peerClose;
    if (peer !== null) {
      port.close(code, reason);
      this.#end(peer.code, null);
      return true;
    }
    this.#state = CLOSING;
    this.#queue.clear();
    this.#wake(CLOSING_MESSAGE);
    // The peer's close frame follows the messages it has sent.
    if (this.#paused) port.resume?.();
    port.close(code, reason);
    const { closeTimeout } = this.#limits;
    const timer = setTimeout(() => {
      port.terminate();
      const late = `No close frame received after ${closeTimeout} ms`;
      this.onClose(null, "", new WebSocketTimeoutError(late, closeTimeout));
    }, closeTimeout);
    await this.ended;
    clearTimeout(timer);
    return true;
  }

  onOpen(): void {
    if (this.#state === CONNECTING) this.#state = OPEN;
    this.#opened?.resolve();
    this.#opened = null;
  }

  onMessage(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#state !== OPEN || this.#peerClose !== null) return;
    const max = this.#limits.maxMsgSize;
    const isText = typeof data === "string";
    // A character has at most three bytes in UTF-8.
    const isLong = isText && max > 0 && data.length * 3 >= max;
    const size = isLong ? encoder.encode(data).length : data.length;
    if (max > 0 && size >= max) {
      return this.#fail(`Message size ${size} exceeds limit ${max}`, WSCloseCode.MESSAGE_TOO_BIG);
    }
    this.#push(isText ? { type: WSMsgType.TEXT, data } : { type: WSMsgType.BINARY, data }, size);
  }

  onControl(type: typeof WSMsgType.PING | typeof WSMsgType.PONG, data: Bytes): void {
    if (this.#state === OPEN) this.#push({ type, data }, data.byteLength);
  }

  onFail(error: Error, code: number): void {
    if (this.#state === CLOSED) return;
    const wasClosing = this.#state === CLOSING;
    this.#end(code, error);
    if (!wasClosing) this.#queue.put({ type: WSMsgType.ERROR, data: error }, 0);
    this.#wake(CLOSED_MESSAGE);
  }

  /** Answers the frame when it is received here, or soon if only sending is used. */
  onPeerClose(code: number, reason: string, answer: () => void): void {
    if (this.#state !== OPEN || this.#peerClose !== null) return answer();
    this.#peerClose = { code, answer };
    const message: WSMessage = { type: WSMsgType.CLOSE, data: code, extra: reason };
    if (this.#queue.put(message, 0)) return this.#answerClose();
    if (this.#isRead) return;
    this.#unreadTimer = setTimeout(() => this.#isRead || this.#answerClose(), UNREAD_TIME);
  }

  #answerClose(): void {
    const peer = this.#peerClose;
    if (peer === null || this.#limits.autoclose === false) return;
    peer.answer();
    if (this.#state !== CLOSED) this.#end(peer.code, null);
  }

  onClose(code: number | null, reason: string, error: Error | null): void {
    if (this.#state === CLOSED) return;
    const wasClosing = this.#state === CLOSING;
    this.#end(this.#peerClose?.code ?? code ?? WSCloseCode.ABNORMAL_CLOSURE, error);
    if (code !== null && !wasClosing && this.#peerClose === null) {
      this.#queue.put({ type: WSMsgType.CLOSE, data: code, extra: reason }, 0);
    }
    this.#wake(CLOSED_MESSAGE);
  }

  /** Exceeding a limit of this side: the reader gets an error, the peer a close frame. */
  #fail(text: string, code: number): void {
    const port = this.#port;
    this.onFail(new WebSocketLimitError(text, code), code);
    port?.close(code, text);
  }

  #end(code: number, error: Error | null): void {
    this.#state = CLOSED;
    this.#closeCode = code;
    this.#exception = error;
    this.#opened?.resolve();
    this.#closed?.resolve();
    clearTimeout(this.#drainTimer);
    clearTimeout(this.#unreadTimer);
    this.#drained?.reject(closedError());
    this.#drained = null;
  }

  #push(message: WSMessage, size: number): void {
    const full = this.#queue.isFull(size);
    if (full && this.#port?.pause === undefined) {
      const text = `Receive queue is full: ${this.#queue.length} messages wait to be received`;
      return this.#fail(text, WSCloseCode.TRY_AGAIN_LATER);
    }
    this.#queue.put(message, size);
    if (!full) return;
    this.#port?.pause?.();
    this.#paused = true;
  }

  #wake(message: WSMessage): void {
    if (this.#queue.isAwaited) this.#queue.put(message, 0);
  }

  #shift(): WSMessage {
    const message = this.#queue.shift() ?? CLOSED_MESSAGE;
    if (this.#paused && this.#queue.hasRoom) {
      this.#paused = false;
      this.#port?.resume?.();
    }
    if (message.type === WSMsgType.CLOSE) this.#answerClose();
    return message;
  }

  #receiveClosed(): Promise<WSMessage> {
    const limit = this.#limits.closedReceives;
    if (limit > 0 && ++this.#closedReceives >= limit) {
      return Promise.reject(new WebSocketClosedError("WebSocket connection is closed"));
    }
    return Promise.resolve(CLOSED_MESSAGE);
  }

  #refuse(): Promise<void> {
    const refused = Promise.reject(closedError(this.#exception));
    refused.catch(() => {});
    return refused;
  }

  /** Platforms do not report an empty buffer, so it is polled, less and less often. */
  #drain(): Promise<void> {
    if (this.#drained !== null) return this.#drained.promise;
    const drained = deferred<void>();
    drained.promise.catch(() => {});
    const check = (delay: number): void => {
      this.#unsent = this.#port?.bufferedAmount ?? 0;
      if (this.#unsent > HIGH_WATER) {
        this.#drainTimer = setTimeout(check, delay, Math.min(delay * 2 + 1, 16));
        return;
      }
      this.#drained = null;
      drained.resolve();
    };
    this.#drained = drained;
    check(0);
    return drained.promise;
  }
}

function closedError(cause: Error | null = null): WebSocketClosedError {
  return new WebSocketClosedError(
    "Cannot write to closing transport",
    cause === null ? undefined : { cause },
  );
}
