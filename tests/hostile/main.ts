/**
 * Attacks servers at full size: `deno task hostile [WORD...]` runs the rows whose names contain a
 * word; without words it writes the table of docs/security.md again, in both languages.
 * @module
 */
import { isOldExecutable, type Kind, start } from "./_target.ts";
import { type Row, ROWS } from "./rows.ts";
import { writeTable } from "../_tables.ts";

const KINDS: readonly Kind[] = ["sockets", "executable", "deno", "aiohttp"];
const TITLES: Readonly<Record<Kind, string>> = {
  sockets: "`web.socketEngine()`",
  executable: "the same, compiled",
  deno: "`Deno.serve`",
  aiohttp: "aiohttp",
};

/**
 * Runs a row against a server; returns its figures as text, and whether they meet the expectations.
 */
async function run(row: Row, kind: Kind): Promise<[text: string, kept: boolean] | null> {
  const target = await start(kind, 10, row.descriptors);
  if (target === null) return null;
  await using running = target;
  const late = AbortSignal.timeout(600_000);
  const given = Promise.withResolvers<never>();
  late.addEventListener("abort", () => given.reject(new Error("no end after 600 s")));
  try {
    const figures = await Promise.race([row.run(running), given.promise]);
    const isExempt = kind === "executable" && isOldExecutable && row.cutsWrites === true;
    const promise = isExempt
      ? undefined
      : kind === "deno"
      ? row.weaker
      : kind === "aiohttp"
      ? undefined
      : row.holds;
    return [row.show(figures), promise?.(figures) ?? true];
  } catch (error) {
    // aiohttp's server has no page of counts.
    if (kind === "aiohttp") return ["not measured", true];
    return [`failed: ${error instanceof Error ? error.message : error}`, false];
  }
}

const words = Deno.args;
const rows = ROWS.filter(({ name }) =>
  words.length === 0 || words.some((word) => name.includes(word))
);
const table: string[][] = [];
let missed = 0;
for (const row of rows) {
  const cells = [row.name];
  for (const kind of KINDS) {
    if (row.isOwn === true && kind !== "sockets") {
      cells.push("");
      continue;
    }
    const result = await run(row, kind);
    cells.push(result?.[0] ?? "");
    if (result === null) continue;
    if (!result[1]) missed++;
    console.log(`${result[1] ? "ok  " : "MISS"} ${row.name} | ${kind} | ${result[0]}`);
  }
  table.push(cells);
}
if (words.length === 0) {
  // Servers that are not installed have no column.
  const shown = KINDS.filter((_, at) => table.some((cells) => cells[at + 1] !== ""));
  const head = ["attack", ...shown.map((kind) => TITLES[kind])];
  const body = table.map((cells) => [
    cells[0] ?? "",
    ...shown.map((kind) => cells[KINDS.indexOf(kind) + 1] ?? ""),
  ]);
  await writeTable("security.md", [head, ...body]);
}
console.log(missed === 0 ? "All promises are kept." : `${missed} promises are broken.`);
Deno.exit(missed === 0 ? 0 : 1);
