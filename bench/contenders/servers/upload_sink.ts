// Server for uploads: counts the bytes of a POST, with a length or chunked, and returns the count.
// It uses sockets, as Deno.serve reads a chunked body ten times slower than one with a length,
// which would be measured instead of the client.
import { HELLO, hostname, port } from "./shared.mjs";

const decoder = new TextDecoder("latin1");
const encoder = new TextEncoder();

class Peer {
  readonly #connection: Deno.Conn;
  readonly #buffer = new Uint8Array(1024 * 1024);
  #start = 0;
  #end = 0;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Received bytes, at least one; `null` at the end. */
  async #some(): Promise<Uint8Array | null> {
    if (this.#start === this.#end) {
      const count = await this.#connection.read(this.#buffer);
      if (count === null) return null;
      [this.#start, this.#end] = [0, count];
    }
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Text before a delimiter; `null` at the end of the connection. */
  async until(end: string): Promise<string | null> {
    let text = "";
    while (!text.endsWith(end)) {
      const some = await this.#some();
      if (some === null) return null;
      const at = some.indexOf(10);
      const wanted = at < 0 ? some.length : at + 1;
      text += decoder.decode(some.subarray(0, wanted));
      this.#start += wanted;
    }
    return text.slice(0, -end.length);
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) {
      const some = await this.#some();
      if (some === null) throw new Error("The body is cut");
      const count = Math.min(left, some.length);
      this.#start += count;
      left -= count;
    }
  }

  async bodyLength(head: string): Promise<number> {
    const announced = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    await this.skip(announced);
    if (!/^transfer-encoding: *chunked/im.test(head)) return announced;
    for (let length = 0;;) {
      const size = parseInt(await this.until("\r\n") ?? "", 16);
      if (!(size >= 0)) throw new Error("A chunk has no size");
      await this.skip(size + 2);
      if (size === 0) return length;
      length += size;
    }
  }
}

async function serve(connection: Deno.Conn): Promise<void> {
  const peer = new Peer(connection);
  try {
    for (;;) {
      const head = await peer.until("\r\n\r\n");
      if (head === null) break;
      const text = head.startsWith("POST") ? `${await peer.bodyLength(head)}` : HELLO;
      await connection.write(
        encoder.encode(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`),
      );
    }
  } catch {
    // The client has disconnected.
  }
  connection.close();
}

for await (const connection of Deno.listen({ hostname, port })) serve(connection);
