import { nodeCrypto } from "../node_modules.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Computes the accept value, which proves that the server understood the handshake. */
export function acceptOf(key: string): string {
  return nodeCrypto().createHash("sha1").update(key + GUID).digest("base64");
}
