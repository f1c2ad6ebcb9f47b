import { assert, assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { resolveMultipartLimits } from "../../../http/multipart/limits.ts";
import { resolveLimits } from "../../../server/sockets/socket_limits.ts";

const ROOT = new URL("../../../", import.meta.url);

type LimitRow = readonly [option: string, value: number, reason: string];

/** The rows of a table of docs/limits.md: option, default, reason; the Chinese page has the same. */
async function rowsOf(heading: string): Promise<LimitRow[]> {
  const [english = "", chinese = ""] = await Promise.all(
    ["docs/limits.md", "docs/zh/limits.md"].map((page) => Deno.readTextFile(new URL(page, ROOT))),
  );
  const sections = english.split("\n## ");
  const place = sections.findIndex((section) => section.startsWith(`${heading}\n`));
  const values = (rows: LimitRow[]) => rows.map(([option, value]) => [option, value]);
  const rows = limitsIn(sections[place] ?? "");
  assertEquals(values(limitsIn(chinese.split("\n## ")[place] ?? "")), values(rows), heading);
  return rows;
}

function limitsIn(section: string): LimitRow[] {
  return [...section.matchAll(/^\| `(\w+)`\s*\|\s*(\d+) \|(.*)\|$/gm)]
    .map(([, option = "", value = "", rest = ""]) => [
      option,
      Number(value),
      rest.split("|").at(-1)?.trim() ?? "",
    ]);
}

Deno.test("docs/limits.md has every limit of a multipart body, with its default and a reason", async () => {
  const rows = await rowsOf("Of a multipart body");
  assertEquals(
    Object.fromEntries(rows.map(([option, value]) => [option, value])),
    { ...resolveMultipartLimits() },
  );
  for (const [option, , reason] of rows) assert(reason.length > 20, `${option} lacks a reason`);
});

Deno.test("docs/limits.md says the defaults of an application", async () => {
  const { clientMaxSize, bodyLimits } = new web.Application();
  const rows = await rowsOf("Of a body");
  assertEquals(
    Object.fromEntries(rows.map(([option, value]) => [option, value])),
    { clientMaxSize, ...bodyLimits },
  );
});

Deno.test("docs/limits.md has every limit of the engine over sockets, with a reason", async () => {
  const rows = await rowsOf("Of a connection");
  const limits = Object.entries(resolveLimits({}))
    .map(([name, value]) => [name, value === Infinity ? 0 : value]);
  assertEquals(
    Object.fromEntries(rows.map(([option, value]) => [option, value])),
    Object.fromEntries(limits),
  );
  for (const [option, , reason] of rows) assert(reason.length > 20, `${option} lacks a reason`);
});

Deno.test("the comments of the limits say the defaults that are in force", async () => {
  const source = await Deno.readTextFile(new URL("http/multipart/limits.ts", ROOT));
  const said = [...source.matchAll(/@default \{(\d+)\}\s*\*\/\s*readonly (\w+): number/g)];
  assertEquals(
    Object.fromEntries(said.map(([, value, option]) => [option, Number(value)])),
    { ...resolveMultipartLimits() },
  );
});
