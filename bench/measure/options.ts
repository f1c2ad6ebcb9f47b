/**
 * The command line of `deno task bench`.
 */

import { parseArgs } from "node:util";
import type { BenchCase } from "./case.ts";
import type { Effort } from "./harness.ts";

/** Parsed options. */
export interface Options extends Effort {
  readonly cases: readonly BenchCase[];
  /** Whether a missed goal makes the run fail. */
  readonly check: boolean;
  /** Whether to save the figures to results.json and the chart. */
  readonly record: boolean;
  /** Whether to print how costs grow instead. */
  readonly growth: boolean;
}

/** Invalid command line; the message is for the user. */
export class UsageError extends Error {}

const DEFAULTS: Effort = { rounds: 5, seconds: 3 };
const QUICK: Effort = { rounds: 3, seconds: 1 };
/** Fewer rounds are not enough for publishing a median. */
const ROUNDS_TO_RECORD = 5;

/** Parses the command line; `null` for --help. */
export function parseOptions(args: readonly string[], all: readonly BenchCase[]): Options | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const effort = values.quick ? QUICK : DEFAULTS;
  const rounds = positiveInteger("--rounds", values.rounds, effort.rounds);
  return {
    cases: positionals.length === 0 ? all : positionals.flatMap((name) => named(name, all)),
    rounds,
    // Whole seconds, as wrk requires.
    seconds: positiveInteger("--seconds", values.seconds, effort.seconds),
    check: values.check,
    growth: values.growth,
    record: rounds >= ROUNDS_TO_RECORD && !values.quick,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: "string" },
        seconds: { type: "string" },
        quick: { type: "boolean", default: false },
        growth: { type: "boolean", default: false },
        check: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The benchmark of a name, or all whose names continue it after an underscore. */
function named(name: string, all: readonly BenchCase[]): readonly BenchCase[] {
  const exact = all.filter((candidate) => candidate.name === name);
  const found = exact.length > 0 ? exact : all.filter((each) => each.name.startsWith(`${name}_`));
  if (found.length > 0) return found;
  const names = all.map((candidate) => candidate.name).join(", ");
  throw new UsageError(`Unknown benchmark "${name}". Known ones: ${names}`);
}

function positiveInteger(option: string, given: string | undefined, preset: number): number {
  if (given === undefined) return preset;
  if (/^[1-9]\d{0,3}$/.test(given)) return Number(given);
  throw new UsageError(`${option} takes a whole number from 1 to 9999, not "${given}"`);
}

export function helpText(all: readonly BenchCase[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  return `Measures Roundtrip side by side with others on this machine.

Usage: deno task bench [options] [name...]

Benchmarks (all of them when none is named):
${all.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`).join("\n")}

Options:
  --rounds N   measured rounds of each contender (default ${DEFAULTS.rounds})
  --seconds S  length of a round, and of the warm-up before (default ${DEFAULTS.seconds})
  --quick      ${QUICK.rounds} rounds of ${QUICK.seconds} s: a first look
  --growth     print how costs grow with routes, headers, files and so on, and nothing else
  --check      exit with 1 when a goal is missed
  -h, --help   this text

Figures go into bench/results.json and bench/chart.svg when they come from ${ROUNDS_TO_RECORD} rounds or more
and not from --quick. bench/setup installs the contenders.
`;
}
