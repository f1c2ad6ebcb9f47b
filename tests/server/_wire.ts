/**
 * A client that changes nothing: no decompression, no redirect, no header of its own.
 * @module
 */
import { writeAll } from "../_connections.ts";

/** Headers that a connection adds, not an application. */
const OF_THE_CONNECTION = ["connection", "date", "keep-alive", "transfer-encoding"];

/**
 * Sends a request on a connection of its own and gives the response as it came, its body as a
 * stream; to cancel it closes the connection.
 *
 * @param port Port on 127.0.0.1.
 * @param request The request; its host is the `Host` header.
 * @returns The response without the headers of the connection.
 */
export async function wireFetch(port: number, request: Request): Promise<Response> {
  const { pathname, search, host } = new URL(request.url);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    const body = new Uint8Array(await request.arrayBuffer());
    const headers = new Headers(request.headers);
    headers.set("connection", "close");
    if (!headers.has("host")) headers.set("host", host);
    if (body.length > 0) headers.set("content-length", `${body.length}`);
    const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const head = `${request.method} ${pathname}${search} HTTP/1.1\r\n${lines}\r\n`;
    const wire = new Uint8Array([...Uint8Array.from(head, (each) => each.charCodeAt(0)), ...body]);
    // A server that answers early may not read the rest.
    writeAll(connection, wire).catch(() => {});
    return await answerOf(new Input(connection), connection, request.method === "HEAD");
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function answerOf(input: Input, connection: Deno.Conn, isHead: boolean): Promise<Response> {
  const [first = "", ...lines] = (await input.head()).split("\r\n");
  const [, code = "", ...words] = first.split(" ");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const chunked = headers.get("transfer-encoding") === "chunked";
  const length = headers.get("content-length");
  for (const name of OF_THE_CONNECTION) headers.delete(name);
  const status = Number(code);
  const init = { status, statusText: words.join(" "), headers };
  if (isHead || status === 204 || status === 205 || status === 304) {
    connection.close();
    return new Response(null, init);
  }
  const pieces = chunked ? input.chunks() : input.upTo(length === null ? null : Number(length));
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (!done) return controller.enqueue(value);
        connection.close();
        controller.close();
      } catch (error) {
        connection.close();
        controller.error(error);
      }
    },
    cancel: () => connection.close(),
  }, { highWaterMark: 0 });
  return new Response(body, init);
}

/** Received data, piece by piece. */
class Input {
  readonly #connection: Deno.Conn;
  #rest = new Uint8Array(0);

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** The head of a response, without its empty line. */
  async head(): Promise<string> {
    for (;;) {
      const text = latin1(this.#rest);
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        this.#rest = this.#rest.slice(end + 4);
        return text.slice(0, end);
      }
      await this.#more();
    }
  }

  /** A body of a known length; `null` for one that ends with the connection. */
  async *upTo(length: number | null): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    for (let left = length ?? Infinity; left > 0;) {
      if (this.#rest.length === 0 && !await this.#more(length === null)) return;
      const piece = this.#rest.slice(0, left);
      this.#rest = this.#rest.slice(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** A chunked body. */
  async *chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    for (;;) {
      let end = latin1(this.#rest).indexOf("\r\n");
      while (end < 0) {
        await this.#more();
        end = latin1(this.#rest).indexOf("\r\n");
      }
      const size = parseInt(latin1(this.#rest.slice(0, end)), 16);
      this.#rest = this.#rest.slice(end + 2);
      if (size === 0) return;
      yield* this.upTo(size);
      while (this.#rest.length < 2) await this.#more();
      this.#rest = this.#rest.slice(2);
    }
  }

  async #more(mayEnd = false): Promise<boolean> {
    const buffer = new Uint8Array(65536);
    const size = await this.#connection.read(buffer);
    if (size === null) {
      if (mayEnd) return false;
      throw new Error("the server closed the connection in the middle of its answer");
    }
    this.#rest = new Uint8Array([...this.#rest, ...buffer.subarray(0, size)]);
    return true;
  }
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
