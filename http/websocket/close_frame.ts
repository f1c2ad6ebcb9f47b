/**
 * What a close frame may hold.
 * @module
 */

/**
 * Checks code and reason of a close frame that is to be sent. RFC 6455 section 7.4: 1004 to 1006
 * and 1015 are never sent, those up to 2999 are reserved.
 *
 * @param code Close code.
 * @param reason Reason.
 * @throws {RangeError} If the code may not be sent, or the reason has more than 123 bytes.
 * @throws {TypeError} If the reason is no string.
 */
export function checkClose(code: number, reason: string): void {
  const valid = (code >= 1000 && code <= 1014 && !(code >= 1004 && code <= 1006)) ||
    (code >= 3000 && code <= 4999);
  if (!Number.isInteger(code) || !valid) {
    throw new RangeError(
      `Cannot close with code ${code}: expected 1000 to 1003, 1007 to 1014 or 3000 to 4999`,
    );
  }
  if (typeof reason !== "string") {
    throw new TypeError(`Cannot close with a reason of type ${typeof reason}: expected a string`);
  }
  const bytes = new TextEncoder().encode(reason).length;
  if (bytes > 123) {
    throw new RangeError(`Cannot close with a reason of ${bytes} bytes: 123 is the most`);
  }
}

/**
 * Counts the bytes of a text.
 *
 * @param text The text.
 * @returns Its length in UTF-8.
 */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // Each half of a surrogate pair stands for two of its four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/**
 * Makes the payload of a close frame.
 *
 * @param code Close code; 0 for none.
 * @param reason Reason; what is beyond 123 bytes is cut off.
 * @returns The payload.
 */
export function closePayload(code: number, reason: string): Uint8Array<ArrayBuffer> {
  if (code === 0) return new Uint8Array(0);
  const text = new TextEncoder().encode(reason).subarray(0, 123);
  const bytes = new Uint8Array(2 + text.length);
  bytes[0] = code >> 8;
  bytes[1] = code & 255;
  bytes.set(text, 2);
  return bytes;
}
