import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "npm:fast-check@^4";
import { scaled } from "../_whole.ts";
import { listOf } from "../../client/hop/header_list.ts";
import { formatJson } from "../../cli/connecting/json_format.ts";
import { headerBytes, type Item, parseItem } from "../../cli/connecting/items.ts";
import { putJson } from "../../cli/connecting/nested_json.ts";
import { parseTarget } from "../../cli/connecting/target.ts";
import { parseArgs } from "../../cli/args/parse_args.ts";
import { plain } from "../../cli/io/paint.ts";
import { parseEntry } from "../../cli/loading/entry.ts";
import { locate } from "../../cli/loading/import_entry.ts";
import { COMMANDS } from "../../cli/specs/mod.ts";
import { UsageError } from "../../cli/errors/errors.ts";
import { visibleLine, visibleText } from "../../cli/io/visible_text.ts";

const field = (name: string, value: string, raw = name): Item => ({
  kind: "field",
  name,
  raw,
  value,
});

const TABLE: [token: string, item: Item][] = [
  ["a=b", field("a", "b")],
  ["a=", field("a", "")],
  ["=b", field("", "b")],
  ["a==b", { kind: "query", name: "a", value: "b" }],
  ["a=b==c", field("a", "b==c")],
  ["a:=1", { kind: "json", name: "a", raw: "a", value: "1" }],
  ["a:b=c", { kind: "header", name: "a", value: "b=c" }],
  ["A:b", { kind: "header", name: "A", value: "b" }],
  ["A: b ", { kind: "header", name: "A", value: "b" }],
  ["A:", { kind: "header", name: "A", value: null }],
  ["A;", { kind: "header", name: "A", value: "" }],
  ["a@b", { kind: "file", name: "a", path: "b", type: null, filename: null }],
  ["a@b;type=c/d", { kind: "file", name: "a", path: "b", type: "c/d", filename: null }],
  ["a@b;type=c/d;filename=e f", {
    kind: "file",
    name: "a",
    path: "b",
    type: "c/d",
    filename: "e f",
  }],
  ["@b", { kind: "body", path: "b", type: null }],
  ["@b;type=c/d", { kind: "body", path: "b", type: "c/d" }],
  ["a=@b", { kind: "from", of: "field", name: "a", raw: "a", path: "b" }],
  ["a:=@b", { kind: "from", of: "json", name: "a", raw: "a", path: "b" }],
  ["a==@b", { kind: "from", of: "query", name: "a", raw: "a", path: "b" }],
  ["a:@b", { kind: "from", of: "header", name: "a", raw: "a", path: "b" }],
  [String.raw`a\=b=c`, field("a=b", "c", String.raw`a\=b`)],
  [String.raw`a\:b=c`, field("a:b", "c", String.raw`a\:b`)],
  [String.raw`a\\=b`, field("a\\", "b", String.raw`a\\`)],
  [String.raw`p=C:\x\y`, field("p", String.raw`C:\x\y`)],
  ["url=http://x/?a=b", field("url", "http://x/?a=b")],
];

Deno.test("items are split at the first separator, the longest one at that place", () => {
  for (const [token, item] of TABLE) assertEquals(parseItem(token), item, token);
});

const words = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(
    fc.constantFrom(..."=:@;\\[]ab01 \"'{}\r\n\0é\x1b\x7fż".split(""), ":=", "==", ":=@", ";type="),
    { maxLength: 12 },
  ).map((parts) => parts.join("")),
);

Deno.test("any word is an item or an error with its text", () => {
  fc.assert(
    fc.property(words, (word) => {
      try {
        const item = parseItem(word);
        // A session accepts the item.
        if (item.kind === "header") {
          listOf([[item.name, headerBytes(item.value ?? "")]]);
        }
        if (item.kind === "json") JSON.parse(item.value);
        if ("path" in item) assert(item.path !== "" && !item.path.includes("\0"));
      } catch (error) {
        assert(error instanceof UsageError, `${JSON.stringify(word)}: ${error}`);
        assertStringIncludes(error.message, word);
      }
    }),
    { numRuns: scaled(5000) },
  );
});

