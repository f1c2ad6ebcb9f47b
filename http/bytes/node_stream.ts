import type { ByteStream } from "./byte_stream.ts";

type Callback = (error?: Error | null) => void;
type Write = (chunk: never, encoding: never, callback: Callback) => void;
type Writev = (chunks: never, callback: Callback) => void;

/** The used part of a socket of Node, for plain TCP and TLS. */
export interface NodeSocket {
  _write: Write;
  _writev?: Writev | undefined;
  read(): Uint8Array | null;
  unshift(bytes: Uint8Array): void;
  write(bytes: Uint8Array, callback: Callback): unknown;
  end(callback: () => void): unknown;
  destroy(): unknown;
  on(event: string, listener: (error?: unknown) => void): this;
  off(event: string, listener: (error?: unknown) => void): this;
  ref(): unknown;
  unref(): unknown;
}

/** A connection over a socket of Node, Bun, or Deno's `node:net`. */
export class NodeStream implements ByteStream {
  readonly #socket: NodeSocket;
  #left: Uint8Array | null = null; // rest of a chunk larger than the reader's buffer
  #end: Error | null | undefined; // `null` at the end, an error if the connection broke
  #wake: () => void = () => {};
  #broken: Error | null = null;

  constructor(socket: NodeSocket) {
    this.#socket = socket;
    this.#keepReading();
    socket.on("readable", this.#onReadable).on("error", this.#onEnd);
    socket.on("end", this.#onEnd).on("close", this.#onEnd);
  }

  /** Node drops received bytes when a write fails; a server may have answered early and closed. */
  #keepReading(): void {
    const socket = this.#socket;
    const write = socket._write.bind(socket);
    const writev = socket._writev?.bind(socket);
    const survived = (callback: () => void) => (error?: Error | null): void => {
      this.#broken ??= error ?? null;
      callback();
    };
    socket._write = (chunk, encoding, callback) => write(chunk, encoding, survived(callback));
    if (writev !== undefined) {
      socket._writev = (chunks, callback) => writev(chunks, survived(callback));
    }
  }

  /** Detaches the socket with its buffered bytes, for TLS. */
  release(): void {
    const socket = this.#socket;
    socket.off("readable", this.#onReadable).off("error", this.#onEnd);
    socket.off("end", this.#onEnd).off("close", this.#onEnd);
    if (this.#left !== null) socket.unshift(this.#left);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      const piece: Uint8Array | null = this.#left ?? this.#socket.read();
      if (piece !== null) {
        const own = piece.subarray(0, buffer.length);
        buffer.set(own);
        this.#left = own.length === piece.length ? null : piece.subarray(own.length);
        return own.length;
      }
      if (this.#end) throw this.#end;
      if (this.#end === null) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        const failure = this.#broken ?? error;
        return failure ? reject(failure) : resolve();
      });
    });
  }

  writeSome(bytes: Uint8Array): Promise<number> {
    return this.write(bytes).then(() => bytes.length);
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(() => resolve()));
  }

  close(): void {
    this.#onEnd();
    this.#socket.destroy();
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  readonly #onReadable = (): void => this.#wake();

  readonly #onEnd = (why?: unknown): void => {
    if (this.#end === undefined) this.#end = why instanceof Error ? why : null;
    this.#wake();
  };
}
