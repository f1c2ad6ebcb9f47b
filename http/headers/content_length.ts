/**
 * Reads a `Content-Length` (RFC 9110 section 8.6): digits alone, as "+5" and "1e3" are numbers to
 * JavaScript; the same one several times is that length. `null` if it is missing or invalid.
 */
export function parseLength(header: string | null): number | null {
  if (header === null) return null;
  // Nearly every header is one length; a number holds 15 digits exactly.
  if (/^[0-9]{1,15}$/.test(header)) return Number(header);
  const [one = "", ...others] = new Set(header.split(",").map((each) => each.trim()));
  return others.length === 0 && /^[0-9]{1,15}$/.test(one) ? Number(one) : null;
}
