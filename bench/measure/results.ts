/** Results of a run, in the format of `results.json`: figures and versions, without the machine. */

import config from "../../deno.json" with { type: "json" };
import type { BenchCase, Row } from "./case.ts";
import { findTool, type Tool, toolsOf } from "./contenders.ts";
import { type Effort, type Measurement, median, type Outcome } from "./harness.ts";

/** The figures of one contender, in the unit of its benchmark. */
export interface Measured {
  readonly id: string;
  readonly label: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Median of `ours / this one` over the rounds; `null` without our figure. */
  readonly ratio: number | null;
  /** Goal for `ratio`, if set. */
  readonly goal: number | null;
  /** Median of `ours - this one` over the rounds, and its goal, if set. */
  readonly more?: { readonly median: number; readonly atMost: number };
  /** Median of CPU time in µs where the figure is a rate, and the other way round. */
  readonly beside?: number;
  /** Median share of a core that it used; well below 1 the load was the bottleneck. */
  readonly busy?: number;
  /** Goal for `median`, if set. */
  readonly atMost?: number;
  /** In MiB, or `null` if unavailable. */
  readonly peakRss: number | null;
}

/** A contender without figures, and why. */
export interface Absent {
  readonly id: string;
  readonly label: string;
  readonly absent: string;
}

/** One benchmark, measured. */
export interface CaseResult {
  readonly title: string;
  readonly method: string;
  readonly unit: string;
  readonly better: BenchCase["better"];
  readonly date: string;
  readonly rounds: number;
  readonly secondsPerRound: number;
  /** Whether servers and load had separate cores. */
  readonly pinned: boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly (Measured | Absent)[];
}

/** All benchmarks by name. */
export type Results = Readonly<Record<string, CaseResult>>;

export async function summarize(
  benchCase: BenchCase,
  outcomes: readonly Outcome[],
  effort: Effort,
  pinned: boolean,
): Promise<CaseResult> {
  const ours = outcomes.find(({ row }) => row.id === "ours");
  const oursFigures = ours !== undefined && "samples" in ours ? figuresOf(ours.samples) : [];
  return {
    title: benchCase.title,
    method: benchCase.method,
    unit: benchCase.unit,
    better: benchCase.better,
    date: new Date().toISOString().slice(0, 10),
    rounds: effort.rounds,
    secondsPerRound: effort.seconds,
    pinned,
    versions: await versionsOf(benchCase.rows, benchCase.needs ?? []),
    rows: outcomes.map((outcome) => summarizeRow(outcome, oursFigures)),
  };
}

function summarizeRow(outcome: Outcome, ours: readonly number[]): Measured | Absent {
  const { id, label, goal = null, atMost, atMostMore } = outcome.row;
  if ("missing" in outcome) return { id, label, absent: outcome.missing };
  if ("failure" in outcome) return { id, label, absent: "failed to run" };
  const { samples, peakRss } = outcome;
  const figures = figuresOf(samples);
  // Round by round, so that changes in the machine's speed cancel out.
  const ratios = figures.map((figure, index) => (ours[index] ?? NaN) / figure);
  const differences = figures.map((figure, index) => (ours[index] ?? NaN) - figure);
  const more = atMostMore === undefined || ours.length === 0
    ? {}
    : { more: { median: round(median(differences)), atMost: atMostMore } };
  return {
    id,
    label,
    ...more,
    ...(atMost !== undefined && { atMost }),
    median: round(median(figures)),
    min: round(Math.min(...figures)),
    max: round(Math.max(...figures)),
    ratio: ours.length === 0 ? null : round(median(ratios)),
    goal,
    ...medianOf("beside", samples),
    ...medianOf("busy", samples),
    peakRss: peakRss === null ? null : round(peakRss / 1024 ** 2),
  };
}

function figuresOf(samples: readonly Measurement[]): readonly number[] {
  return samples.map(({ figure }) => figure);
}

function medianOf(field: "beside" | "busy", samples: readonly Measurement[]) {
  const values = samples.flatMap((sample) => sample[field] ?? []);
  return values.length === 0 ? {} : { [field]: round(median(values)) };
}

/** To four significant digits: more would be noise. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** Whether a contender's goal is met; `null` when it has none or cannot be judged. */
export function meetsGoal(
  { median, ratio, goal, atMost, more }: Measured,
  better: BenchCase["better"],
): boolean | null {
  if (atMost !== undefined) return median <= atMost;
  if (more !== undefined) return more.median <= more.atMost;
  if (ratio === null || goal === null) return null;
  return better === "higher" ? ratio >= goal : ratio <= goal;
}

async function versionsOf(rows: readonly Row[], more: readonly Tool[]) {
  const versions: Record<string, string> = { roundtrip: config.version };
  const tools = new Set([...rows.flatMap((row) => toolsOf(row.program)), ...more]);
  for (const tool of tools) {
    const found = await findTool(tool);
    if (found !== null) versions[tool === "python" ? "aiohttp" : tool] = found.version;
  }
  return versions;
}

const FILE = new URL("../results.json", import.meta.url);

/** The figures of earlier runs, none without a file. */
export async function readResults(): Promise<Results> {
  try {
    return JSON.parse(await Deno.readTextFile(FILE));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** Puts figures into `results.json`, in the order of `names`; other benchmarks keep theirs. */
export async function recordResults(fresh: Results, names: readonly string[]): Promise<Results> {
  const merged = { ...await readResults(), ...fresh };
  const results = Object.fromEntries(
    names.flatMap((name) => merged[name] === undefined ? [] : [[name, merged[name]]]),
  );
  await Deno.writeTextFile(FILE, JSON.stringify(results, null, 2) + "\n");
  return results;
}
