// WebSocket over a byte connection: frames, pings, compression and the closing handshake.
import { asError } from "../as_error.ts";
import type { ByteStream } from "../bytes/byte_stream.ts";
import { type DeflateSide, MessageDeflate } from "./deflate.ts";
import {
  WebSocketLimitError,
  WebSocketProtocolError,
  type WebSocketTimeoutError,
} from "./errors.ts";
import { FrameWriter } from "./frame_writer.ts";
import { type FrameEvents, FrameReader } from "./frame_reader.ts";
import { closePayload, decodeText, readClose } from "./frames.ts";
import type { SocketLimits } from "./limits.ts";
import { WSCloseCode, WSMsgType } from "./message.ts";
import { PeerWatch, type WatchedSocket } from "./peer_watch.ts";
import { ReadBuffer } from "./read_buffer.ts";
import { StepQueue } from "./step_queue.ts";
import type { SocketEvents, SocketPort } from "./port.ts";
import { deferred } from "../since_node_20.ts";

export interface FrameSocketOptions
  extends Pick<SocketLimits, "maxMsgSize" | "heartbeat" | "closeTimeout"> {
  /** Role: clients mask their frames, servers close the connection first. */
  readonly role: "client" | "server";
  /** Whether pings are answered automatically and pings and pongs are hidden. */
  readonly autoping: boolean;
  readonly deflate: { readonly own: DeflateSide; readonly peer: DeflateSide } | null;
}

const COMPRESSED = 0x40, DRAIN_READ = 4096;
// With more unsent pongs than this, reading pauses until the peer reads them.
const MAX_UNSENT_PONGS = 16 * 1024;
// Compression makes smaller messages longer, or gains nothing.
const MIN_COMPRESSED = 32;
// Bytes that a peer may still send after a fault before the connection is cut.
const DRAINED_BYTES = 256 * 1024, DRAIN_TIME = 1000;
const encoder = new TextEncoder();
const { run } = StepQueue;

export class FrameSocket implements SocketPort, FrameEvents, WatchedSocket {
  readonly #stream: ByteStream;
  readonly #events: SocketEvents;
  readonly #options: FrameSocketOptions;
  readonly #reader: FrameReader;
  #lazyWriter: FrameWriter | null = null;
  readonly #deflate: MessageDeflate | null;
  /** Called once when the connection is closed. */
  onEnd: (() => void) | null = null;
  // Only compression takes time.
  readonly #sending: StepQueue | null;
  readonly #receiving: StepQueue | null;
  #compressing = 0; // bytes being compressed
  #resumed: PromiseWithResolvers<void> | null = null;
  #closeSent = false;
  #closeReceived = false;
  #ended = false;
  readonly #watch: PeerWatch;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  /** Takes over a connection, which is used from `start()` on. */
  constructor(stream: ByteStream, events: SocketEvents, options: FrameSocketOptions) {
    this.#stream = stream;
    this.#events = events;
    this.#options = options;
    const { deflate, maxMsgSize, role } = options;
    const rules = { masked: role === "server", compressed: deflate !== null, maxMsgSize };
    this.#reader = new FrameReader(rules, this);
    this.#deflate = deflate === null ? null : new MessageDeflate(deflate.own, deflate.peer);
    this.#sending = deflate === null ? null : new StepQueue((error) => this.#lose(error));
    this.#receiving = deflate === null ? null : new StepQueue((error) => this.#fail(error));
    this.#watch = new PeerWatch(options, this);
  }

