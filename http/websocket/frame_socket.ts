/**
 * The port over a connection of bytes: frames, pings, compression and the closing handshake.
 * @module
 */
import { asError } from "../as_error.ts";
import type { ByteStream } from "../bytes/byte_stream.ts";
import { type DeflateSide, MessageDeflate } from "./deflate.ts";
import { WebSocketLimitError, WebSocketProtocolError, WebSocketTimeoutError } from "./errors.ts";
import { FrameWriter } from "./frame_writer.ts";
import { type FrameEvents, FrameReader } from "./frame_reader.ts";
import { closePayload, decodeText, Opcode, readClose } from "./frames.ts";
import { WSCloseCode, WSMsgType } from "./message.ts";
import { PeerWatch } from "./peer_watch.ts";
import { StepQueue } from "./step_queue.ts";
import type { SocketEvents, SocketPort } from "./port.ts";
import { deferred } from "../since_node_20.ts";

/** How a {@linkcode FrameSocket} behaves. */
export interface FrameSocketOptions {
  /** Which side this is: clients mask their frames, servers end the connection first. */
  readonly role: "client" | "server";
  /** Messages of this many bytes or more are refused; 0 for no limit. */
  readonly maxMsgSize: number;
  /** Silence after which a ping is sent, in ms; half of it more is waited for an answer. 0 for never. */
  readonly heartbeat: number;
  /** Whether pings are answered here and stay hidden, as pongs do. */
  readonly autoping: boolean;
  /** Time for the peer's close frame and for writes that make no progress, in ms. */
  readonly closeTimeout: number;
  /** How both sides compress, `null` for not at all. */
  readonly deflate: { readonly own: DeflateSide; readonly peer: DeflateSide } | null;
  /** Bytes that came right behind the handshake. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

const SMALL_READ = 4096, LARGE_READ = 64 * 1024, COMPRESSED = 0x40;
// Answers to pings beyond this wait for the peer to read them, and so does reading.
const MAX_UNSENT_PONGS = 16 * 1024;
// Smaller messages get longer by compression, or win nothing.
const MIN_COMPRESSED = 32;
// What a peer may still send behind a fault before the connection is cut.
const DRAINED_BYTES = 256 * 1024, DRAIN_TIME = 1000;
const encoder = new TextEncoder();

/** Moves the frames of one WebSocket over a connection that has become one. */
export class FrameSocket implements SocketPort, FrameEvents {
  readonly #stream: ByteStream;
  readonly #events: SocketEvents;
  readonly #options: FrameSocketOptions;
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  readonly #deflate: MessageDeflate | null;
  readonly #finished = deferred<void>();
  readonly #sending: StepQueue;
  readonly #receiving: StepQueue;
  #compressing = 0; // their bytes
  #resumed: PromiseWithResolvers<void> | null = null;
  #closeSent = false;
  #closeReceived = false;
  #ended = false;
  readonly #watch: PeerWatch;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  /** Takes over a connection and begins to read. */
  constructor(stream: ByteStream, events: SocketEvents, options: FrameSocketOptions) {
    this.#stream = stream;
    this.#events = events;
    this.#options = options;
    const { deflate, maxMsgSize, role } = options;
    const masked = role === "server";
    this.#reader = new FrameReader({ masked, compressed: deflate !== null, maxMsgSize }, this);
    this.#writer = new FrameWriter(stream, role === "client", (error) => this.#lose(error));
    this.#deflate = deflate === null ? null : new MessageDeflate(deflate.own, deflate.peer);
    this.#sending = new StepQueue((error) => this.#lose(error));
    this.#receiving = new StepQueue((error) => this.#fail(error));
    this.#watch = new PeerWatch({
      heartbeat: options.heartbeat,
      writeTimeout: options.closeTimeout,
      ping: () => this.ping(new Uint8Array(0)),
      die: (error) => {
        this.#end();
        events.onFail(error, WSCloseCode.ABNORMAL_CLOSURE);
      },
    }, this.#writer);
    events.onOpen();
    // A turn later: the channel may have to answer, and knows this socket only then.
    queueMicrotask(() => void this.#read(options.rest));
  }

