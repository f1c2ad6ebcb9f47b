import { assertEquals, assertMatch } from "@std/assert";
import { run } from "./_process.ts";

const FILES: Readonly<Record<string, string>> = {
  "fine_test.ts": `
    Deno.test("quiet", () => console.log("noise"));
    Deno.test("steps", async (t) => void await t.step("one", () => {}));
    Deno.test.ignore("without Redis", () => {});`,
  "wrong_test.ts": `
    Deno.test("fine", () => console.log("noise"));
    Deno.test("fails", () => { console.log("what it said"); throw new Error("boom"); });`,
  "late_test.ts": `
    Deno.test("fine", () => {});
    setTimeout(() => { throw new Error("too late"); });
    await new Promise((resolve) => setTimeout(resolve, 50));`,
  "ends_test.ts": `
    Deno.test("ends", () => { console.log("last words"); process.kill(process.pid, "SIGKILL"); });`,
  "types_test.ts": `export const a: string = 1;`,
};

const ROWS: [arguments: string[], code: number, shown: RegExp[]][] = [
  [["--no-check", "fine_test.ts"], 0, [
    /^ +[\d.]+ s {2}\S+fine_test\.ts: 2 passed, 1 ignored\n +ignored: without Redis\n\nok \| 2 passed \(1 step\) \| 0 failed \| 1 ignored \(\d+s\)\n$/,
  ]],
  [["--no-check", "fine_test.ts", "wrong_test.ts", "late_test.ts", "ends_test.ts"], 1, [
    /fine_test\.ts: 2 passed, 1 ignored\n/,
    /^fails \.\.\.\n-+ output -+\nwhat it said\n/m,
    /wrong_test\.ts: 1 passed, 1 failed\n[^]* ERRORS \n[^]*fails => [^]*Error: boom/,
    /late_test\.ts: 1 passed, 1 failed\n[^]* ERRORS \n[^]*Error: too late/,
    /ends_test\.ts: did not run to its end \(SIGKILL\)\n[^]*last words\n/,
    /\nFAILED \| 4 passed \(1 step\) \| 3 failed \| 1 ignored \(\d+s\)\n$/,
  ]],
  [["--no-check", "--filter", "steps", "fine_test.ts", "wrong_test.ts"], 0, [
    /^.*fine_test\.ts: 1 passed\n\nok \| 1 passed \(1 step\) \| 0 failed \(\d+s\)\n$/,
  ]],
  [["types_test.ts"], 1, [/TS2322/]],
];

Deno.test("deno task test prints a line a file, failures in full, and the totals", async () => {
  const folder = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(FILES)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  for (const [words, expected, shown] of ROWS) {
    const args = words.map((each) => each.endsWith(".ts") ? `${folder}/${each}` : each);
    const { code, stdout, stderr } = await run(
      [Deno.execPath(), "run", "-A", "tests/report.ts", "--no-config", ...args],
    );
    const all = stdout + stderr;
    assertEquals(code, expected, all);
    for (const each of shown) assertMatch(all, each);
    assertEquals(/noise|^Check/m.test(all), false, all);
  }
  await Deno.remove(folder, { recursive: true });
});
