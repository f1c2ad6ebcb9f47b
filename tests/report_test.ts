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
  "types_test.ts": `export const a: string = 1;`,
};

const ROWS: [name: string, code: number, shown: RegExp][] = [
  [
    "fine_test.ts",
    0,
    /^ +[\d.]+ s {2}\S+fine_test\.ts: 2 passed, 1 ignored\n +ignored: without Redis\n\nok \| 2 passed \(1 step\) \| 0 failed \| 1 ignored \([^)]*\)\n+$/,
  ],
  [
    "wrong_test.ts",
    1,
    /^fails \.\.\.\n-+ output -+\nwhat it said\n[^]*1 passed, 1 failed\n[^]*Error: boom[^]*\nFAILED \| 1 passed \| 1 failed \(/,
  ],
  ["late_test.ts", 1, /Error: too late[^]*\nFAILED \| 1 passed \| 1 failed \(/],
  ["types_test.ts", 1, /TS2322/],
];

Deno.test("deno task test prints a line a file, failures in full, and the totals", async () => {
  const folder = await Deno.makeTempDir();
  for (const [name, expected, shown] of ROWS) {
    await Deno.writeTextFile(`${folder}/${name}`, FILES[name] ?? "");
    const { code, stdout, stderr } = await run(
      [Deno.execPath(), "run", "-A", "tests/report.ts", "--no-config", `${folder}/${name}`],
    );
    assertEquals(code, expected, name + stdout + stderr);
    assertMatch(stdout + stderr, shown, name);
    assertEquals(/noise|^Check/m.test(stdout + stderr), false, name);
  }
  await Deno.remove(folder, { recursive: true });
});