  /** Resolves when the connection has ended. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Bytes that wait to be sent. */
  get bufferedAmount(): number {
    return this.#writer.size + this.#compressing;
  }

  /** {@inheritDoc SocketPort.send} */
  send(data: string | Uint8Array<ArrayBuffer>): void {
    const opcode = typeof data === "string" ? Opcode.TEXT : Opcode.BINARY;
    if (this.#closeSent || this.#ended) return;
    if (
      this.#deflate === null || (data.length < MIN_COMPRESSED && this.#sending.pending === null)
    ) {
      this.#writer.add(opcode, data);
      return this.#watch.sent();
    }
    // The caller may write over the bytes before they are compressed.
    const bytes = typeof data === "string" ? encoder.encode(data) : data.slice();
    const deflate = this.#deflate;
    this.#compressing += bytes.length;
    this.#sending.run(async () => {
      if (bytes.length < MIN_COMPRESSED) this.#writer.add(opcode, bytes);
      else this.#writer.add(opcode, await deflate.compress(bytes), COMPRESSED);
      this.#compressing -= bytes.length;
      this.#watch.sent();
    });
  }

  /**
   * Sends a ping.
   *
   * @param payload Up to 125 bytes.
   */
  ping(payload: Uint8Array): void {
    this.#control(Opcode.PING, payload);
  }

  /**
   * Sends a pong.
   *
   * @param payload Up to 125 bytes.
   */
  pong(payload: Uint8Array): void {
    this.#control(Opcode.PONG, payload);
  }

