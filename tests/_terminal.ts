/**
 * Pictures of a file, and of what the command shows of it in a terminal, as SVG.
 * @module
 */
import { TOKENS } from "../examples/playground/public/highlight.js";
import { inTerminal } from "./e2e/_terminal.ts";
import { freePort, run, start } from "./_process.ts";

const COMMAND = [Deno.execPath(), "run", "-q", "-A", "cli/main.ts"];
// Narrow, so that it can be read on a phone.
const COLUMNS = 54;
const WIDE = 62;
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

const REQUESTS = `@host = http://localhost:8080

# @name created
POST {{host}}/post
Content-Type: application/json

{ "name": "Ada", "id": "{{$uuid}}" }

?? status == 200
?? jsonpath $.json.name == Ada

### the name comes back
GET {{host}}/get?name={{created.response.body.json.name}}

?? duration < 5000
?? jsonpath $.args.name == Bob
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
  const port = longPort();
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
  const terminal = text.split("\n").flatMap((line) => wrap(line, COLUMNS)).map(spans);
  const panes: Pane[] = [["app.ts", highlighted(PROGRAM)], ["terminal", terminal]];
  return draw("A server, a request of JSON and a WebSocket", panes, COLUMNS);
}

/** Runs the requests of a file against `roundtrip httpbin`, in a terminal, and draws both. */
export async function recordRun(): Promise<string> {
  const port = longPort();
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/api.http`, REQUESTS.replace("8080", `${port}`));
  let text = "";
  {
    await using server = start([...COMMAND, "httpbin", "-P", `${port}`]);
    await server.waitFor(/CTRL\+C to quit\)\n/);
    await using terminal = inTerminal(["run", "--test", `${folder}/api.http`]);
    const { code, output } = await terminal.end();
    if (code !== 1) throw new Error(output);
    text = output.trimEnd().replaceAll(/\d+ ms/g, "7 ms"); // it differs each time
  }
  await Deno.remove(folder, { recursive: true });
  const lines = [typed("roundtrip run --test api.http"), ...text.split("\n")];
  const terminal = lines.flatMap((line) => wrap(line, WIDE)).map(spans);
  const panes: Pane[] = [["api.http", REQUESTS.trimEnd().split("\n").map(escape)]];
  return draw("Requests in a file, and their checks", [...panes, ["terminal", terminal]], WIDE);
}

/** A port of five digits: lengths in the output are the same each time. */
function longPort(): number {
  let port = freePort();
  while (port < 10_000) port = freePort();
  return port;
}

const typed = (line: string): string => `\x1b[32m$\x1b[0m ${line}`;

type Pane = readonly [title: string, lines: readonly string[]];

function draw(label: string, panes: readonly Pane[], columns: number): string {
  const rows: string[] = [];
  let y = 0;
  const width = Math.round(2 * MARGIN + columns * CHARACTER);
  for (const [title, lines] of panes) {
    if (y > 0) rows.push(`<path d="M0 ${y}.5H${width}" stroke="#283431"/>`);
    rows.push(`<text x="${MARGIN}" y="${y + 26}" class="title">${title}</text>`);
    y += 40;
    for (const line of lines) {
      if (line !== "") rows.push(`<text x="${MARGIN}" y="${y + 14}">${line}</text>`);
      y += LINE;
    }
    y += MARGIN - 6;
  }
  return `<!-- Made by \`deno task screenshots\`. -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="${label}">
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
function wrap(line: string, columns: number): string[] {
  const pieces = [""];
  let column = 0;
  // deno-lint-ignore no-control-regex -- the pattern matches colours
  for (const [token] of line.matchAll(/\x1b\[\d+m|[^]/gu)) {
    if (token.length > 2) pieces.push(`${pieces.pop()}${token}`);
    else if (column < columns) {
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
