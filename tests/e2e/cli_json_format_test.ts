import { assert, assertEquals } from "@std/assert";
import { plain } from "../../cli/paint.ts";
import { formatJson } from "../../cli/request/json_format.ts";

Deno.test("JSON that would be all indentation is shown as it came", () => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  assertEquals(formatJson(nested(20_000), plain), null); // 800 MB of spaces: RangeError
  assertEquals(formatJson(nested(20_000), plain, 0), nested(20_000));
  assertEquals(formatJson(nested(20_000), plain, null), nested(20_000));
  const deep = formatJson(nested(200), plain);
  assertEquals(deep?.split("\n").length, 399);
  // Each of many values at the greatest depth costs a line of spaces too.
  const wide = `${"[".repeat(500)}${"1,".repeat(300_000)}1${"]".repeat(500)}`;
  assertEquals(formatJson(wide, plain, 9), null);
  const usual = `[${"[1,2],".repeat(100_000)}3]`;
  assert((formatJson(usual, plain)?.length ?? 0) > usual.length);
});
