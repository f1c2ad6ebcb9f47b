/**
 * Runs one benchmark: starts its contenders, warms them up, measures them in alternating rounds.
 */

import type { Bench, BenchCase, Row, Running, Sample } from "./case.ts";
import { commandOf, howToInstall, missingTools, toolsOf } from "./contenders.ts";
import { Child, type Cores } from "./process.ts";

/** Length and number of rounds. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
}

/** Outcome of one contender. */
export type Outcome =
  | { readonly row: Row; readonly samples: readonly Measurement[]; readonly peakRss: number | null }
  | { readonly row: Row; readonly missing: string }
  | { readonly row: Row; readonly failure: string };

/** A round; the case's own figures beside are optional. */
export type Measurement = Pick<Sample, "figure"> & Partial<Sample>;

interface Started {
  readonly row: Row;
  readonly running: Running;
  readonly samples: Measurement[];
}

/**
 * Measures all rows of a case. A contender that fails drops out with its reason; the others go on.
 *
 * @param progress Called with short progress messages.
 */
export async function runCase(
  benchCase: BenchCase,
  { rounds, seconds }: Effort,
  cores: Cores | null,
  progress: (doing: string) => void,
): Promise<Outcome[]> {
  await using stack = new AsyncDisposableStack();
  const bench = new Processes(cores, stack);
  const outcomes = new Map<Row, Outcome>();
  const started: Started[] = [];

  for (const row of benchCase.rows) {
    const missing = await missingTools(toolsOf(row.program));
    if (missing.length > 0) {
      outcomes.set(row, { row, missing: howToInstall(missing) });
      continue;
    }
    progress(`${benchCase.name}: warming up ${row.label}`);
    await attempt(row, outcomes, async () => {
      const running = await benchCase.open(row, bench);
      await running.measure(seconds);
      started.push({ row, running, samples: [] });
    });
  }
  // Rounds alternate between contenders, so that other load on the machine affects all.
  for (let round = 1; round <= rounds; round++) {
    for (const { row, running, samples } of started) {
      if (outcomes.has(row)) continue;
      progress(`${benchCase.name}: round ${round} of ${rounds}, ${row.label}`);
      await attempt(row, outcomes, async () => {
        const sample = await running.measure(seconds);
        samples.push(typeof sample === "number" ? { figure: sample } : sample);
      });
    }
  }
  for (const { row, running, samples } of started) {
    if (outcomes.has(row)) continue;
    outcomes.set(row, { row, samples, peakRss: await running.child.peakRss() });
  }
  return benchCase.rows.flatMap((row) => outcomes.get(row) ?? []);
}

async function attempt(
  row: Row,
  outcomes: Map<Row, Outcome>,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    outcomes.set(row, { row, failure });
  }
}

/** The value in the middle; the mean of the two in the middle for an even number of values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? NaN;
  const high = sorted[Math.floor(middle)] ?? NaN;
  return (low + high) / 2;
}

/** The processes of one case, disposed of with their stack. */
class Processes implements Bench {
  readonly #cores: Cores | null;
  readonly #stack: AsyncDisposableStack;
  readonly #shared = new Map<string, Promise<unknown>>();
  readonly command = commandOf;

  constructor(cores: Cores | null, stack: AsyncDisposableStack) {
    this.#cores = cores;
    this.#stack = stack;
  }

  spawn(command: readonly string[], side: keyof Cores): Child {
    return this.#stack.use(new Child(command, this.#cores?.[side] ?? null));
  }

  shared<Value>(key: string, create: () => Promise<Value>): Promise<Value> {
    const known = this.#shared.get(key) as Promise<Value> | undefined;
    const value = known ?? create();
    this.#shared.set(key, value);
    return value;
  }
}
