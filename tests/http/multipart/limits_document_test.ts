import { assert, assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { resolveMultipartLimits } from "../../../http/multipart/limits.ts";
import { resolveLimits } from "../../../server/sockets/socket_limits.ts";

const ROOT = new URL("../../../", import.meta.url);

/** The rows of a table of docs/limits.md: option, default, reason. */
async function rowsOf(heading: string): Promise<[option: string, value: number, reason: string][]> {
  const text = await Deno.readTextFile(new URL("docs/limits.md", ROOT));
  const [, section = ""] = text.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return [...own.matchAll(/^\| `(\w+)`\s*\|\s*(\d+) \|(.*)\|$/gm)]
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
