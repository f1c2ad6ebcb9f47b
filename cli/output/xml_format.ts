/**
 * XML for people.
 * @module
 */

const TOKEN =
  /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<(?:"[^"]*"|'[^']*'|[^<>"'])*>|[^<]+/y;

/**
 * Indents XML where nothing but blanks stands between elements; what has text in it stays on its
 * line, as blanks there may mean something.
 *
 * @param text The text.
 * @param indent Spaces of a level.
 * @returns The text, `null` where it is no XML whose elements are closed.
 */
export function formatXml(text: string, indent: number): string | null {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return null;
    if (token.trim() !== "") tokens.push(token.startsWith("<") ? token : token.trim());
  }
  let out = "";
  let inline = false; // the line holds text, or an element that was opened just now
  const open: string[] = [];
  for (const [at, token] of tokens.entries()) {
    const name = /^<\/?([^\s/>!?]+)/.exec(token)?.[1];
    const isText = !token.startsWith("<") || token.startsWith("<![CDATA[");
    if (token.startsWith("</")) {
      if (open.pop() !== name) return null;
    }
    const before = tokens[at - 1] ?? "";
    const isEmpty = token.startsWith("</") && /^<[^/!?]/.test(before) && !before.endsWith("/>");
    const glued = isText || inline || isEmpty;
    if (out !== "" && !glued) out += `\n${" ".repeat(open.length * indent)}`;
    out += token;
    inline = isText;
    if (name !== undefined && !token.startsWith("</") && !token.endsWith("/>")) open.push(name);
  }
  return open.length === 0 && /^<[^>]/.test(text.trimStart()) ? out : null;
}
