/** Draws all results as one SVG for light and dark pages. */

import type { CaseResult, Measured, Results } from "./results.ts";
import { formatFigure } from "./table.ts";

const WIDTH = 900;
const MARGIN = 24;
const GAP = 36;
const COLUMN = (WIDTH - 2 * MARGIN - GAP) / 2;
const LABEL = 190;
const FIGURE = 62;
const BAR = 16;
const ROW = 23;
const HEAD = 44;
const FOOT = 34;

// Colours are named per class instead of by variables, which not every SVG renderer knows.
const STYLE = `
text { font: 12px system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #24292f }
.title { font-size: 14px; font-weight: 600 }
.quiet { font-size: 11px; fill: #57606a }
.own { font-weight: 600 }
.page { fill: #ffffff; stroke: #d0d7de }
.bar { fill: #b6c2cf }
.bar.own { fill: #1f7a5c }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .quiet { fill: #9198a1 }
  .page { fill: #0d1117; stroke: #3d444d }
  .bar { fill: #4b5663 }
  .bar.own { fill: #3fb68b }
}`;

/** The picture: one panel of bars per benchmark, in two columns. */
export function drawChart(results: Results): string {
  const bottoms: [number, number] = [MARGIN, MARGIN];
  const panels = Object.entries(results).map(([name, result]) => {
    const side = bottoms[0] <= bottoms[1] ? 0 : 1;
    const top = bottoms[side];
    const rows = result.rows.filter((row) => "median" in row);
    bottoms[side] = top + HEAD + rows.length * ROW + MARGIN;
    return drawPanel(name, result, rows, MARGIN + side * (COLUMN + GAP), top);
  });
  const height = Math.max(...bottoms) + FOOT - MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" ` +
    `width="${WIDTH}" height="${height}" role="img" aria-label="Benchmarks of Roundtrip and others">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    ...panels,
    text(MARGIN, height - 14, footNote(results), "quiet"),
    "</svg>\n",
  ].join("\n");
}

function drawPanel(
  name: string,
  result: CaseResult,
  rows: readonly Measured[],
  left: number,
  top: number,
): string {
  const longest = Math.max(...rows.map((row) => row.median));
  const scale = (COLUMN - LABEL - FIGURE) / longest;
  return [
    text(left, top + 12, result.title, "title"),
    text(left, top + 29, `${name}: ${result.unit}, ${result.better} is better`, "quiet"),
    ...rows.flatMap((row, index) => {
      const y = top + HEAD + index * ROW;
      const own = row.id.startsWith("ours") ? "own" : "";
      const length = Math.max(1, row.median * scale);
      const start = left + LABEL;
      return [
        text(start - 8, y + 12, row.label, own, "end"),
        `<rect class="bar ${own}" x="${start}" y="${y}" width="${length.toFixed(1)}" ` +
        `height="${BAR}" rx="2"/>`,
        text(start + length + 6, y + 12, formatFigure(row.median), own),
      ];
    }),
  ].join("\n");
}

const LONG = 28; // characters of a label that fit at full size

function text(x: number, y: number, content: string, kind: string, anchor = "start"): string {
  const size = anchor === "end" && content.length > LONG
    ? ` style="font-size: ${(12 * LONG / content.length).toFixed(1)}px"`
    : "";
  return `<text class="${kind}"${size} x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}">` +
    `${escape(content)}</text>`;
}

/** Method, machine and date, common to all benchmarks. */
function footNote(results: Results): string {
  const all = Object.values(results);
  const date = all.map((result) => result.date).sort().at(-1) ?? "";
  const pinned = all.every((result) => result.pinned) ? ", one core each for server and load" : "";
  const versions: Record<string, string> = Object.assign({}, ...all.map((r) => r.versions));
  const shown = ["deno", "hono", "node", "bun", "aiohttp"]
    .filter((tool) => versions[tool] !== undefined)
    .map((tool) => `${tool} ${versions[tool]?.replace(/^v| .*/g, "")}`);
  return [`Medians${pinned}`, ...shown, date].join("  ·  ");
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
