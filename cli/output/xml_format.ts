const TOKEN =
  /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<(?:"[^"]*"|'[^']*'|[^<>"'])*>|[^<]+/y;

interface Token {
  readonly text: string;
  /** Index of the end tag, if the element has no child elements or mixed content. */
  whole: number | null;
}

/** Indents XML where only whitespace separates elements; `null` if it is not well-formed. */
export function formatXml(text: string, indent: number): string | null {
  const tokens = tokensOf(text);
  if (tokens === null) return null;
  const lines: string[] = [];
  let depth = 0;
  const add = (line: string): void => void lines.push(" ".repeat(depth * indent) + line);
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]?.text ?? "";
    const end = tokens[at]?.whole ?? null;
    if (end !== null) {
      add(tokens.slice(at, end + 1).map((each) => each.text).join(""));
      at = end;
    } else if (token.startsWith("</")) {
      depth--;
      add(token);
    } else if (token.trim() !== "") {
      add(token.trim());
      if (/^<[^!?]/.test(token) && !token.endsWith("/>")) depth++;
    }
  }
  return lines.join("\n");
}

function tokensOf(text: string): Token[] | null {
  const tokens: Token[] = [];
  const open: {
    readonly name: string;
    readonly token: Token;
    hasElements: boolean;
    hasText: boolean;
  }[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [piece] = TOKEN.exec(text) ?? [];
    if (piece === undefined) return null;
    const token: Token = { text: piece, whole: null };
    tokens.push(token);
    const parent = open.at(-1);
    const name = /^<\/?([^\s/>!?]+)/.exec(piece)?.[1];
    if (name === undefined) {
      const isText = /^<!\[CDATA\[|^[^<]*[^<\s]/.test(piece);
      if (parent === undefined && isText) return null;
      if (parent !== undefined) {
        parent.hasText ||= isText;
        parent.hasElements ||= piece.startsWith("<!--");
      }
    } else if (piece.startsWith("</")) {
      const closed = open.pop();
      if (closed?.name !== name) return null;
      if (closed.hasText || !closed.hasElements) closed.token.whole = tokens.length - 1;
    } else {
      if (parent !== undefined) parent.hasElements = true;
      if (!piece.endsWith("/>")) open.push({ name, token, hasElements: false, hasText: false });
    }
  }
  return open.length === 0 ? tokens : null;
}