Deno.test("an escaped item is read back unchanged", () => {
  const text = fc.string({ unit: "binary-ascii", maxLength: 12 });
  fc.assert(
    fc.property(text, text, (name, value) => {
      const escape = (part: string): string => part.replaceAll(/[=:@;\\]/g, "\\$&");
      const values = value.replaceAll(/[=:@;]/g, "\\$&");
      // A backslash before a separator in the value would escape it.
      fc.pre(!/\\(?:[=:@;]|$)/.test(value) && !value.startsWith("@"));
      const item = parseItem(`${escape(name)}=${values}`);
      assertEquals(item, { kind: "field", name, raw: escape(name), value });
    }),
    { numRuns: scaled(2000) },
  );
});

Deno.test("nested keys build JSON, or the error points at the place", () => {
  const keys = fc.oneof(
    words,
    fc.array(fc.constantFrom("a", "b", "[]", "[0]", "[1]", "[k]", "[", "]", "\\["), {
      maxLength: 6,
    })
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 4 }), (list) => {
      let root: unknown;
      for (const key of list) {
        const token = `${key}=x`;
        try {
          root = putJson(root, key, "x", token);
          JSON.stringify(root);
        } catch (error) {
          assert(error instanceof UsageError, `${JSON.stringify(list)}: ${error}`);
          assertStringIncludes(error.message, token);
        }
      }
    }),
    { numRuns: scaled(3000) },
  );
  assertEquals(({} as Record<string, unknown>).x, undefined);
  assertThrowsUsage(() => putJson(undefined, "a[99999999]", 1, "a[99999999]:=1"), "100000");
  assertThrowsUsage(() => putJson(undefined, "a[-1]", 1, "a[-1]:=1"), "not negative");
  // As in HTTPie: a backslash before a number makes a key, before other letters it is literal.
  const rows: [key: string, json: string][] = [
    ["a[\\1]", '{"a":{"1":0}}'],
    ["a[\\\\1]", String.raw`{"a":{"\\1":0}}`],
    ["\\2012[x]", '{"2012":{"x":0}}'],
    ["a[\\-1]", '{"a":{"-1":0}}'],
    ["a[\\2012 b]", String.raw`{"a":{"\\2012 b":0}}`],
    ["a[\\\\\\2]", String.raw`{"a":{"\\\\2":0}}`],
    ["a[-1\\\\]", String.raw`{"a":{"-1\\":0}}`],
    ["a[\\[b\\]]", '{"a":{"[b]":0}}'],
    ["a[\\d]", String.raw`{"a":{"\\d":0}}`],
  ];
  for (const [key, json] of rows) {
    assertEquals(JSON.stringify(putJson(undefined, key, 0, key)), json, key);
  }
});

function assertThrowsUsage(run: () => unknown, text: string): void {
  try {
    run();
  } catch (error) {
    assert(error instanceof UsageError);
    return assertStringIncludes(error.message, text);
  }
  throw new Error("nothing was thrown");
}

Deno.test("arguments are split into method, URL and items", () => {
  const rows: [words: string[], method: string | null, url: string, credentials?: string][] = [
    [["localhost"], null, "http://localhost/"],
    [[":3000/x"], null, "http://localhost:3000/x"],
    [[":"], null, "http://localhost/"],
    [[":/x"], null, "http://localhost/x"],
    [["://example.org/x"], null, "http://example.org/x"],
    [["example.org:81"], null, "http://example.org:81/"],
    [["https://example.org"], null, "https://example.org/"],
    [["get", "x"], "GET", "http://x/"],
    [["localhost", "a=b"], null, "http://localhost/"],
    [["api", "a=b"], null, "http://api/"],
    [["purge", "host"], "PURGE", "http://host/"],
    [["MKCOL", "host"], "MKCOL", "http://host/"],
    [["[::1]:80/x"], null, "http://[::1]/x"],
    [["http://u:p%40@h/"], null, "http://h/", "u:p@"],
  ];
  for (const [list, method, url, credentials = null] of rows) {
    const target = parseTarget(list, "http");
    assertEquals(
      [target.method, target.url.href, target.credentials],
      [method, url, credentials],
      list.join(" "),
    );
  }
  fc.assert(
    fc.property(fc.array(words, { maxLength: 4 }), (list) => {
      try {
        parseTarget(list, "http");
      } catch (error) {
        assert(error instanceof UsageError, `${JSON.stringify(list)}: ${error}`);
        const named = list.some((word) => error.message.includes(word === "" ? "''" : word));
        const missing = /^the URL is missing|^"" is not a URL/.test(error.message);
        assert(named || missing, `${JSON.stringify(list)}: ${error.message}`);
      }
    }),
    { numRuns: scaled(3000) },
  );
});

