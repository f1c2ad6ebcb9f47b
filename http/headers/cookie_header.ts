import { headerText } from "./header_text.ts";

// Unquoted characters of names and values: letters and digits of any script, and these.
const WORD = String.raw`[\p{L}\p{N}_!#%&'~\x60><@,:\/$*+\-.^|)(?}{\[\]`;
const DATE = String.raw`(?:[\p{L}\p{N}_]{3,6}day|[\p{L}\p{N}_]{3}),\s[\p{L}\p{N}_\s-]{9,11}\s` +
  String.raw`[\d:]{8}\s(?:GMT|[+-]\d{4})`;
const ASCTIME = String
  .raw`[\p{L}\p{N}_]{3}\s+[\p{L}\p{N}_]{3}\s+[\s\d]\d\s+\d{2}:\d{2}:\d{2}\s+\d{4}`;
const COOKIE = new RegExp(
  String.raw`\s*(${WORD}]+)(?:\s*=\s*("(?:[^\\"]|\\.)*"|"[^";]*|${DATE}|${ASCTIME}|${WORD}=]*))?` +
    String.raw`\s*(?:\s+|;|$)`,
  "uy",
);
const PLAIN = /^[\w.-]+=[\w.=-]*(?:; [\w.-]+=[\w.=-]*)*$/; // most headers: to be split
// RFC 9110 section 5.6.2, and characters used in practice; no comma, no quote.
const NAME = /^[!#$%&'()*+\-./0-9:<=>?@A-Z[\]^_`a-z{|}~]+$/;

/**
 * Parses a `Cookie` header. A word without `=` is a name with an empty value, an invalid name is
 * skipped, the last of a name counts; bytes are UTF-8 if valid, quotes are removed.
 */
export function parseCookies(value: string | null): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  if (value === null) return cookies;
  if (PLAIN.test(value)) {
    for (const pair of value.split("; ")) {
      const equals = pair.indexOf("=");
      cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
    }
    return cookies;
  }
  const header = headerText(value);
  for (let at = 0; at < header.length;) {
    COOKIE.lastIndex = at;
    const match = COOKIE.exec(header);
    let [name = "", text = ""] = match?.slice(1) ?? [];
    if (match === null) {
      // A value with quotes or blanks in it, '{"a": 1}': all up to the semicolon.
      const next = header.indexOf(";", at);
      const pair = header.slice(at, next < 0 ? header.length : next);
      const equals = pair.indexOf("=");
      if (equals >= 0) {
        [name, text] = [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
      }
      at += pair.length + 1;
    } else {
      at = COOKIE.lastIndex;
    }
    if (NAME.test(name)) cookies.set(name, unquote(text));
  }
  return cookies;
}

/** Removes quotes and escapes (RFC 2109): `\"` and `\303`. */
function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replace(
    /\\(?:([0-3][0-7][0-7])|(.))/g,
    (_, octal: string | undefined, plain: string) =>
      octal === undefined ? plain : String.fromCharCode(parseInt(octal, 8)),
  );
}
