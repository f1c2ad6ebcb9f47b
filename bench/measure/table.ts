/**
 * Prints a benchmark as a table, in Markdown so that it can be pasted.
 */

import type { Outcome } from "./harness.ts";
import { type CaseResult, type Measured, meetsGoal } from "./results.ts";

/** A server that works less than this share of the time waits for its load. */
const SATURATED = 0.85;
/** Largest spread between the best and worst round of a steady contender. */
const STEADY = 1.25;

interface Column {
  readonly head: string;
  readonly left?: boolean;
  readonly cells: readonly string[];
}

/** The table of one benchmark, with its title above and the reasons of failures below. */
export function formatTable(
  name: string,
  result: CaseResult,
  outcomes: readonly Outcome[],
): string {
  const effort = `${result.rounds} × ${result.secondsPerRound} s each`;
  const pinning = result.pinned ? "a core each for server and load" : "not pinned to cores";
  return [
    `### ${name}: ${result.title}`,
    `${result.method}; ${effort}, ${pinning}; ${result.better} is better\n`,
    ...layOut(columnsOf(result)),
    ...outcomes.flatMap(describeFailure),
    ...describeSpread(result),
    ...describeLoad(result),
    "",
  ].join("\n");
}

/** Empty columns are left out. */
function columnsOf({ rows, unit, better }: CaseResult): Column[] {
  const cells = (cell: (row: Measured) => string) =>
    rows.map((row) => "absent" in row ? "" : cell(row));
  const columns: Column[] = [
    { head: "contender", left: true, cells: rows.map((row) => row.label) },
    { head: `${unit}, median`, cells: cells((row) => formatFigure(row.median)) },
    {
      head: "min – max",
      cells: cells((row) => `${formatFigure(row.min)} – ${formatFigure(row.max)}`),
    },
    {
      head: unit === "ms" ? "CPU ms" : unit.endsWith("/s") ? "CPU µs of one" : "one/s",
      cells: cells((row) => row.beside === undefined ? "" : formatFigure(row.beside)),
    },
    { head: "× ours", cells: cells(({ ratio }) => ratio === null ? "" : formatRatio(1 / ratio)) },
    { head: "ours / it", cells: cells(({ ratio }) => ratio === null ? "" : formatRatio(ratio)) },
    { head: "ours - it", cells: cells(({ more }) => more ? formatFigure(more.median) : "") },
    { head: "goal", cells: cells((row) => formatGoal(row, better)) },
    { head: "peak RSS", cells: cells(({ peakRss }) => formatMemory(peakRss)) },
    { head: "note", left: true, cells: rows.map((row) => "absent" in row ? row.absent : "") },
  ];
  return columns.filter((column) => column.cells.some((cell) => cell !== ""));
}

function layOut(columns: readonly Column[]): string[] {
  const padded = columns.map(({ head, left = false, cells }) => {
    const width = Math.max(head.length, ...cells.map((cell) => cell.length));
    const pad = (cell: string) => left ? cell.padEnd(width) : cell.padStart(width);
    return [pad(head), left ? "-".repeat(width) : "-".repeat(width - 1) + ":", ...cells.map(pad)];
  });
  const lines = padded[0] ?? [];
  return lines.map((_, index) => `| ${padded.map((column) => column[index]).join(" | ")} |`);
}

function describeFailure(outcome: Outcome): string[] {
  if (!("failure" in outcome)) return [];
  return [`\n${outcome.row.label} failed: ${outcome.failure}`];
}

/** Warns if the machine was too busy for reliable figures. */
function describeSpread({ rows }: CaseResult): string[] {
  const unsteady = rows.flatMap((row) =>
    "median" in row && row.max > row.min * STEADY ? [row.label] : []
  );
  if (unsteady.length === 0) return [];
  return [
    `\nUnsteady, best to be run again on a quiet machine or with longer rounds: ` +
    unsteady.join("; "),
  ];
}

/** Names the rows whose rate is that of the load generator, or of a machine with other work. */
function describeLoad({ rows }: CaseResult): string[] {
  const waiting = rows.flatMap((row) =>
    "median" in row && row.busy !== undefined && row.busy < SATURATED
      ? [`${row.label} (busy ${Math.round(row.busy * 100)} %)`]
      : []
  );
  if (waiting.length === 0) return [];
  return [
    `\nNot saturated: the load generator (or a busy machine) was the bottleneck, only CPU time counts: ${
      waiting.join("; ")
    }`,
  ];
}

/** Thousands with separators, small figures with three significant digits. */
export function formatFigure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(3);
}

function formatRatio(ratio: number): string {
  return ratio.toFixed(2);
}

function formatMemory(mebibytes: number | null): string {
  return mebibytes === null ? "" : `${Math.round(mebibytes)} MiB`;
}

function formatGoal(row: Measured, better: CaseResult["better"]): string {
  const met = meetsGoal(row, better);
  const { atMost, more } = row;
  const goal = atMost !== undefined
    ? `≤ ${atMost}`
    : more !== undefined
    ? `≤ +${more.atMost}`
    : row.goal === null
    ? ""
    : `${better === "higher" ? "≥" : "≤"} ${formatRatio(row.goal)}`;
  return met === null ? goal : `${goal} ${met ? "met" : "MISSED"}`;
}