Deno.test("any words are valid arguments or an error that names one of them", () => {
  for (const spec of COMMANDS) {
    const known = spec.options.flatMap((each) => {
      const short = each.short === undefined ? [] : [`-${each.short}`];
      return [`--${each.long}`, `--no-${each.long}`, `--${each.long}=x`, ...short];
    });
    const word = fc.oneof(fc.constantFrom(...known, "--", "-", ""), words);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (list) => {
        try {
          const parsed = parseArgs(spec, list);
          const before = list.includes("--") ? list.slice(0, list.indexOf("--")) : list;
          for (const each of [...parsed.positionals, ...parsed.rest]) assert(list.includes(each));
          if (before.length === 0) assertEquals(parsed.has("help"), false);
        } catch (error) {
          assert(error instanceof UsageError, `${spec.name} ${JSON.stringify(list)}: ${error}`);
          const named = list.some((each) => {
            const [option = ""] = each.split("=", 1);
            const letters = /^-[^-]/.test(option) ? [...option.slice(1)].map((at) => `-${at}`) : [];
            return [each === "" ? "''" : each, option || each || "''", ...letters]
              .some((at) => error.message.includes(at));
          });
          assert(named, `${spec.name} ${JSON.stringify(list)}: ${error.message}`);
        }
      }),
      { numRuns: scaled(1500) },
    );
  }
});

Deno.test("locating any module name finds it or fails with an error that names it", () => {
  const modules = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary", maxLength: 6000, minLength: 4000 }), // longer than the limit of paths
    fc.array(fc.constantFrom("..", ".", "/", "\\", "a", ":", "~", "%2e", "é", " ", "file:"), {
      maxLength: 10,
    }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(modules, (word) => {
      try {
        locate(parseEntry(word).module);
      } catch (error) {
        assert(error instanceof UsageError, `${JSON.stringify(word)}: ${error}`);
        const [first = ""] = word.split(":", 1);
        assertStringIncludes(error.message, first);
      }
    }),
    { numRuns: scaled(1500) },
  );
});

Deno.test("formatted JSON is the same JSON", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const formatted = formatJson(text, plain);
      assert(formatted !== null, text);
      assertEquals(JSON.parse(formatted), JSON.parse(text));
    }),
    { numRuns: scaled(1000) },
  );
  assertEquals(
    formatJson('{"a":1.50,"a":[],"b":{},"c":[1,"x"]}', plain),
    '{\n  "a": 1.50,\n  "a": [],\n  "b": {},\n  "c": [\n    1,\n    "x"\n  ]\n}',
  );
  assertEquals(formatJson("[1", plain), null);
  assertEquals(formatJson('"\x9b31m\u202e"', plain), '"\\u009b31m\\u202e"');
});

Deno.test("untrusted text is printed without control characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      // deno-lint-ignore no-control-regex -- the pattern matches control characters
      const obeyed = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
      assert(!obeyed.test(visibleText(text)));
      assert(!/[\n\t]/.test(visibleLine(text)) && !obeyed.test(visibleLine(text)));
    }),
    { numRuns: scaled(2000) },
  );
  assertEquals(visibleText("a\x1b]0;title\x07\n\tb"), "a\\x1b]0;title\\x07\n\tb");
});
