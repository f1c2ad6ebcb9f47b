// The connection interface of our HTTP/1.1, independent of the runtime.

/** A two-way byte connection. */
export interface ByteStream {
  /**
   * Reads at least one byte, one read at a time; `null` at the peer's end or after `close()`.
   * @throws {Error} If the connection broke.
   */
  read(buffer: Uint8Array): Promise<number | null>;
  /**
   * Writes bytes, in the order of the calls; they must not change until the promise resolves.
   * @throws {Error} If the connection broke or is closed.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Writes some of the bytes and returns how many; only while no `write()` is under way. */
  writeSome(bytes: Uint8Array): Promise<number>;
  /** Ends our side; reading from the peer goes on. */
  closeWrite(): Promise<void>;
  /** Closes the connection; idempotent. */
  close(): void;
  /** Lets a pending read keep the program alive, the default. */
  ref(): void;
  /** Lets the program end during a pending read. */
  unref(): void;
}

/** A connection of the platform, such as `Deno.Conn`. */
export interface PlatformStream {
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes and returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  ref?(): void;
  unref?(): void;
}

const NOTHING = new Uint8Array(0);

/** Wraps a connection of the platform; another `reader` may have bytes that were read before. */
export function byteStream(
  connection: PlatformStream,
  reader: Pick<PlatformStream, "read"> = connection,
): ByteStream {
  return new WholeWrites(connection, reader);
}

class WholeWrites implements ByteStream {
  readonly #connection: PlatformStream;
  readonly #reader: Pick<PlatformStream, "read">;
  #isClosed = false;
  #writes = 0; // under way
  #writing: Uint8Array = NOTHING;
  #last: Promise<void> = Promise.resolve(); // the last of them

  constructor(connection: PlatformStream, reader: Pick<PlatformStream, "read">) {
    this.#connection = connection;
    this.#reader = reader;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#isClosed) return Promise.resolve(null);
    return this.#reader.read(buffer).then(undefined, this.#onReadError);
  }

  write(bytes: Uint8Array): Promise<void> {
    const isFirst = this.#writes++ === 0;
    return this.#last = isFirst ? this.#write(bytes) : this.#last.then(() => this.#write(bytes));
  }

  writeSome(bytes: Uint8Array): Promise<number> {
    return this.#connection.write(bytes);
  }

  /** Nearly every write is taken whole: an async function for each would be half its garbage. */
  #write(bytes: Uint8Array): Promise<void> {
    this.#writing = bytes;
    return this.#connection.write(bytes).then(this.#onWritten);
  }

  readonly #onWritten = (written: number): void | Promise<void> => {
    const bytes = this.#writing;
    this.#writing = NOTHING;
    if (written < bytes.length) return this.#write(bytes.subarray(written));
    this.#writes--; // not decremented after a failure, so later writes fail too
  };

  /** Deno ends a pending read with "Interrupted" when the connection is closed. */
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
      // Already closed by the platform, as after a failed TLS handshake.
    }
  }

  ref(): void {
    if (!this.#isClosed) this.#connection.ref?.();
  }

  unref(): void {
    if (!this.#isClosed) this.#connection.unref?.();
  }
}
