/**
 * Two ends of a connection in memory.
 * @module
 */
import type { ByteStream } from "../../../http/bytes/byte_stream.ts";

class End implements ByteStream {
  peer: End | null = null;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  #waiting: (() => void) | null = null;
  #closed = false;
  closedByOwner = false;

  constructor(readonly most: number) {}

  async read(target: Uint8Array): Promise<number | null> {
    while (this.#queue.length === 0) {
      if (this.closedByOwner || this.#closed) return null;
      await new Promise<void>((resolve) => this.#waiting = resolve);
    }
    const first = this.#queue[0] ?? new Uint8Array(0);
    const size = Math.min(first.length, target.length, this.most);
    target.set(first.subarray(0, size));
    if (size === first.length) this.#queue.shift();
    else this.#queue[0] = first.subarray(size);
    return size;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.closedByOwner) return Promise.reject(new Error("closed"));
    this.peer?.push(Uint8Array.from(bytes));
    return Promise.resolve();
  }

  writeSome(bytes: Uint8Array): Promise<number> {
    return this.write(bytes).then(() => bytes.length);
  }

  push(bytes: Uint8Array<ArrayBuffer> | null): void {
    if (bytes === null) this.#closed = true;
    else if (bytes.length > 0) this.#queue.push(bytes);
    this.#waiting?.();
  }

  closeWrite(): Promise<void> {
    this.peer?.push(null);
    return Promise.resolve();
  }

  ref(): void {}

  unref(): void {}

  close(): void {
    this.closedByOwner = true;
    this.peer?.push(null);
    this.#waiting?.();
  }
}

/**
 * Makes a connection.
 *
 * @param most Most bytes that a read gives.
 */
export function pipe(most = Infinity): [ByteStream, ByteStream] {
  const [one, other] = [new End(most), new End(most)];
  one.peer = other;
  other.peer = one;
  return [one, other];
}
