/**
 * Terminal sessions of the command as an animated SVG.
 * @module
 */
import { run, start } from "./_process.ts";

const COMMAND = [Deno.execPath(), "run", "-q", "-A", "cli/main.ts"];
const COLUMNS = 92;
const [CHARACTER, LINE, MARGIN] = [8.43, 19, 16]; // px
const COLOURS: Readonly<Record<string, string>> = {
  2: "#8b949e",
  31: "#ff7b72",
  32: "#7ee787",
  34: "#79c0ff",
  35: "#d2a8ff",
  36: "#56d4dd",
};

interface Scene {
  /** The typed text. */
  readonly line: string;
  /** The command to run, if different: with options that a terminal implies. */
  readonly args?: readonly string[];
}

const SCENES: readonly Scene[] = [
  {
    line: "roundtrip :8080/anything name=Ada age:=36",
    args: ["--pretty", "all", "-p", "hb", ":8080/anything", "name=Ada", "age:=36"],
  },
  { line: "roundtrip --curl :8080/users q==deno Accept:text/html" },
  { line: "roundtrip ws -x hello :8080/websocket/echo" },
];

/** A port with four digits, so that lengths do not change. */
function freePort(): number {
  for (let port = 8080; port < 10_000; port++) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch {
      // The next one.
    }
  }
  throw new Error("no port from 8080 to 9999 is free");
}

/** Runs the scenes, and draws them. */
export async function recordTerminal(): Promise<string> {
  const port = `${freePort()}`;
  const steps: [line: string, output: string][] = [];
  await using server = start([...COMMAND, "httpbin", "-H", "127.0.0.1", "-P", port]);
  await server.waitFor(/CTRL\+C to quit\)\n/);
  steps.push(["roundtrip httpbin &", server.output().replace("127.0.0.1", "localhost")]);
  for (const { line, args = line.split(" ").slice(1) } of SCENES) {
    const { code, stdout, stderr } = await run([
      ...COMMAND,
      ...args.map((word) => word.replace("8080", port)),
    ]);
    if (code !== 0) throw new Error(`${line}: ${stderr}`);
    steps.push([line, stdout]);
  }
  const constant = (text: string) =>
    text.replaceAll(port, "8080").replaceAll("\r", "")
      .replace(/[A-Z][a-z]{2}, [\w :]+ GMT/, "Sun, 22 Nov 2026 12:00:00 GMT");
  return draw(steps.map(([line, output]) => [line, constant(output).trimEnd()]));
}

function draw(steps: readonly (readonly [line: string, output: string])[]): string {
  const rows: string[] = [];
  let count = 0;
  const row = (content: string, delay: number): void => {
    const y = MARGIN + LINE * ++count - 5;
    if (content === "") return;
    const style = `style="animation-delay:${delay.toFixed(1)}s"`;
    rows.push(`<text x="${MARGIN}" y="${y}" ${style}>${content}</text>`);
  };
  let time = 0.4; // s
  for (const [line, output] of steps) {
    row(`<tspan fill="#7ee787">$</tspan> ${escape(line)}`, time);
    time += 0.8;
    for (const each of output.split("\n").flatMap(wrap)) row(spans(each), time);
    row("", time);
    time += 1.6;
  }
  const width = Math.round(2 * MARGIN + COLUMNS * CHARACTER);
  const height = 2 * MARGIN + LINE * count;
  return `<!-- Made by \`deno task screenshots\`. -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="The roundtrip command in a terminal">
<style>
text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #e6edf3; white-space: pre; animation: show 0.01s both; }
@keyframes show { from { visibility: hidden; } }
@media (prefers-reduced-motion: reduce) { text { animation: none; } }
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${rows.join("\n")}
</svg>
`;
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
  let open = false;
  // deno-lint-ignore no-control-regex -- the pattern matches colours
  const text = escape(line).replaceAll(/\x1b\[(\d+)m/g, (_, code: string) => {
    const end = open ? "</tspan>" : "";
    const colour = COLOURS[code];
    open = colour !== undefined;
    return end + (open ? `<tspan fill="${colour}">` : "");
  });
  return open ? `${text}</tspan>` : text;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