  /** Made for the first frame: most of many sockets are idle. */
  get writer(): FrameWriter {
    return this.#lazyWriter ??= new FrameWriter(
      this.#stream,
      this.#options.role === "client",
      (error) => this.#lose(error),
    );
  }

  die(error: WebSocketTimeoutError): void {
    this.#end();
    this.#events.onFail(error, WSCloseCode.ABNORMAL_CLOSURE);
  }

  /** Starts reading, first the bytes received after the handshake. */
  start(rest: Uint8Array<ArrayBuffer>): void {
    this.#watch.start();
    this.#events.onOpen();
    // Deferred: the channel may have to answer, and gets this socket only then.
    queueMicrotask(() => void this.#read(rest));
  }

  get bufferedAmount(): number {
    return (this.#lazyWriter?.size ?? 0) + this.#compressing;
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    const opcode = typeof data === "string" ? WSMsgType.TEXT : WSMsgType.BINARY;
    if (this.#closeSent || this.#ended) return;
    const deflate = this.#deflate;
    const isShort = data.length < MIN_COMPRESSED && this.#sending?.pending === null;
    if (deflate === null || isShort) {
      this.writer.add(opcode, data);
      return this.#watch.sent();
    }
    // The caller may overwrite the bytes before they are compressed.
    const bytes = typeof data === "string" ? encoder.encode(data) : data.slice();
    this.#compressing += bytes.length;
    run(this.#sending, async () => {
      if (bytes.length < MIN_COMPRESSED) this.writer.add(opcode, bytes);
      else this.writer.add(opcode, await deflate.compress(bytes), COMPRESSED);
      this.#compressing -= bytes.length;
      this.#watch.sent();
    });
  }

  ping(payload: Uint8Array): void {
    this.#control(WSMsgType.PING, payload);
  }

  pong(payload: Uint8Array): void {
    this.#control(WSMsgType.PONG, payload);
  }

  close(code: number, reason: string): void {
    if (this.#closeSent || this.#ended) return;
    const bytes = closePayload(code, reason);
    this.resume();
    run(this.#sending, () => this.writer.add(WSMsgType.CLOSE, bytes));
    this.#closeSent = true;
    if (this.#closeReceived) return void this.#finish();
    this.#deadline = setTimeout(() => this.#end(), this.#options.closeTimeout);
  }

  terminate(): void {
    this.#end();
  }

  pause(): void {
    this.#resumed ??= deferred<void>();
    this.#watch.pause(true);
  }

  resume(): void {
    this.#resumed?.resolve();
    this.#resumed = null;
    this.#watch.pause(false);
  }

  onText(text: string): void {
    // After a close frame only the peer's own counts (RFC 6455 section 1.4).
    if (!this.#closeReceived && !this.#ended) this.#events.onMessage(text);
  }

  onData(opcode: number, payload: Uint8Array<ArrayBuffer>, compressed: boolean): void {
    const deflate = compressed ? this.#deflate : null;
    const give = (bytes: Uint8Array<ArrayBuffer>): void =>
      this.#events.onMessage(opcode === WSMsgType.TEXT ? decodeText(bytes) : bytes);
    this.#inOrder(() =>
      deflate === null
        ? give(payload)
        : deflate.inflate(payload, this.#options.maxMsgSize).then(give)
    );
  }

  onControl(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
    if (opcode !== WSMsgType.CLOSE) return this.#inOrder(() => this.#pingOrPong(opcode, payload));
    const { code, reason } = readClose(payload);
    this.#inOrder(() => this.#closed(code, reason));
  }

  /** Handles what was received, after all before it, unless the peer has closed. */
  #inOrder(step: () => void | Promise<void>): void {
    run(this.#receiving, () => this.#closeReceived || this.#ended ? undefined : step());
  }

  #pingOrPong(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
    if (!this.#options.autoping) {
      const type = opcode === WSMsgType.PING ? WSMsgType.PING : WSMsgType.PONG;
      return this.#events.onControl(type, payload);
    }
    if (opcode === WSMsgType.PING && !this.#closeSent) this.pong(payload);
  }

  #closed(code: number, reason: string): void {
    this.#closeReceived = true;
    clearTimeout(this.#deadline);
    if (this.#closeSent) {
      void this.#finish();
      return this.#events.onClose(code, reason, null);
    }
    const answer = (): void => this.close(code === WSCloseCode.NO_STATUS ? 0 : code, "");
    // The handler may still answer messages before the close frame is answered.
    this.#deadline = setTimeout(answer, this.#options.closeTimeout);
    this.#events.onPeerClose(code, reason, answer);
  }

  #control(opcode: number, payload: Uint8Array): void {
    if (this.#closeSent || this.#ended) return;
    this.writer.add(opcode, payload);
    this.#watch.sent();
  }

  async #read(rest: Uint8Array<ArrayBuffer>): Promise<void> {
    const buffer = new ReadBuffer();
    try {
      if (rest.length > 0) this.#reader.push(rest);
      while (!this.#ended) {
        if (this.#resumed !== null) await this.#resumed.promise;
        if (this.#receiving !== null) await this.#receiving.pending;
        const pongs = this.#options.autoping && (this.#lazyWriter?.size ?? 0) > MAX_UNSENT_PONGS;
        if (pongs && this.#resumed === null) await this.writer.flushed();
        if (this.#ended) return;
        const size = await this.#stream.read(buffer.bytes);
        if (size === null) return this.#lose(null);
        this.#watch.seen();
        if (!this.#ended) this.#reader.push(buffer.bytes, size);
        const pause = buffer.after(size, this.#resumed !== null);
        if (pause !== null) await pause;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The peer violated the protocol: sends a close frame and ends the connection. */
  #fail(error: unknown): void {
    if (!(error instanceof WebSocketProtocolError) && !(error instanceof WebSocketLimitError)) {
      return this.#lose(error);
    }
    if (this.#ended || this.#closeReceived) return this.#end();
    this.#closeReceived = true; // do not wait for an answer
    clearTimeout(this.#deadline);
    // Deferred: a message right before the fault may still be answered.
    this.#deadline = setTimeout(() => {
      if (this.#closeSent) void this.#finish();
      else this.close(error.code, error.message);
      this.#events.onFail(error, error.code);
    });
  }

  /** The connection ended without a close frame. */
  #lose(cause: unknown): void {
    if (this.#ended) return;
    const wasClosed = this.#closeReceived && this.#closeSent;
    this.#end();
    if (wasClosed) return;
    const why = cause === null ? "closed without a close frame" : asError(cause).message;
    this.#events.onClose(null, "", new Error(`WebSocket connection lost: ${why}`, { cause }));
  }

  /** Both close frames are sent or received: closes the connection (section 7.1.1). */
  async #finish(): Promise<void> {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#end(), DRAIN_TIME);
    await this.#sending?.pending;
    await this.writer.flushed();
    try {
      await this.#stream.closeWrite();
      // Unread bytes would reset the connection, and the peer would lose the close frame.
      const buffer = new Uint8Array(DRAIN_READ);
      for (let left = DRAINED_BYTES; left > 0 && !this.#ended;) {
        const size = await this.#stream.read(buffer);
        if (size === null) break;
        left -= size;
      }
    } catch {
      // The peer closed first.
    }
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#deadline);
    this.#watch.end();
    this.resume();
    this.#deflate?.close();
    this.#stream.close();
    this.onEnd?.();
  }
}
