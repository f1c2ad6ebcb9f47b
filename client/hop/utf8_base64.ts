/**
 * Base64 of text.
 * @module
 */

/**
 * Encodes the UTF-8 bytes of a text in base64.
 *
 * @returns The base64, with its padding.
 */
export function utf8Base64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
