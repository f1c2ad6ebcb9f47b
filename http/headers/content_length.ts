/** Reads a `Content-Length`, digits alone (not "+5", "1e3"), also repeated; else `null`. */
export function parseLength(header: string | null): number | null {
  if (header === null) return null;
  // Nearly every header is one length; a number holds 15 digits exactly.
  if (/^[0-9]{1,15}$/.test(header)) return Number(header);
  const [one = "", ...others] = new Set(header.split(",").map((each) => each.trim()));
  return others.length === 0 && /^[0-9]{1,15}$/.test(one) ? Number(one) : null;
}