  /** {@inheritDoc SocketPort.close} */
  close(code: number, reason: string): void {
    if (this.#closeSent || this.#ended) return;
    const bytes = closePayload(code, reason);
    this.resume();
    this.#sending.run(() => {
      this.#writer.add(Opcode.CLOSE, bytes);
    });
    this.#closeSent = true;
    if (this.#closeReceived) return void this.#finish();
    this.#deadline = setTimeout(() => {
      const { closeTimeout } = this.#options;
      const late = `No close frame received after ${closeTimeout} ms`;
      this.#end();
      this.#events.onClose(null, "", new WebSocketTimeoutError(late, closeTimeout));
    }, this.#options.closeTimeout);
  }

  /** {@inheritDoc SocketPort.terminate} */
  terminate(): void {
    this.#end();
  }

  /** {@inheritDoc SocketPort.pause} */
  pause(): void {
    this.#resumed ??= deferred<void>();
    this.#watch.pause(true);
  }

  /** {@inheritDoc SocketPort.resume} */
  resume(): void {
    this.#resumed?.resolve();
    this.#resumed = null;
    this.#watch.pause(false);
  }

  /** Called by the reader: a text is complete. */
  onText(text: string): void {
    // After a close frame nothing counts but the peer's own (RFC 6455 section 1.4).
    if (!this.#closeReceived && !this.#ended) this.#events.onMessage(text);
  }

  /** Called by the reader: a message is complete. */
  onData(opcode: number, payload: Uint8Array<ArrayBuffer>, compressed: boolean): void {
    const deflate = this.#deflate;
    if (!compressed || deflate === null) {
      return this.#receiving.run(() => this.#message(opcode, payload));
    }
    const { maxMsgSize } = this.#options;
    this.#receiving.run(async () =>
      this.#message(opcode, await deflate.inflate(payload, maxMsgSize))
    );
  }

  /** Called by the reader: a control frame has come. */
  onControl(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
    if (opcode !== Opcode.CLOSE) {
      return this.#receiving.run(() => this.#pingOrPong(opcode, payload));
    }
    const { code, reason } = readClose(payload);
    this.#receiving.run(() => this.#closed(code, reason));
  }

  #message(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
    if (this.#closeReceived || this.#ended) return;
    this.#events.onMessage(opcode === Opcode.TEXT ? decodeText(payload) : payload);
  }

  #pingOrPong(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
    if (this.#closeReceived || this.#ended) return;
    if (!this.#options.autoping) {
      const type = opcode === Opcode.PING ? WSMsgType.PING : WSMsgType.PONG;
      return this.#events.onControl(type, payload);
    }
    if (opcode === Opcode.PING && !this.#closeSent) this.pong(payload);
  }

  #closed(code: number, reason: string): void {
    if (this.#closeReceived || this.#ended) return;
    this.#closeReceived = true;
    clearTimeout(this.#deadline);
    if (this.#closeSent) {
      void this.#finish();
      return this.#events.onClose(code, reason, null);
    }
    const answer = (): void => this.close(code === WSCloseCode.NO_STATUS ? 0 : code, "");
    if (this.#events.onPeerClose === undefined) {
      answer();
      return this.#events.onClose(code, reason, null);
    }
    // What the handler still works on may be answered before the close frame is.
    this.#deadline = setTimeout(answer, this.#options.closeTimeout);
    this.#events.onPeerClose(code, reason, answer);
  }

  #control(opcode: number, payload: Uint8Array): void {
    if (this.#closeSent || this.#ended) return;
    this.#writer.add(opcode, payload);
    this.#watch.sent();
  }

  async #read(rest: Uint8Array<ArrayBuffer>): Promise<void> {
    let buffer = new Uint8Array(SMALL_READ);
    try {
      if (rest.length > 0) this.#reader.push(rest);
      while (!this.#ended) {
        if (this.#resumed !== null) await this.#resumed.promise;
        if (this.#receiving.pending !== null) await this.#receiving.pending;
        const pongs = this.#options.autoping && this.#writer.size > MAX_UNSENT_PONGS;
        if (pongs && this.#resumed === null) await this.#writer.flushed();
        if (this.#ended) return;
        const size = await this.#stream.read(buffer);
        if (size === null) return this.#lose(null);
        this.#watch.seen();
        if (!this.#ended) this.#reader.push(buffer, size);
        // A large buffer only while there is much to read: most sockets are idle.
        if (size === buffer.length) buffer = new Uint8Array(LARGE_READ);
        else if (size < SMALL_READ && buffer.length > SMALL_READ) {
          buffer = new Uint8Array(SMALL_READ);
        }
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The peer broke a rule: it is told by a close frame, and the connection ends. */
  #fail(error: unknown): void {
    if (!(error instanceof WebSocketProtocolError) && !(error instanceof WebSocketLimitError)) {
      return this.#lose(error);
    }
    if (this.#ended || this.#closeReceived) return this.#end();
    this.#closeReceived = true; // no answer is waited for
    clearTimeout(this.#deadline);
    // A turn later: a message right before the fault may still be answered.
    this.#deadline = setTimeout(() => {
      if (this.#closeSent) void this.#finish();
      else this.close(error.code, error.message);
      this.#events.onFail(error, error.code);
    });
  }

  /** The connection has ended without a close frame. */
  #lose(cause: unknown): void {
    if (this.#ended) return;
    const wasClosed = this.#closeReceived && this.#closeSent;
    this.#end();
    if (wasClosed) return;
    const why = cause === null ? "closed without a close frame" : asError(cause).message;
    this.#events.onClose(null, "", new Error(`WebSocket connection lost: ${why}`, { cause }));
  }

  /** Both close frames are on their way: ends the connection in order (section 7.1.1). */
  async #finish(): Promise<void> {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#end(), DRAIN_TIME);
    await this.#sending.pending;
    await this.#writer.flushed();
    try {
      await this.#stream.closeWrite();
      // Bytes that nobody reads would turn the end into a reset, which eats the close frame.
      const buffer = new Uint8Array(SMALL_READ);
      for (let left = DRAINED_BYTES; left > 0 && !this.#ended;) {
        const size = await this.#stream.read(buffer);
        if (size === null) break;
        left -= size;
      }
    } catch {
      // The peer was faster.
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
    this.#finished.resolve();
  }
}
