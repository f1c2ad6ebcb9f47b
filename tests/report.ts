/**
 * `deno test` that prints a line for each file, what failed in full, and the totals:
 * `deno task test [ARGUMENT...]`. `deno test --trace-leaks -A` alone prints every test.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const FILE = /^running (\d+) tests? from (.+)$/;
const RESULT = /^(\S.*) \.\.\. (ok|FAILED|ignored|cancelled)\b.*$/;
const UNCAUGHT = /^Uncaught error from (.+) FAILED$/;
const TOTALS = /^(?:ok|FAILED) \| \d+ passed/;

/** A line without its colours. */
function plain(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replaceAll(/\x1b\[[\d;]*m/g, "");
}

let file: string | null = null; // that runs
let start = 0;
let counts = { ok: 0, FAILED: 0, ignored: 0, cancelled: 0 };
let ignored: string[] = [];
let held: string[] = []; // printed by the test that runs
let isSummary = false;

function endFile(): void {
  const { ok, FAILED, ignored: left, cancelled } = counts;
  if (file !== null && ok + FAILED + left + cancelled > 0) {
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
    const parts = [`${ok} passed`];
    if (FAILED + cancelled > 0) parts.push(`${FAILED + cancelled} failed`);
    if (left > 0) parts.push(`${left} ignored`);
    console.log(`${seconds} s  ${file}: ${parts.join(", ")}`);
    for (const name of ignored) console.log(`          ignored: ${name}`);
  }
  [file, counts, ignored] = [null, { ok: 0, FAILED: 0, ignored: 0, cancelled: 0 }, []];
}

function onLine(line: string): void {
  const text = plain(line);
  const [, , name] = FILE.exec(text) ?? [];
  if (name !== undefined) {
    endFile();
    [file, start, held] = [name.replace(/^\.\//, ""), performance.now(), []];
  } else if (isSummary) console.log(line);
  else if (text === " ERRORS " || TOTALS.test(text)) {
    endFile();
    isSummary = true;
    console.log(`\n${line}`);
  } else {
    held.push(line);
    const [, test = "", result] = RESULT.exec(text) ?? [];
    const isUncaught = UNCAUGHT.test(text);
    if (result === undefined && !isUncaught) return;
    if (!isUncaught) counts[result as keyof typeof counts]++;
    if (result === "ignored") ignored.push(test);
    if (isUncaught || result === "FAILED" || result === "cancelled") console.log(held.join("\n"));
    held = [];
  }
}

const child = spawn(Deno.execPath(), ["test", "--trace-leaks", "-A", ...Deno.args], {
  stdio: ["inherit", "pipe", "pipe"],
});
const ended = once(child, "close");
createInterface({ input: child.stdout }).on("line", onLine);
createInterface({ input: child.stderr }).on("line", (line) => {
  if (!/^(?:Check|Download|Initialize) /.test(plain(line))) console.error(line);
});
const [code] = await ended;
if (!isSummary && held.length > 0) console.log(held.join("\n")); // it was interrupted
Deno.exit(code ?? 1);
