// Compares Roundtrip with others: `deno task bench [name...]`.

import { printGrowth } from "./cases/growth.ts";
import { CASES } from "./cases/mod.ts";
import type { BenchCase } from "./measure/case.ts";
import { drawChart } from "./measure/chart.ts";
import { howToInstall, missingTools } from "./measure/contenders.ts";
import { runCase } from "./measure/harness.ts";
import { helpText, type Options, parseOptions, UsageError } from "./measure/options.ts";
import { type Cores, findCores, killAll } from "./measure/process.ts";
import { type CaseResult, meetsGoal, recordResults, summarize } from "./measure/results.ts";
import { formatTable } from "./measure/table.ts";

const CHART = new URL("chart.svg", import.meta.url);

/** Runs the benchmarks; resolves to the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, CASES);
  if (options === null) {
    console.log(helpText(CASES));
    return 0;
  }
  if (options.growth) {
    await printGrowth();
    return 0;
  }
  const cores = await findCores();
  if (cores === null) console.log("Processes are not pinned: this needs taskset and two cores.\n");
  const results: Record<string, CaseResult> = {};
  let failed = false;
  for (const benchCase of options.cases) {
    const result = await runAndPrint(benchCase, options, cores);
    if (result === null) continue;
    results[benchCase.name] = result.result;
    failed ||= result.failed;
  }
  if (options.record) {
    const recorded = await recordResults(results, CASES.map(({ name }) => name));
    await Deno.writeTextFile(CHART, drawChart(recorded));
    console.log("Recorded in bench/results.json and bench/chart.svg");
  }
  return failed ? 1 : 0;
}

async function runAndPrint(benchCase: BenchCase, options: Options, cores: Cores | null) {
  const missing = await missingTools(benchCase.needs ?? []);
  if (missing.length > 0) {
    console.log(`### ${benchCase.name}: skipped, ${howToInstall(missing)}\n`);
    return null;
  }
  const outcomes = await runCase(benchCase, options, cores, showProgress);
  showProgress("");
  const result = await summarize(benchCase, outcomes, options, cores !== null);
  console.log(formatTable(benchCase.name, result, outcomes));
  const missed = result.rows.some((row) =>
    "median" in row && meetsGoal(row, result.better) === false
  );
  const failed = outcomes.some((outcome) => "failure" in outcome) || (options.check && missed);
  return { result, failed };
}

/** Progress in one line, on a terminal only. */
function showProgress(doing: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${doing}`));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    killAll();
    Deno.exit(130);
  });
}

try {
  Deno.exitCode = await main(Deno.args);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  Deno.exitCode = 2;
} finally {
  killAll();
}
// The signal listeners would keep the process alive.
Deno.exit();
