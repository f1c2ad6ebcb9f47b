import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { scaled } from "../../_whole.ts";
import { FormBody } from "../../../http/multipart/form_body.ts";
import type { FormFields, FormValue } from "../../../http/multipart/form_body.ts";
import type { SendableBody } from "../../../http/bytes/sendable_body.ts";
import { MultipartReader } from "../../../http/multipart/multipart_reader.ts";
import { collect, latin1, streamOf, utf8 } from "./_harness.ts";

const textOf = async (body: SendableBody) => await new Response(body.stream()).text();

Deno.test("a form of text is urlencoded, in order and with its repeats", async () => {
  const cases: [FormFields, string][] = [
    [{}, ""],
    [{ a: "1", b: 2, c: true, d: 10n, e: "" }, "a=1&b=2&c=true&d=10&e="],
    [{ a: ["1", "2"] }, "a=1&a=2"],
    [
      [["b", "1"], ["a", "é &=+/~*'\r\n"], ["b", "2"]],
      "b=1&a=%C3%A9+%26%3D%2B%2F%7E*%27%0D%0A&b=2",
    ],
    [new URLSearchParams("a=1&a=%20"), "a=1&a=+"],
    [new Map([["a", "1"]]), "a=1"],
    [[["__proto__", "1"]], "__proto__=1"],
    [[["\ud800", "1"]], "%EF%BF%BD=1"],
  ];
  for (const [fields, expected] of cases) {
    const form = new FormBody(fields);
    assert(!form.isMultipart);
    const encoded = form.encode();
    assertEquals(await textOf(encoded), expected);
    assertEquals(encoded.contentType, "application/x-www-form-urlencoded");
    assertEquals([encoded.size, encoded.replayable], [expected.length, true]);
  }
});

Deno.test("bytes, files, filenames and types make a form multipart", () => {
  const makes: [FormValue, object?][] = [
    [utf8("1")],
    [utf8("1").buffer],
    [new Blob(["1"])],
    [new File(["1"], "f")],
    [streamOf([])],
    [{ readable: streamOf([]) }],
    ["1", { filename: "f" }],
    ["1", { filename: "" }],
    ["1", { contentType: "text/csv" }],
  ];
  for (const [value, options] of makes) {
    const form = new FormBody().addField("a", "1").addField("b", value, options ?? {});
    assert(form.isMultipart);
    assert(form.encode().contentType.startsWith("multipart/form-data; boundary="));
  }
  assert(
    new FormBody({}, { defaultToMultipart: true }).encode().contentType.startsWith("multipart/"),
  );
});

Deno.test("fields of a multipart form are written as the table says", async () => {
  const form = new FormBody([["a", "1"]], { boundary: "X" })
    .addField("b", utf8("2"))
    .addField("c", new File(["3"], "c.txt", { type: "text/x" }))
    .addField("d", new File(["4"], "d.csv"), { filename: 'é".csv' })
    .addField("e", "5", { contentType: "a/b" })
    .addField("f", "6", { filename: "f.bin" })
    .addField("g", 7);
  const encoded = form.encode();
  const expected = [
    ["text/plain; charset=utf-8", 'name="a"', "1"],
    ["application/octet-stream", 'name="b"; filename="b"', "2"],
    ["text/x", 'name="c"; filename="c.txt"', "3"],
    ["application/octet-stream", 'name="d"; filename="é%22.csv"', "4"],
    ["a/b", 'name="e"', "5"],
    ["text/plain; charset=utf-8", 'name="f"; filename="f.bin"', "6"],
    ["text/plain; charset=utf-8", 'name="g"', "7"],
  ].map(([type, params, data]) =>
    `--X\r\nContent-Type: ${type}\r\nContent-Disposition: form-data; ${params}\r\n\r\n${data}\r\n`
  ).join("") + "--X--\r\n";
  assertEquals(await textOf(encoded), expected);
  assertEquals(encoded.size, utf8(expected).length);
  assertEquals(encoded.contentType, "multipart/form-data; boundary=X");
});

