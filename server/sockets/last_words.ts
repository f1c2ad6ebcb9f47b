/**
 * The end of a connection, so that what was said last arrives.
 * @module
 */
import { STATUS_CODES } from "node:http";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import { formatHead } from "../../http/http1/format_head.ts";
import type { SocketBody } from "./socket_body.ts";
import type { SocketInput } from "./socket_input.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const SKIP_BUFFER = 4 * 1024;
const DROP_BUFFER = 64 * 1024;

/** Writes the answer to what is not a request, or came too late. */
export function refusal(status: number, reason: string): Bytes {
  const text = new TextEncoder().encode(`${status}: ${reason}`);
  const head = formatHead(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}`, [
    ["content-type", "text/plain; charset=utf-8"],
    ["content-length", String(text.length)],
    ["connection", "close"],
  ], text.length);
  head.set(text, head.length - text.length);
  return head;
}

/** What a client gets where the application itself fails. */
export function failed(): Response {
  return new Response("500: Internal Server Error", { status: 500 });
}

/**
 * Reads a short rest of a body that no handler wanted.
 *
 * @param body The body.
 * @param most Most bytes to read.
 */
export async function skip(body: SocketBody, most: number): Promise<boolean> {
  const target = new Uint8Array(SKIP_BUFFER);
  try {
    for (let left = most; !body.isDone && left > 0;) left -= await body.readInto(target);
  } catch {
    return false; // the response was sent, and there is no other to give
  }
  return body.isDone;
}

/**
 * Ends a connection so that the response arrives: FIN first, then what the client still sends is
 * read and dropped, since a reset would take the response with it (RFC 9112 section 9.6).
 *
 * @param stream The connection.
 * @param input What comes in.
 * @param most Most bytes to read.
 */
export async function drop(stream: ByteStream, input: SocketInput, most: number): Promise<void> {
  await stream.closeWrite().catch(() => {});
  const target = new Uint8Array(DROP_BUFFER);
  for (let left = most; left > 0;) {
    const size = await input.read(target);
    if (size === null) return;
    left -= size;
  }
}
