/**
 * `deno test` with a process for each file, several at once: `deno task test [ARGUMENT...]` takes
 * the arguments of `deno test`, prints a line for each file, what failed in full, and the totals.
 * `DENO_JOBS` is the number of processes, one more than processors by default.
 * `deno test --trace-leaks -A FILE` prints every test.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** Folders of slow files, which start first, so that short ones fill the gaps at the end. */
const FIRST = ["tests/e2e/", "tests/hostile/", "tests/npm/", "tests/interop/"];
/** Files that measure time: each runs alone, after the others. */
const ALONE: readonly string[] = ["tests/e2e/bodies_test.ts"];
const LIMIT = 20 * 60_000; // ms for a file, of which the slowest takes one minute

const ROOT = new URL("../", import.meta.url);
const TEST_FILE = /(?:^|[/_.])test\.[mc]?[jt]sx?$/;
const RESULT = /^(\S.*) \.\.\. (ok|FAILED|ignored|cancelled)\b.*$/;
const UNCAUGHT = /^Uncaught error from .+ FAILED$/;
const ERRORS = /^ ERRORS $/m;
const TOTALS =
  /^(?:ok|FAILED) \| (\d+) passed(?: \((\d+) steps?\))? \| (\d+) failed(?: \((\d+) steps?\))?(?: \| (\d+) ignored)?/m;

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
  const { exclude } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const [files, options]: [string[], string[]] = [[], []];
  for (const [at, arg] of args.entries()) {
    const isValue = /^--(?:filter|config|seed|reporter|junit-path)$/.test(args[at - 1] ?? "");
    const info = arg.startsWith("-") || isValue ? null : await Deno.stat(arg);
    if (info === null) options.push(arg);
    else if (info.isDirectory) files.push(...await filesOf(arg, exclude));
    else files.push(arg);
  }
  if (files.length === 0) files.push(...await filesOf("tests", exclude));
  return { files, options };
}

const running = new Set<ChildProcess>();

/** Ends a process and, where there are groups, its children. */
function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(Deno.build.os === "windows" ? pid : -pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** Runs `deno test`, and returns its code and all of its output. */
async function deno(...args: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(Deno.execPath(), ["test", "--trace-leaks", "-A", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: Deno.build.os !== "windows", // the leader of a group
  });
  running.add(child);
  const timer = setTimeout(() => kill(child), LIMIT);
  const ended = once(child, "close");
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  clearTimeout(timer);
  running.delete(child);
  const lines = errors.split("\n").filter((line) =>
    !/^(?:Check|Download|Initialize) |^error: Test failed$/.test(plain(line))
  );
  return { code: code ?? 1, output: output + lines.join("\n") };
}

const total = { passed: 0, failed: 0, ignored: 0, steps: 0, failedSteps: 0 };
const summaries: string[] = [];

/** Runs the tests of a file and prints its line. */
async function test(file: string, options: readonly string[]): Promise<void> {
  const start = performance.now();
  const { code, output } = await deno("--no-check", ...options, file);
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
  const [totals, passed = "0", steps = "0", failed = "0", failedSteps = "0", left = "0"] =
    TOTALS.exec(plain(output)) ?? [];
  if (totals === undefined || (code !== 0 && failed === "0")) {
    total.failed++;
    console.log(`${seconds} s  ${file}: did not run to its end (code ${code})\n${output}`);
    return;
  }
  total.passed += Number(passed);
  total.failed += Number(failed);
  total.ignored += Number(left);
  total.steps += Number(steps);
  total.failedSteps += Number(failedSteps);
  const lines = output.split("\n");
  const end = lines.findIndex((line) => ERRORS.test(plain(line)));
  const ignored: string[] = [];
  let held: string[] = []; // printed by one test
  for (const line of lines.slice(1, end === -1 ? undefined : end)) {
    held.push(line);
    const [, name = "", result] = RESULT.exec(plain(line)) ?? [];
    const isUncaught = UNCAUGHT.test(plain(line));
    if (result === undefined && !isUncaught) continue;
    if (result === "ignored") ignored.push(name);
    if (isUncaught || result === "FAILED" || result === "cancelled") console.log(held.join("\n"));
    held = [];
  }
  if (end !== -1) {
    const summary = lines.slice(end + 1);
    summaries.push(
      summary.slice(0, summary.findIndex((line) => TOTALS.test(plain(line)))).join("\n"),
    );
  }
  if (Number(passed) + Number(failed) + Number(left) === 0 && code === 0) return; // filtered out
  const parts = [`${passed} passed`];
  if (failed !== "0") parts.push(`${failed} failed`);
  if (left !== "0") parts.push(`${left} ignored`);
  console.log(`${seconds} s  ${file}: ${parts.join(", ")}`);
  for (const name of ignored) console.log(`          ignored: ${name}`);
}

/** The types of all files; ends the program where they are wrong. */
async function check(files: readonly string[], options: readonly string[]): Promise<void> {
  const { code, output } = await deno("--no-run", ...options, ...files);
  if (code === 0) return;
  for (const each of running) kill(each);
  console.log(output);
  Deno.exit(code);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    for (const each of running) kill(each);
    Deno.exit(signal === "SIGINT" ? 130 : 143);
  });
}
const start = performance.now();
const { files, options } = await parse(Deno.args);
const rank = (file: string): number => FIRST.findIndex((folder) => file.startsWith(folder)) >>> 0; // of the others: the highest
const queue = files.filter((file) => !ALONE.includes(file)).sort((a, b) => rank(a) - rank(b));
const jobs = Number(Deno.env.get("DENO_JOBS") ?? navigator.hardwareConcurrency + 1);
const checking = options.includes("--no-check") ? Promise.resolve() : check(files, options);
const work = async (): Promise<void> => {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    await test(file, options);
  }
};
const first = checking.then(work); // the check is the first job
await Promise.all([first, ...Array.from({ length: jobs - 1 }, work)]);
for (const file of files.filter((each) => ALONE.includes(each))) await test(file, options);

for (const summary of summaries) console.log(`\n ERRORS \n${summary}`);
const { passed, failed, ignored, steps, failedSteps } = total;
const stepsOf = (count: number): string =>
  count === 0 ? "" : ` (${count} ${count === 1 ? "step" : "steps"})`;
const seconds = Math.round((performance.now() - start) / 1000);
const time = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
console.log(
  `\n${failed === 0 ? "ok" : "FAILED"} | ${passed} passed${stepsOf(steps)} | ${failed} failed` +
    `${stepsOf(failedSteps)}${ignored === 0 ? "" : ` | ${ignored} ignored`} (${time})`,
);
Deno.exit(failed === 0 ? 0 : 1);
