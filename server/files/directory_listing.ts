import { escapeHtml } from "../response/escape_html.ts";

export async function directoryListing(
  path: string,
  rawPath: string,
  title: string,
  dotfiles: boolean,
): Promise<string> {
  const entries: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (dotfiles || !name.startsWith(".")) entries.push(isDirectory ? `${name}/` : name);
  }
  const base = rawPath.endsWith("/") ? rawPath : `${rawPath}/`;
  const items = entries.sort().map((name) => {
    const link = base + encodeURIComponent(name.toWellFormed()).replace(/%2F$/, "/");
    return `<li><a href="${escapeHtml(link)}">${escapeHtml(name)}</a></li>`;
  });
  const heading = escapeHtml(`Index of ${title}`);
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<style>body { overflow-wrap: anywhere; }</style>
<title>${heading}</title>
</head>
<body>
<h1>${heading}</h1>
<ul>
${items.join("\n")}
</ul>
</body>
</html>
`;
}
