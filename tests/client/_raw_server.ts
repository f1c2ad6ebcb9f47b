/**
 * A raw server that a test controls.
 * @module
 */
import { acceptOn, type Connections, writeAll } from "../_connections.ts";

/** A raw request. */
export interface RawRequest {
  readonly head: string;
  readonly body: string;
  /** Its number on the connection, from 1. */
  readonly index: number;
}

/**
 * The answer: text is written, also in chunks, and the connection kept; `null` closes it, and so
 * does `last` after it was written.
 */
export type RawAnswer =
  | string
  | Uint8Array
  | AsyncIterable<string>
  | null
  | { readonly last: string | Uint8Array };

export interface RawServer extends Connections {
  readonly url: string;
  readonly requests: RawRequest[];
}

export function rawServer(
  answer: (request: RawRequest) => RawAnswer | Promise<RawAnswer>,
): RawServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: RawRequest[] = [];
  const connections = acceptOn(listener, async (connection) => {
    const buffer = new Uint8Array(65536);
    let text = "";
    let index = 0;
    for (;;) {
      const end = requestEnd(text);
      if (end === null) {
        const count = await connection.read(buffer);
        if (count === null) break;
        text += String.fromCharCode(...buffer.subarray(0, count));
        continue;
      }
      const at = text.indexOf("\r\n\r\n");
      const request = { head: text.slice(0, at), body: text.slice(at + 4, end), index: ++index };
      text = text.slice(end);
      requests.push(request);
      const reply = await answer(request);
      if (reply === null) break;
      const isLast = typeof reply === "object" && "last" in reply;
      for await (const data of piecesOf(reply)) await writeAll(connection, data);
      if (isLast) break;
    }
  });
  return Object.assign(connections, { url: `http://127.0.0.1:${connections.port}`, requests });
}

/** Bytes of an answer. */
export async function* piecesOf(
  answer: NonNullable<RawAnswer>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const data = typeof answer === "object" && "last" in answer ? answer.last : answer;
  const pieces = typeof data === "string" || data instanceof Uint8Array ? [data] : data;
  for await (const piece of pieces) {
    yield typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
  }
}

/** End of the first request, `null` if it is incomplete. */
function requestEnd(text: string): number | null {
  const at = text.indexOf("\r\n\r\n");
  if (at < 0) return null;
  const head = text.slice(0, at);
  if (/^transfer-encoding: *chunked/im.test(head)) {
    const end = text.indexOf("0\r\n\r\n", at + 4);
    return end < 0 ? null : end + 5;
  }
  const end = at + 4 + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return text.length < end ? null : end;
}

/** A short response. */
export function reply(body: string, head = "HTTP/1.1 200 OK", headers = ""): string {
  return `${head}\r\ncontent-length: ${
    new TextEncoder().encode(body).length
  }\r\n${headers}\r\n${body}`;
}
