import { assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import {
  formatContentDisposition,
  parseContentDisposition,
} from "../../../http/headers/content_disposition.ts";
import {
  formatHeaderParams,
  isToken,
  parseHeaderParams,
} from "../../../http/headers/header_params.ts";

Deno.test("parseHeaderParams() parses values as in the table", () => {
  const cases: [header: string, value: string | null, ...params: [string, string][]][] = [
    ["attachment", "attachment"],
    ["Attachment;", "attachment"],
    ["", ""],
    ["a; b=c", "a", ["b", "c"]],
    ["a ; B = c ;; d=e ;", "a", ["b", "c"], ["d", "e"]],
    ['a; b="c;d=e, \\"f\\\\"', "a", ["b", 'c;d=e, "f\\']],
    ['a; b=""', "a", ["b", ""]],
    ["a; b=1; b=2", "a", ["b", "1"], ["b", "2"]],
    ["a; b*=UTF-8''%20", "a", ["b*", "UTF-8''%20"]],
    ["a; b='c'", "a", ["b", "'c'"]],
    ["a; b=\u00e9", "a", ["b", "\u00e9"]],
    ["a; b", null],
    ["a; b=c d", null],
    ["a; =c", null],
    ["a; b=", null],
    ['a; b="c', null],
    ['a; b="c"d', null],
    ['a; b="c" d=e', null],
    ['a; b="c\\"', null],
    ["a; b=c\r\nd: e", null],
    ["a; b=\0", null],
    ["a; b=\x7f", null],
    ['a; b="\x01"', null],
  ];
  for (const [header, value, ...params] of cases) {
    const expected = value === null ? null : { value, params };
    assertEquals(parseHeaderParams(header), expected, header);
  }
});

Deno.test("formatHeaderParams() and parseHeaderParams() round-trip", () => {
  const text = fc.string({ unit: "grapheme" }).filter((text) => !/\p{Cc}/u.test(text));
  const name = fc.stringMatching(/^[a-z*-]{1,5}$/);
  fc.assert(fc.property(fc.array(fc.tuple(name, text)), (params) => {
    const parsed = parseHeaderParams(formatHeaderParams("form", params));
    assertEquals(parsed, {
      value: "form",
      params,
    });
  }));
});

Deno.test("no control character can be written into a header value", () => {
  for (let code = 0; code < 128; code++) {
    const char = String.fromCharCode(code);
    if (code >= 32 && code !== 127 || code === 9) formatHeaderParams("a", [["b", char]]);
    else {
      assertThrows(() => formatHeaderParams("a", [["b", char]]), TypeError, '"b"');
      assertThrows(() => formatHeaderParams(char, []), TypeError);
    }
    assertEquals(isToken(char), /^[!#$%&'*+.^_`|~0-9A-Za-z-]$/.test(char));
    if (!isToken(char)) assertThrows(() => formatHeaderParams("a", [[char, ""]]), TypeError);
  }
});

Deno.test("parseContentDisposition() finds name and filename as in the table", () => {
  const cases: [
    header: string | null,
    ...([type: string, name: string | null, file: string | null] | [null]),
  ][] = [
    [null, null],
    ["", null],
    ["; filename=a", null],
    ["attach ment; filename=a", null],
    ['"attachment"', '"attachment"', null, null],
    ["inline", "inline", null, null],
    ['attachment; filename="foo.html"', "attachment", null, "foo.html"],
    ["ATTACHMENT; FILENAME=foo.html", "attachment", null, "foo.html"],
    ['attachment; filename="f\\oo.html"', "attachment", null, "foo.html"],
    [
      'attachment; filename="\\"quoting\\" tested.html"',
      "attachment",
      null,
      '"quoting" tested.html',
    ],
    ['attachment; filename="foo-\u00e4.html"', "attachment", null, "foo-\u00e4.html"],
    ['attachment; filename="foo-\u00c3\u00a4.html"', "attachment", null, "foo-\u00e4.html"],
    ['attachment; filename="foo-%41.html"', "attachment", null, "foo-%41.html"],
    ["attachment; filename=foo bar.html", null],
    ["attachment; filename=a; filename=b", null],
    ["attachment; filename*=iso-8859-1''foo-%E4.html", "attachment", null, "foo-\u00e4.html"],
    [
      "attachment; filename*=UTF-8'en'foo-%c3%a4.html; filename=x",
      "attachment",
      null,
      "foo-\u00e4.html",
    ],
    ["attachment; filename*=UTF-8''%E4; filename=x", "attachment", null, "x"],
    ["attachment; filename*=klingon''a; filename=x", "attachment", null, "x"],
    ["attachment; filename*=''a; filename=x", "attachment", null, "x"],
    ["attachment; filename*=UTF-8''foo-%; filename=x", "attachment", null, "x"],
    ["attachment; filename*=\"UTF-8''%41\"", "attachment", null, "A"],
    ['attachment; filename*0="foo."; filename*1="html"', "attachment", null, "foo.html"],
    ['attachment; filename*1="html"; filename*0="foo."', "attachment", null, "foo.html"],
    ['attachment; filename*0="foo"; filename*2="bar"', "attachment", null, "foo"],
    ['attachment; filename*1="foo"', "attachment", null, null],
    [
      "attachment; filename*0*=UTF-8''foo-%c3%a4; filename*1=.html",
      "attachment",
      null,
      "foo-\u00e4.html",
    ],
    ['attachment; filename="a"; filename*0="b"', "attachment", null, "a"],
    ['form-data; name="a"', "form-data", "a", null],
    ['Form-Data; Name=a; FileName=""', "form-data", "a", ""],
    ['form-data; name="a%22%0D%0A%0d%41%2522"', "form-data", 'a"\r\n%0d%41%2522', null],
    ["form-data; name=\"a\"; filename*=UTF-8''b", "form-data", "a", "b"],
    ["form-data; name*=UTF-8''%C3%A9", "form-data", "\u00e9", null],
    ["form-data; name=\"a\"; name*=UTF-8''b", "form-data", "a", null],
    ['form-data; name="a\\"b"', "form-data", 'a"b', null],
    ['form-data; name="a\\"; b"', "form-data", 'a"; b', null],
    ['form-data; name="a\\"; filename="b"', "form-data", "a\\", "b"],
    ['form-data; name="a\\"; filename="b";', "form-data", "a\\", "b"],
    ['form-data; name="\\"', "form-data", "\\", null],
    ['form-data; name="C:\\new\\"', "form-data", "C:\\new\\", null],
    ['form-data; name="a" b', null],
    ["form-data; name=a b; filename=c d", "form-data", "a b", "c d"],
    ["form-data-x; filename*=UTF-8''b", "form-data-x", null, "b"],
  ];
  for (const [header, type, name, filename] of cases) {
    const parsed = parseContentDisposition(header);
    const found = parsed && [parsed.type, parsed.name, parsed.filename];
    assertEquals(
      found,
      type === null ? null : [type, name, filename] as typeof found,
      String(header),
    );
  }
});

Deno.test("parseContentDisposition() has the raw parameters in params", () => {
  const parsed = parseContentDisposition(
    'form-data; name="a%22"; filename="b"; filename*=UTF-8\'\'c',
  );
  assertEquals([...parsed?.params ?? []], [["name", "a%22"], ["filename", "b"], [
    "filename*",
    "UTF-8''c",
  ]]);
});

Deno.test("formatContentDisposition() writes as in the table", () => {
  const cases: [type: string, init: { name?: string; filename?: string }, header: string][] = [
    ["form-data", { name: "a" }, 'form-data; name="a"'],
    [
      "form-data",
      { name: 'a"\r\n\\%22é', filename: "" },
      'form-data; name="a%22%0D%0A\\%22é"; filename=""',
    ],
    ["form-data", { name: "\ud800" }, 'form-data; name="\ufffd"'],
    ["attachment", { filename: "a.txt" }, "attachment; filename=a.txt"],
    ["attachment", { filename: 'a "b"\\.txt' }, 'attachment; filename="a \\"b\\"\\\\.txt"'],
    [
      "attachment",
      { filename: "é'.txt" },
      "attachment; filename=_'.txt; filename*=UTF-8''%C3%A9%27.txt",
    ],
    ["attachment", { filename: "a\r\nb" }, "attachment; filename=a__b; filename*=UTF-8''a%0D%0Ab"],
    ["inline", {}, "inline"],
  ];
  for (const [type, init, header] of cases) {
    assertEquals(formatContentDisposition(type, init), header);
  }
  assertThrows(() => formatContentDisposition("form-data", { name: "a\0" }), TypeError, "name");
  assertThrows(
    () => formatContentDisposition("form-data", { filename: "\0" }),
    TypeError,
    "filename",
  );
  assertThrows(() => formatContentDisposition("a\r\nb", { name: "a" }), TypeError);
});

Deno.test("formatContentDisposition() and parseContentDisposition() round-trip", () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('"', "\\", "\r", "\n", ";", "=", " ", "%", "'", "*"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    ),
  })
    .filter((text) => text.isWellFormed() && !text.includes("\0"));
  const init = fc.record({ name: text, filename: text }, { requiredKeys: ["name"] });
  fc.assert(
    fc.property(init, fc.constantFrom("form-data", "attachment"), (init, type) => {
      const header = formatContentDisposition(type, init);
      // As `Headers` gives it: each byte of the UTF-8 text as one character.
      const wire = String.fromCharCode(...new TextEncoder().encode(header));
      const parsed = parseContentDisposition(wire);
      // The WHATWG's escapes are not reversible where a name holds them literally.
      const read = (text: string | undefined) =>
        text === undefined
          ? null
          : type === "form-data"
          ? text.replace(/%22|%0D|%0A/g, decodeURIComponent)
          : text;
      assertEquals(
        [parsed?.name, parsed?.filename],
        [read(init.name), read(init.filename)],
        header,
      );
    }),
    { numRuns: 2000 },
  );
});