Deno.test("bytes in memory are one array, and anything else is a stream", () => {
  const cases: [FormValue, isBytes: boolean, replayable: boolean, isSized: boolean][] = [
    [utf8("1"), true, true, true],
    [new Uint8Array(9 << 20), false, true, true],
    [new Blob(["1"]), false, true, true],
    [streamOf([]), false, false, false],
  ];
  for (const [value, isBytes, replayable, isSized] of cases) {
    const encoded = new FormBody().addField("a", value).encode();
    assertEquals(encoded.bytes !== null, isBytes);
    assertEquals(encoded.replayable, replayable);
    assertEquals(encoded.size !== null, isSized);
  }
});

Deno.test("a platform FormData can be taken over", async () => {
  const source = new FormData();
  source.append("a", "1");
  source.append("f", new File(["x"], "f.txt", { type: "text/plain" }));
  source.append("a", "2");
  const body = new FormBody(source).encode();
  const headers = { "content-type": body.contentType };
  const form = await new Response(body.stream(), { headers }).formData();
  assertEquals(form.getAll("a"), ["1", "2"]);
  assertEquals(await (form.get("f") as File).text(), "x");
});

Deno.test("values that cannot be sent are refused, naming the field", () => {
  const form = new FormBody();
  for (const value of [null, undefined, Symbol("x"), {}, () => 1]) {
    assertThrows(() => form.addField("fieldname", value as never), TypeError, "Cannot send");
  }
  assertThrows(() => form.addField(1 as never, ""), TypeError, "name");
  assertThrows(() => form.addField("a\0", ""), TypeError, "name");
  assertThrows(() => form.addField("a", "", { filename: 1 as never }), TypeError, "filename");
  assertThrows(() => form.addField("a", "", { filename: "\0" }), TypeError, "filename");
  for (const bad of ["\r", "\n", "\0"]) {
    assertThrows(() => form.addField("a", "", { contentType: `a/b${bad}` }), TypeError, '"a"');
  }
  assertEquals(form.encode().bytes, new Uint8Array(0));
});

Deno.test("forms round-trip", async () => {
  const special = fc.constantFrom(
    '"',
    "\\",
    "\r",
    "\n",
    "\r\n",
    ";",
    "=",
    "%",
    "--",
    "é",
    "日",
    "😀",
    "\x01",
    "\ufeff",
    "__proto__",
  );
  const anyText = fc.string({
    unit: fc.oneof(special, fc.string({ unit: "binary", minLength: 1, maxLength: 1 })),
    maxLength: 12,
  })
    .filter((text) => text.isWellFormed());
  // The WHATWG's escapes are not reversible where a name holds them literally.
  const name = anyText.filter((text) => !/\0|%22|%0D|%0A/.test(text));
  const bytes = fc.uint8Array({ maxLength: 300 }).map((data) => new Uint8Array(data));
  const field = fc.oneof(
    fc.record({ name, value: anyText, filename: fc.constant(undefined) }),
    fc.record({ name, value: fc.oneof(anyText, bytes), filename: name }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(field, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (fields, isBlob) => {
        const form = new FormBody([], { defaultToMultipart: true });
        for (const { name, value, filename } of fields) {
          const sent = isBlob && filename !== undefined ? new Blob([value]) : value;
          form.addField(name, sent, filename === undefined ? {} : { filename });
        }
        const body = form.encode();
        const data = await new Response(body.stream()).bytes();
        assertEquals(data.length, body.size);
        const found = await collect(new MultipartReader(streamOf([data]), body.contentType));
        const expected = fields.map(({ name, value, filename }) => ({
          name,
          filename: filename ?? null,
          data: latin1(typeof value === "string" ? utf8(value) : value),
        }));
        assertEquals(found.map(({ name, filename, data }) => ({ name, filename, data })), expected);
      },
    ),
    { numRuns: scaled(1000) },
  );
});
