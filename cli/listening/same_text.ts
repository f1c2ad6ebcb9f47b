/**
 * Secrets, compared.
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** Compares secrets in a time that tells nothing about them. */
export function sameText(given: string, expected: string): boolean {
  const hash = (text: string): Uint8Array => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
