import type { BasicAuth } from "../hop/basic_auth.ts";

/** Looks up a host in the text of a `.netrc`: its credentials, else the default ones or `null`. */
export function netrcAuth(text: string, host: string): BasicAuth | null {
  const tokens = tokensOf(text);
  let fallback: BasicAuth | null = null;
  for (let at = 0; at < tokens.length;) {
    const keyword = tokens[at++];
    if (keyword !== "machine" && keyword !== "default") continue;
    const machine = keyword === "machine" ? tokens[at++] : null;
    const entry: Record<string, string> = {};
    while (at < tokens.length) {
      const name = tokens[at] ?? "";
      if (name !== "login" && name !== "password" && name !== "account") break;
      entry[name] = tokens[at + 1] ?? "";
      at += 2;
    }
    const { account = "", login = account, password = "" } = entry;
    const auth = { login, password };
    if (machine === host) return auth;
    if (machine === null) fallback ??= auth;
  }
  return fallback;
}

/** Words of the file; quoted words may contain spaces, a macro ends at an empty line. */
function tokensOf(text: string): string[] {
  const plain = text.replaceAll(/^\s*macdef\b[^]*?(?:\n\s*\n|(?![^]))/gm, "\n");
  const tokens: string[] = [];
  for (const line of plain.split("\n")) {
    for (const [token] of line.matchAll(/"(?:\\.|[^"\\])*"|\S+/g)) {
      // A password may begin with "#"; a comment is in the position of a keyword.
      if (token.startsWith("#") && !isValue(tokens)) break;
      tokens.push(
        token.startsWith('"') && token.length > 1
          ? token.slice(1, -1).replaceAll(/\\(.)/g, "$1")
          : token,
      );
    }
  }
  return tokens;
}

function isValue(tokens: readonly string[]): boolean {
  return ["machine", "login", "password", "account"].includes(tokens.at(-1) ?? "");
}
