/**
 * Chooses the coding that an `Accept-Encoding` prefers; `null` for none of them or plain content.
 * @param available Codings to choose from, best first: the order decides among equal weights.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * console.assert(web.chooseEncoding("gzip;q=0.5, br", ["br", "gzip"]) === "br");
 * console.assert(web.chooseEncoding("gzip;q=0", ["br", "gzip"]) === null);
 * ```
 */
export function chooseEncoding<const Coding extends string>(
  header: string | null,
  available: readonly Coding[],
): Coding | null {
  if (header === null || header === "") return null;
  const weights = new Map<string, number>();
  // Longer lists do not occur in practice and are not worth the time.
  for (const item of header.slice(0, 2048).split(",")) {
    const [name = "", ...params] = item.split(";");
    const coding = name.trim().toLowerCase();
    if (coding !== "" && !weights.has(coding)) weights.set(coding, qualityOf(params));
  }
  const any = weights.get("*");
  // Plain content is acceptable unless refused, but only preferred if it is named.
  let best = weights.get("identity") ?? 0;
  let chosen: Coding | null = null;
  for (const coding of available) {
    const weight = weights.get(coding) ?? any ?? 0;
    const better = chosen === null ? weight >= best : weight > best;
    if (weight > 0 && better) [best, chosen] = [weight, coding];
  }
  return chosen;
}

function qualityOf(params: readonly string[]): number {
  for (const param of params) {
    const match = /^\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/i.exec(param);
    if (match !== null) return Math.min(Number(match[1]), 1);
    if (/^\s*q\s*=/i.test(param)) return 0; // malformed: ignore the preference
  }
  return 1;
}
