/**
 * What may stand in a header.
 * @module
 */

// RFC 9110 section 5.5 allows tab, blank, visible ASCII and bytes above it. `Headers` takes all of
// these but NUL, CR and LF, and HTTP libraries beneath refuse the rest late, or end the process.
// deno-lint-ignore no-control-regex -- control bytes are what has to be caught here
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Tells whether a text holds a control character that no header may have.
 *
 * @returns `true` for any but the tab.
 */
export function hasControl(text: string): boolean {
  return CONTROL.test(text);
}

/**
 * Gives a header as text: bytes, which `Headers` gives as characters, are UTF-8 wherever they can
 * be, else ISO-8859-1.
 *
 * @param value The header, with each byte as one character, or as text.
 */
export function headerText(value: string): string {
  if (/^[\0-\x7f]*$/.test(value) || /[^\0-\xff]/.test(value)) return value;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(latin1Bytes(value));
  } catch {
    return value;
  }
}

/**
 * Gives the bytes of a text that has each byte as one character.
 *
 * @returns The bytes.
 */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
