/**
 * What comes over a connection, read piece by piece or line by line.
 * @module
 */
import type { Duplex } from "node:stream";

const READ_AHEAD = 256 * 1024; // bytes
const LINE_FEED = 10;

/**
 * Reads a connection a little ahead of whoever asks. What came before it broke is given out before
 * the failure is, which a stream of Node drops: a download goes on from there.
 */
export class SocketReader {
  readonly #socket: Duplex;
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #waiting = 0;
  #end: Error | "closed" | null = null;
  #changed = Promise.withResolvers<void>();
  #received = false;

  /** Takes the connection over. */
  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on("data", (piece: Uint8Array) => {
      this.#received = true;
      this.#pieces.push(new Uint8Array(piece));
      this.#waiting += piece.length;
      if (this.#waiting >= READ_AHEAD) socket.pause();
      this.#tell();
    });
    socket.on("end", () => this.#stop("closed"));
    socket.on("error", (error) => this.#stop(error));
    socket.on("close", () => this.#stop("closed"));
    socket.resume();
  }

  /** Whether anything has come since the connection was made, or since `rest()`. */
  get received(): boolean {
    return this.#received;
  }

  /** Whether it is of no use for another exchange: it has ended, or somebody talks out of turn. */
  get isSpoilt(): boolean {
    return this.#end !== null || this.#waiting > 0;
  }

  /** Marks the end of an exchange. */
  rest(): void {
    this.#received = false;
    this.#socket.resume();
  }

  /**
   * The next piece.
   *
   * @returns `null` at the end of the connection.
   * @throws {Error} What broke the connection.
   */
  async read(): Promise<Uint8Array<ArrayBuffer> | null> {
    while (this.#pieces.length === 0) {
      if (this.#end === "closed") return null;
      if (this.#end !== null) throw this.#end;
      const next = this.#changed.promise;
      this.#socket.resume();
      await next;
    }
    const piece = this.#pieces.shift() ?? new Uint8Array(0);
    this.#waiting -= piece.length;
    return piece;
  }

  /**
   * Gives back what was read too much.
   *
   * @param piece The bytes.
   */
  unread(piece: Uint8Array<ArrayBuffer>): void {
    if (piece.length === 0) return;
    this.#pieces.unshift(piece);
    this.#waiting += piece.length;
  }

  /**
   * The next line, each byte a character (ISO 8859-1), without CRLF or LF (RFC 9112 section 2.2).
   *
   * @param limit Most bytes that it may have.
   * @returns `null` if the connection ends before the line does.
   * @throws {RangeError} If it is longer.
   */
  async line(limit: number): Promise<string | null> {
    let text = "";
    for (;;) {
      const piece = await this.read();
      if (piece === null) return null;
      const end = piece.indexOf(LINE_FEED);
      const part = end === -1 ? piece : piece.subarray(0, end);
      if (text.length + part.length > limit) throw new RangeError(`a line over ${limit} bytes`);
      for (let at = 0; at < part.length; at += 8192) {
        text += String.fromCharCode(...part.subarray(at, at + 8192));
      }
      if (end === -1) continue;
      this.unread(piece.subarray(end + 1));
      return text.endsWith("\r") ? text.slice(0, -1) : text;
    }
  }

  #stop(end: Error | "closed"): void {
    this.#end ??= end;
    this.#tell();
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
