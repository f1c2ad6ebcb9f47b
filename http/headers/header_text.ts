// RFC 9110 section 5.5 allows tab, space, visible ASCII and bytes above it. `Headers` refuses only
// NUL, CR and LF; HTTP libraries below refuse the rest late, or end the process.
// deno-lint-ignore no-control-regex -- control bytes are what has to be caught here
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

export function hasControl(text: string): boolean {
  return CONTROL.test(text);
}

/** The name of the first header with a control character, or `null`. */
export function brokenHeader(headers: Iterable<readonly [string, string]>): string | null {
  for (const header of headers) { // a pattern takes longer
    if (hasControl(header[1])) return header[0];
  }
  return null;
}

/** Decodes the bytes of a header value as UTF-8 if valid, else as ISO-8859-1. */
export function headerText(value: string): string {
  if (/^[\0-\x7f]*$/.test(value) || /[^\0-\xff]/.test(value)) return value;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(latin1Bytes(value));
  } catch {
    return value;
  }
}

export function percentByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Converts a text of one byte per character to bytes. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
