import type { Bytes } from "../../http/bytes/bytes.ts";
import { nodeHttp } from "../../http/node_modules.ts";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import { formatHead } from "../../http/http1/format_head.ts";
import type { SocketBody } from "./socket_body.ts";
import type { SocketInput } from "./socket_input.ts";

const SKIP_BUFFER = 4 * 1024;
const DROP_BUFFER = 64 * 1024;

export function refusal(status: number, reason: string): Bytes {
  const text = new TextEncoder().encode(`${status}: ${reason}`);
  const head = formatHead(`HTTP/1.1 ${status} ${nodeHttp().STATUS_CODES[status] ?? "Error"}`, [
    ["content-type", "text/plain; charset=utf-8"],
    ["content-length", String(text.length)],
    ["connection", "close"],
  ], text.length);
  head.set(text, head.length - text.length);
  return head;
}

/** Drains a short unread body of at most `most` bytes. */
export async function skip(body: SocketBody, most: number): Promise<boolean> {
  const target = new Uint8Array(SKIP_BUFFER);
  try {
    for (let left = most; !body.isDone && left > 0;) left -= await body.readInto(target);
  } catch {
    return false; // the response was sent and cannot be replaced
  }
  return body.isDone;
}

/** Sends FIN, then drains: a reset would discard the response (RFC 9112 section 9.6). */
export async function drop(stream: ByteStream, input: SocketInput, most: number): Promise<void> {
  await stream.closeWrite().catch(() => {});
  const target = new Uint8Array(DROP_BUFFER);
  for (let left = most; left > 0;) {
    const size = await input.read(target);
    if (size === null) return;
    left -= size;
  }
}
