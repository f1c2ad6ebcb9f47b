import { isBinary } from "./show.ts";

/** Replaces binary contents by a note; part headers and text fields stay. */
export function multipartText(bytes: Uint8Array, boundary: string): string {
  const decoder = new TextDecoder();
  // In Latin-1 each byte is one character, so offsets in text and bytes are the same.
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
