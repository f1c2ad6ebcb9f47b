/**
 * The opening handshake, common to both sides (RFC 6455 section 1.3).
 * @module
 */
import { createHash } from "node:crypto";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Computes the accept value, which proves that the server understood the handshake.
 *
 * @param key The client's `Sec-WebSocket-Key`.
 * @returns The server's `Sec-WebSocket-Accept`.
 */
export function acceptOf(key: string): string {
  return createHash("sha1").update(key + GUID).digest("base64");
}
