/**
 * A multipart form as a terminal can show it.
 * @module
 */

/**
 * Replaces the contents that are no text by a line that says so; heads and fields stay.
 *
 * @param bytes The form, or its start.
 * @param boundary Its boundary.
 * @param isBinary Whether bytes are no text.
 */
export function multipartText(
  bytes: Uint8Array,
  boundary: string,
  isBinary: (bytes: Uint8Array) => boolean,
): string {
  const decoder = new TextDecoder();
  // As Latin-1 each byte is a letter, so that places in the text are places in the bytes.
  const text = new TextDecoder("latin1").decode(bytes);
  let shown = "";
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf(`\r\n--${boundary}`, at);
    const end = next === -1 ? text.length : next;
    const part = bytes.subarray(at, end);
    const head = text.slice(at, end).indexOf("\r\n\r\n");
    const content = part.subarray(head === -1 ? part.length : head + 4);
    shown += isBinary(content)
      ? `${decoder.decode(part.subarray(0, head + 4))}[binary data, not shown]`
      : decoder.decode(part);
    if (next === -1) break;
    shown += "\r\n";
    at = next + 2;
  }
  return shown;
}
