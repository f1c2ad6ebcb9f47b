/**
 * Reads the body of a request within a limit.
 * @module
 */
import { readLimited } from "../http/limited_body.ts";
import { HTTPRequestEntityTooLarge } from "./http_client_errors.ts";

/**
 * Reads a whole body. One that is announced to be too large is refused before a byte is read; any
 * other as soon as it is, and nothing beyond the limit is kept.
 *
 * @param raw The platform's request.
 * @param limit Most bytes to accept; 0 for no limit.
 * @returns The bytes.
 * @throws {HTTPRequestEntityTooLarge} If there are more.
 */
export function readRequestBody(raw: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new HTTPRequestEntityTooLarge(limit);
  if (limit > 0 && Number(raw.headers.get("content-length")) > limit) {
    return Promise.reject(tooLarge());
  }
  return readLimited(raw.body, limit, tooLarge);
}
