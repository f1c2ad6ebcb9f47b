/**
 * `deno test` with a process for each file, several at once: `deno task test [ARGUMENT...]` takes
 * the arguments of `deno test`, prints a line for each file, what failed in full, and the totals.
 * `DENO_JOBS` is the number of processes, by default one more than processors, as some tests wait.
 * `deno test --trace-leaks -A FILE` prints every test.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** Folders of slow files, which start first, so that short ones fill the gaps at the end. */
const FIRST = ["e2e/", "hostile/", "npm/", "server/redis/", "server/run/", "interop/"];
const LIMIT = 20 * 60_000; // ms for a file; the slowest takes half a minute

const TEST = ["test", "--trace-leaks", "-A"];
const TEST_FILE = /(?:^|[/_.])test\.[mc]?[jt]sx?$/;
const RESULT = /^(\S.*) \.\.\. (ok|FAILED|ignored|cancelled)\b.*$/;
const UNCAUGHT = /^Uncaught error from .+ FAILED$/;
const TOTALS =
  /^(?:ok|FAILED) \| (\d+) passed(?: \((\d+) steps?\))? \| (\d+) failed(?: \((\d+) steps?\))?(?: \| (\d+) ignored)?/;

/** A line without its colours. */
function plain(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replaceAll(/\x1b\[[\d;]*m/g, "");
}

/** The test files in a folder, without those that deno.json excludes. */
async function filesOf(folder: string, excluded: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder.replace(/\/+$/, "")}/${name}`.replace(/^\.\//, "");
    if (isDirectory && !excluded.includes(`${path}/`) && !/^(?:\.|node_modules$)/.test(name)) {
      files.push(...await filesOf(path, excluded));
    } else if (!isDirectory && TEST_FILE.test(name)) files.push(path);
  }
  return files.sort();
}

/** Splits the arguments into those that name files and folders, and options. */
async function parse(args: readonly string[]): Promise<{ files: string[]; options: string[] }> {
  const { exclude } = JSON.parse(
    await Deno.readTextFile(new URL("../deno.json", import.meta.url)),
  );
  const [files, options]: [string[], string[]] = [[], []];
  for (const [at, arg] of args.entries()) {
    const isValue = /^--(?:filter|config|seed|reporter|junit-path)$/.test(args[at - 1] ?? "");
    if (arg.startsWith("-") || isValue) options.push(arg);
    else if ((await Deno.stat(arg)).isFile) files.push(arg);
    else files.push(...await filesOf(arg, exclude));
  }
  if (files.length === 0) files.push(...await filesOf("tests", exclude));
  return { files, options };
}

const running = new Set<ChildProcess>();

/** Ends all processes with, where there are groups, their children. */
function killAll(children: Iterable<ChildProcess> = running): void {
  for (const { pid } of children) {
    try {
      if (pid !== undefined) process.kill(Deno.build.os === "windows" ? pid : -pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

/** Runs Deno; returns its exit code, or the signal that ended it, and all of its output. */
async function deno(...args: string[]): Promise<{ end: number | string; output: string }> {
  const child = spawn(Deno.execPath(), args, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: Deno.build.os !== "windows", // the leader of a group
  });
  running.add(child);
  const timer = setTimeout(() => killAll([child]), LIMIT);
  const ended = once(child, "close");
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = await ended;
  clearTimeout(timer);
  running.delete(child);
  const lines = errors.split("\n").filter((line) =>
    !/^(?:Check|Download|Initialize) |^error: Test failed$/.test(plain(line))
  );
  return { end: code ?? signal, output: output + lines.join("\n") };
}

/** Prints what failed tests have printed; returns the names of ignored ones. */
function showFailures(lines: readonly string[]): string[] {
  const ignored: string[] = [];
  let held: string[] = []; // printed by one test
  for (const line of lines) {
    held.push(line);
    const [, name = "", result] = RESULT.exec(plain(line)) ?? [];
    const isUncaught = UNCAUGHT.test(plain(line));
    if (result === undefined && !isUncaught) continue;
    if (result === "ignored") ignored.push(name);
    if (isUncaught || result === "FAILED" || result === "cancelled") console.log(held.join("\n"));
    held = [];
  }
  return ignored;
}

const total = { passed: 0, failed: 0, ignored: 0, steps: 0, failedSteps: 0 };
const errors: string[] = [];

/** Runs the tests of a file and prints its line. */
async function test(file: string, options: readonly string[]): Promise<void> {
  const start = performance.now();
  const { end, output } = await deno(...TEST, "--no-check", ...options, file);
  const head = `${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${file}: `;
  const lines = output.split("\n");
  const at = lines.findIndex((line) => TOTALS.test(plain(line)));
  const [passed = 0, steps = 0, failed = 0, failedSteps = 0, ignored = 0] =
    TOTALS.exec(plain(lines[at] ?? ""))?.slice(1).map((each) => Number(each ?? 0)) ?? [];
  if (at === -1 || (end !== 0 && failed === 0)) {
    total.failed++;
    const how = typeof end === "number" ? `exit code ${end}` : end;
    console.log(`${head}did not run to its end (${how})\n${output}`);
    return;
  }
  total.passed += passed;
  total.failed += failed;
  total.ignored += ignored;
  total.steps += steps;
  total.failedSteps += failedSteps;
  const atErrors = lines.findIndex((line) => plain(line) === " ERRORS ");
  if (atErrors !== -1) errors.push(...lines.slice(atErrors, at));
  const names = showFailures(lines.slice(1, atErrors === -1 ? at : atErrors));
  if (passed + failed + ignored === 0) return; // filtered out
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (ignored > 0) parts.push(`${ignored} ignored`);
  console.log(head + parts.join(", "));
  for (const name of names) console.log(`          ignored: ${name}`);
}

/** Checks types, for all tests those of all files, and ends the program where they are wrong. */
async function check(files: readonly string[], options: readonly string[]): Promise<void> {
  const command = Deno.args.length === 0 ? ["check"] : [...TEST, "--no-run", ...options, ...files];
  const { end, output } = await deno(...command);
  if (end === 0) return;
  killAll();
  console.log(output);
  Deno.exit(1);
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  process.on(signal, () => {
    killAll();
    console.log(errors.join("\n"));
    Deno.exit(code);
  });
}
const start = performance.now();
const { files, options } = await parse(Deno.args);
const rank = (file: string): number =>
  FIRST.findIndex((folder) => file.startsWith(`tests/${folder}`)) >>> 0; // of others: the highest
const queue = files.toSorted((a, b) => rank(a) - rank(b));
const work = async (): Promise<void> => {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    await test(file, options);
  }
};
const jobs = Number(Deno.env.get("DENO_JOBS") ?? navigator.hardwareConcurrency + 1);
const isChecked = options.includes("--no-check");
await Promise.all([
  isChecked ? work() : check(files, options).then(work), // the check is the first job
  ...Array.from({ length: jobs - 1 }, work),
]);

if (errors.length > 0) console.log(`\n${errors.join("\n")}`);
const stepsOf = (count: number): string =>
  count === 0 ? "" : ` (${count} ${count === 1 ? "step" : "steps"})`;
const { passed, failed, ignored, steps, failedSteps } = total;
const seconds = Math.round((performance.now() - start) / 1000);
const time = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
console.log(
  `\n${failed === 0 ? "ok" : "FAILED"} | ${passed} passed${stepsOf(steps)} | ${failed} failed` +
    `${stepsOf(failedSteps)}${ignored === 0 ? "" : ` | ${ignored} ignored`} (${time})`,
);
Deno.exit(failed === 0 ? 0 : 1);
