/**
 * A connection as the HTTP/1.1 of both sides uses it, whatever the runtime.
 * @module
 */

/** A connection: bytes in both directions. */
export interface ByteStream {
  /**
   * Reads what has come. One read at a time.
   *
   * @param buffer Memory for the bytes, at least one byte long.
   * @returns How many bytes were read; `null` once the peer has ended its side or `close()` was called.
   * @throws {Error} If the connection broke.
   */
  read(buffer: Uint8Array): Promise<number | null>;
  /**
   * Writes all of the bytes. Writes happen in the order of the calls.
   *
   * @param bytes The bytes; they must stay as they are until the promise resolves.
   * @throws {Error} If the connection broke or is closed.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends our side; the peer's can still be read. */
  closeWrite(): Promise<void>;
  /** Ends both sides. A second call changes nothing. */
  close(): void;
  /** Lets a read that is under way keep the program alive, as it does at first. */
  ref(): void;
  /** Lets the program end though a read is under way. */
  unref(): void;
}

/** A connection of the platform, as Deno's are. */
export interface PlatformStream {
  /** Reads some bytes. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes, and says how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends the writing side. */
  closeWrite(): Promise<void>;
  /** Ends both sides. */
  close(): void;
  /** Keeps the program alive; not every kind of connection has it. */
  ref?(): void;
  /** Lets the program end. */
  unref?(): void;
}

/**
 * Wraps a connection of the platform: a write writes everything, and to close twice is harmless.
 *
 * @param connection The connection; it belongs to the wrapper from now on.
 */
export function byteStream(connection: PlatformStream): ByteStream {
  return new WholeWrites(connection);
}

class WholeWrites implements ByteStream {
  readonly #connection: PlatformStream;
  #isClosed = false;
  #writes = 0; // under way
  #last: Promise<void> = Promise.resolve(); // of these

  constructor(connection: PlatformStream) {
    this.#connection = connection;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#isClosed) return Promise.resolve(null);
    return this.#connection.read(buffer).then(undefined, this.#onReadError);
  }

  write(bytes: Uint8Array): Promise<void> {
    const isFirst = this.#writes++ === 0;
    return this.#last = isFirst
      ? this.#writeAll(bytes)
      : this.#last.then(() => this.#writeAll(bytes));
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let written = await this.#connection.write(bytes);
    while (written < bytes.length) {
      written += await this.#connection.write(bytes.subarray(written));
    }
    this.#writes--; // after a failure it stays, and what follows fails too
  }

  /** Deno ends a read of a connection that is closed meanwhile with "Interrupted". */
  readonly #onReadError = (error: unknown): null => {
    if (this.#isClosed) return null;
    throw error;
  };

  closeWrite(): Promise<void> {
    return this.#isClosed ? Promise.resolve() : this.#connection.closeWrite();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#connection.close();
    } catch {
      // The platform has closed it already, as it does when a handshake of TLS fails.
    }
  }

  ref(): void {
    if (!this.#isClosed) this.#connection.ref?.();
  }

  unref(): void {
    if (!this.#isClosed) this.#connection.unref?.();
  }
}
