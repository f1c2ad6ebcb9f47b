/**
 * Reads a `Content-Length` header (RFC 9110 section 8.6): digits alone, for "+5", "1e3" and "0x10"
 * are numbers to JavaScript and no lengths; the same length several times is that length. `null` if
 * it is missing or invalid.
 */
export function parseLength(header: string | null): number | null {
  if (header === null) return null;
  // Nearly every header is one length; a number holds 15 digits exactly.
  if (/^[0-9]{1,15}$/.test(header)) return Number(header);
  const [one = "", ...others] = new Set(header.split(",").map((each) => each.trim()));
  return others.length === 0 && /^[0-9]{1,15}$/.test(one) ? Number(one) : null;
}
