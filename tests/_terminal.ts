/**
 * The opening picture: a program, and what the command shows of it, as an SVG.
 * @module
 */
import { TOKENS } from "../examples/playground/public/highlight.js";
import { freePort, run, start } from "./_process.ts";

const COMMAND = [Deno.execPath(), "run", "-q", "-A", "cli/main.ts"];
// Narrow, so that it can be read on a phone.
const COLUMNS = 54;
const [CHARACTER, LINE, MARGIN] = [8.43, 20, 18]; // px
const COLOURS: Readonly<Record<string, string>> = {
  2: "#9fb2ac",
  31: "#ff9d94",
  32: "#5eead4",
  34: "#7cc4ff",
  35: "#d8b4fe",
  36: "#5eead4",
  keyword: "#5eead4",
  string: "#f0b775",
  number: "#f0b775",
  comment: "#9fb2ac",
  name: "#7cc4ff",
};

const PROGRAM = `import { web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/hello/{name}", ({ matchInfo }) =>
    web.jsonResponse({ hello: matchInfo.name })),
  web.get("/echo", web.webSocket(async (socket) => {
    for await (const { data } of socket) {
      await socket.sendStr(\`\${data} yourself\`);
    }
  })),
]);
await web.runApp(app, { port: 8080 });
`;

interface Scene {
  /** The typed text. */
  readonly line: string;
  /** Options that a terminal implies. */
  readonly args: readonly string[];
}

const SCENES: readonly Scene[] = [
  { line: "roundtrip :8080/hello/Ada", args: ["--pretty", "all", "-p", "hb"] },
  { line: "roundtrip ws -x hello :8080/echo", args: [] },
];

/** Runs the program and the scenes, and draws them. */
export async function recordTerminal(): Promise<string> {
  let port = freePort();
  while (port < 10_000) port = freePort(); // as many digits each time, for the lengths
  const folder = await Deno.makeTempDir();
  const app = `${folder}/app.ts`;
  await Deno.writeTextFile(app, PROGRAM.replace("8080", `${port}`));
  const lines: string[] = [];
  {
    const deno = [Deno.execPath(), "run", "-q", "--no-check", "--config", "deno.json"];
    await using server = start([...deno, "--allow-net=0.0.0.0", app]);
    await server.waitFor(/CTRL\+C to quit\)\n/);
    lines.push(typed("deno run --allow-net app.ts &"), server.output().split("\n")[0] ?? "", "");
    for (const { line, args } of SCENES) {
      const [, ...words] = line.replace("8080", `${port}`).split(" ");
      const { code, stdout, stderr } = await run([...COMMAND, ...words, ...args]);
      if (code !== 0) throw new Error(`${line}: ${stderr}`);
      lines.push(typed(line), ...stdout.replaceAll("\r", "").trimEnd().split("\n"), "");
    }
  }
  await Deno.remove(folder, { recursive: true });
  const text = lines.slice(0, -1).join("\n").replaceAll(`${port}`, "8080")
    .replace(/[A-Z][a-z]{2}, [\w :]+ GMT/, "Sun, 22 Nov 2026 12:00:00 GMT");
  return draw(highlighted(PROGRAM), text.split("\n").flatMap(wrap).map(spans));
}

const typed = (line: string): string => `\x1b[32m$\x1b[0m ${line}`;

function draw(program: readonly string[], terminal: readonly string[]): string {
  const rows: string[] = [];
  let y = 0;
  const width = Math.round(2 * MARGIN + COLUMNS * CHARACTER);
  const pane = (name: string, lines: readonly string[]): void => {
    if (y > 0) rows.push(`<path d="M0 ${y}.5H${width}" stroke="#283431"/>`);
    rows.push(`<text x="${MARGIN}" y="${y + 26}" class="title">${name}</text>`);
    y += 40;
    for (const line of lines) {
      if (line !== "") rows.push(`<text x="${MARGIN}" y="${y + 14}">${line}</text>`);
      y += LINE;
    }
    y += MARGIN - 6;
  };
  pane("app.ts", program);
  pane("terminal", terminal);
  return `<!-- Made by \`deno task screenshots\`. -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="A server, a request of JSON and a WebSocket">
<style>
text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #e6efec; white-space: pre; }
.title { font: 600 12px system-ui, sans-serif; fill: #9fb2ac; }
</style>
<rect x=".5" y=".5" width="${width - 1}" height="${y - 1}" rx="10" fill="#0e1514" stroke="#283431"/>
${rows.join("\n")}
</svg>
`;
}

/** A program's lines with their colours. */
function highlighted(program: string): string[] {
  const text = program.replaceAll(TOKENS, (word, ...rest) => {
    const groups: Record<string, string | undefined> = rest.at(-1);
    const [kind = ""] = Object.entries(groups).find(([, value]) => value !== undefined) ?? [];
    return coloured(COLOURS[kind], escape(word));
  });
  return text.trimEnd().split("\n");
}

/** Wraps a line like a terminal, not counting colours. */
function wrap(line: string): string[] {
  const pieces = [""];
  let column = 0;
  // deno-lint-ignore no-control-regex -- the pattern matches colours
  for (const [token] of line.matchAll(/\x1b\[\d+m|[^]/gu)) {
    if (token.length > 2) pieces.push(`${pieces.pop()}${token}`);
    else if (column < COLUMNS) {
      pieces.push(`${pieces.pop()}${token}`);
      column++;
    } else {
      pieces.push(token);
      column = 1;
    }
  }
  return pieces;
}

/** Colours as elements. */
function spans(line: string): string {
  // deno-lint-ignore no-control-regex -- the pattern matches colours
  return line.split(/\x1b\[(\d+)m/).map((piece, at, all) =>
    at % 2 === 1 ? "" : coloured(COLOURS[all[at - 1] ?? ""], escape(piece))
  ).join("");
}

function coloured(colour: string | undefined, text: string): string {
  return colour === undefined || text === "" ? text : `<tspan fill="${colour}">${text}</tspan>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
