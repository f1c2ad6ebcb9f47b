import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { plain } from "../../cli/io/paint.ts";
import { formatJson, sortKeys } from "../../cli/connecting/json_format.ts";

Deno.test("JSON that would be mostly indentation is not formatted", () => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  assertEquals(formatJson(nested(20_000), plain), null); // 800 MB of spaces: RangeError
  assertEquals(formatJson(nested(20_000), plain, { indent: 0 }), nested(20_000));
  assertEquals(formatJson(nested(20_000), plain, { indent: null }), nested(20_000));
  const deep = formatJson(nested(200), plain);
  assertEquals(deep?.split("\n").length, 399);
  // Many values at the greatest depth also cost a line of spaces each.
  const wide = `${"[".repeat(500)}${"1,".repeat(300_000)}1${"]".repeat(500)}`;
  assertEquals(formatJson(wide, plain, { indent: 9 }), null);
  const usual = `[${"[1,2],".repeat(100_000)}3]`;
  assert((formatJson(usual, plain)?.length ?? 0) > usual.length);
});

Deno.test("sorted keys: the same values, in the order of code points at every level", () => {
  const rows: [name: string, text: string, sorted: string][] = [
    ["levels", '{"b":[{"d":1,"c":2}],"a":{}}', '{"a":{},"b":[{"c":2,"d":1}]}'],
    [
      "numbers and escapes as written",
      '{"b": 1.0e+2, "a": "\\u0041"}',
      '{"a":"\\u0041","b":1.0e+2}',
    ],
    ["keys are compared as they read", '{"b":1,"\\u0061":2}', '{"\\u0061":2,"b":1}'],
    ["one that repeats", '{"b":1,"a":1,"b":2}', '{"a":1,"b":1,"b":2}'],
    ["braces in strings", '{"}":"{","\\"":1}', '{"\\"":1,"}":"{"}'],
    ["past U+FFFF", '{"\u{1f600}":1,"\uffee":2}', '{"\uffee":2,"\u{1f600}":1}'],
    ["no object", " [ 2 , 1 ] ", "[2,1]"],
    ["a word", "null", "null"],
  ];
  for (const [name, text, sorted] of rows) assertEquals(sortKeys(text), sorted, name);
  assertEquals(sortKeys("[".repeat(200_000) + "]".repeat(200_000)).length, 400_000);
  fc.assert(fc.property(fc.json(), (text) => {
    const sorted = sortKeys(text);
    assertEquals(JSON.parse(sorted), JSON.parse(text));
    assertEquals(sortKeys(sorted), sorted);
  }));
});
