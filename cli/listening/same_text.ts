/**
 * Constant-time comparison of secrets.
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** Compares secrets in constant time. */
export function sameText(given: string, expected: string): boolean {
  const hash = (text: string): Uint8Array => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
