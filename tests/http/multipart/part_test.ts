import { assert, assertEquals, assertRejects } from "@std/assert";
import { BodyPartReader } from "../../../http/multipart/body_part_reader.ts";
import { MultipartEncodingError } from "../../../http/multipart/errors.ts";
import { MultipartReader } from "../../../http/multipart/multipart_reader.ts";
import { decodePart } from "../../../http/multipart/part_decoding.ts";
import { latin1, streamOf, utf8 } from "./_harness.ts";

const bytes = (...codes: number[]) => Uint8Array.from(codes);

/** A part of a multipart/mixed with this content and these headers, fed in small chunks. */
async function partOf(
  content: string | Uint8Array<ArrayBuffer>,
  headers = "",
  options = {},
): Promise<BodyPartReader> {
  const data = typeof content === "string" ? utf8(content) : content;
  const body = await new Blob([`--X\r\n${headers}\r\n`, data, "\r\n--X--\r\n"]).bytes();
  const chunks = [];
  for (let at = 0; at < body.length; at += 50) chunks.push(body.slice(at, at + 50));
  const stream = streamOf(chunks, "bytes");
  const part = await new MultipartReader(stream, "multipart/mixed; boundary=X", options).next();
  assert(part instanceof BodyPartReader);
  return part;
}

const pack = (data: Uint8Array<ArrayBuffer>, format: CompressionFormat) =>
  new Response(new Blob([data]).stream().pipeThrough(new CompressionStream(format))).bytes();

Deno.test("text() decodes by the argument, else the part's charset, else UTF-8", async () => {
  const cases: [Uint8Array<ArrayBuffer>, string, string | undefined, string][] = [
    [utf8("naïve"), "", undefined, "naïve"],
    [bytes(0xe9), "Content-Type: text/plain; charset=ISO-8859-1\r\n", undefined, "é"],
    [bytes(0xc4, 0xe3), 'Content-Type: text/plain; charset="gbk"\r\n', undefined, "你"],
    [bytes(0xc4, 0xe3), "Content-Type: text/plain; charset=utf-8\r\n", "gbk", "你"],
    [bytes(0xef, 0xbb, 0xbf, 0x61), "", undefined, "\ufeffa"],
    [bytes(), "", undefined, ""],
  ];
  for (const [content, headers, encoding, expected] of cases) {
    const part = await partOf(content, headers);
    assertEquals(await part.text(encoding === undefined ? {} : { encoding }), expected);
  }
});

Deno.test("text() refuses unknown charsets and wrong bytes", async () => {
  const unknown = await partOf("a", "Content-Type: text/plain; charset=klingon\r\n");
  await assertRejects(() => unknown.text(), MultipartEncodingError, "klingon");
  const wrong = await partOf(bytes(0xff));
  await assertRejects(() => wrong.text(), MultipartEncodingError, "utf-8");
});

Deno.test("json() gives the value, null for an empty part, and an error for anything else", async () => {
  assertEquals(await (await partOf('{"a":[1,"é"]}')).json(), { a: [1, "é"] });
  assertEquals(await (await partOf("\ufeff1")).json<number>(), 1);
  assertEquals(await (await partOf("")).json(), null);
  const broken = await partOf("{");
  await assertRejects(() => broken.json(), SyntaxError);
});

Deno.test("form() keeps order, repeats and blanks", async () => {
  const cases: [string, string, [string, string][]][] = [
    ["a=1&b=2&a=3\r\n", "", [["a", "1"], ["b", "2"], ["a", "3"]]],
    ["a=&=b&c&&d=e=f", "", [["a", ""], ["", "b"], ["c", ""], ["d", "e=f"]]],
    ["a=1;b=2", "", [["a", "1;b=2"]]],
    ["a+b=%C3%A9%2B&%zz=%", "", [["a b", "é+"], ["%zz", "%"]]],
    ["a=%C4%E3", "Content-Type: x/y; charset=gbk\r\n", [["a", "你"]]],
    ["?a=1", "", [["?a", "1"]]],
    ["", "", []],
  ];
  for (const [content, headers, expected] of cases) {
    assertEquals(await (await partOf(content, headers)).form(), expected, content);
  }
  const wrong = await partOf("a=%FF");
  await assertRejects(() => wrong.form(), MultipartEncodingError);
});

Deno.test("readChunk() gives at most what is asked for, and nothing at the end", async () => {
  const content = "x".repeat(1000);
  for (const size of [1, 7, 49, 50, 51, 8192, Infinity]) {
    const part = await partOf(content);
    let read = "";
    for (;;) {
      const chunk = await part.readChunk(size);
      assert(chunk.length <= size);
      if (chunk.length === 0) break;
      read += latin1(chunk);
    }
    assertEquals(read, content);
    assertEquals((await part.readChunk(size)).length, 0);
    assert(part.atEof());
  }
  const part = await partOf(content);
  for (const size of [0, -1, NaN]) await assertRejects(() => part.readChunk(size), RangeError);
});

Deno.test("readLine() gives lines with their ends, the last without that of the delimiter", async () => {
  const long = "y".repeat(20_000);
  const part = await partOf(`a\r\n\nb\n${long}\r\nlast`);
  const lines = [];
  for (let line = await part.readLine(); line.length > 0; line = await part.readLine()) {
    lines.push(latin1(line));
  }
  assertEquals(lines, ["a\r\n", "\n", "b\n", `${long}\r\n`, "last"]);
  assert(part.atEof());
});

Deno.test("the ways of reading can be mixed", async () => {
  const part = await partOf("first\nsecond\nthird\nfourth");
  assertEquals(latin1(await part.readLine()), "first\n");
  assertEquals(latin1(await part.readChunk(3)), "sec");
  assertEquals(latin1(await part.readLine()), "ond\n");
  for await (const piece of part) {
    assert(piece.length > 0);
    break;
  }
  assertEquals(part.atEof() || latin1(await part.read()).length >= 0, true);
  assertEquals(latin1(await part.read()), "");
});

Deno.test("read() decodes base64, quoted-printable, gzip and deflate when asked to", async () => {
  const plain = utf8("hello, wörld\r\n".repeat(20));
  const zlib = await pack(plain, "deflate");
  const base64 = plain.toBase64().replace(/.{60}/g, "$&\r\n");
  const cases: [string, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>][] = [
    ["Content-Transfer-Encoding: base64", utf8(base64), plain],
    ["Content-Transfer-Encoding: BASE64", utf8("aGk"), utf8("hi")],
    [
      "Content-Transfer-Encoding: Quoted-Printable",
      utf8("a=3D=C3=A9=\r\nb=\nc=zz ="),
      utf8("a=ébc=zz ="),
    ],
    [
      "Content-Transfer-Encoding: quoted-printable",
      utf8("=c3=a9==41=\r=\r\r\n+=4=\n1=4"),
      utf8("é=A=\r=\r\r\n+=41=4"),
    ],
    ["Content-Transfer-Encoding: 8bit", utf8("a=3D"), utf8("a=3D")],
    ["Content-Encoding: gzip", await pack(plain, "gzip"), plain],
    ["Content-Encoding: deflate", zlib, plain],
    ["Content-Encoding: deflate", await pack(plain, "deflate-raw"), plain],
    ["Content-Encoding: identity", plain, plain],
    [
      "Content-Encoding: gzip",
      await new Blob([await pack(utf8("a"), "gzip"), await pack(utf8("b"), "gzip")]).bytes(),
      utf8("ab"),
    ],
    [
      "Content-Encoding: deflate\r\nContent-Transfer-Encoding: base64",
      utf8(zlib.toBase64()),
      plain,
    ],
  ];
  for (const [headers, sent, expected] of cases) {
    assertEquals(await (await partOf(sent, `${headers}\r\n`)).read(), sent, headers);
    const part = await partOf(sent, `${headers}\r\n`);
    assertEquals(await part.read({ decode: true }), expected, headers);
  }
});

Deno.test("decoding quoted-printable takes time by its size only", async () => {
  const headers = new Headers({ "content-transfer-encoding": "quoted-printable" });
  const data = utf8("=C3=A9".repeat(1_500_000));
  const start = performance.now();
  assertEquals((await decodePart(data, headers, 0)).length, 3_000_000);
  assert(performance.now() - start < 1000); // 3 s by a regular expression, and 0.5 GB
});

Deno.test("read() refuses damaged and unknown encodings when asked to decode", async () => {
  const packed = await pack(utf8("hello".repeat(100)), "gzip");
  const cases: [string, string | Uint8Array<ArrayBuffer>][] = [
    ["Content-Transfer-Encoding: base64", "a$b"],
    ["Content-Transfer-Encoding: x-uuencode", "abc"],
    ["Content-Encoding: br", "abc"],
    ["Content-Encoding: gzip, gzip", packed],
    ["Content-Encoding: gzip", "abc"],
    ["Content-Encoding: deflate", "abc"],
    ["Content-Encoding: gzip", packed.slice(0, -3)],
    ["Content-Encoding: gzip", packed.slice(0, 12)],
  ];
  for (const [headers, content] of cases) {
    const part = await partOf(content, `${headers}\r\n`);
    await assertRejects(() => part.read({ decode: true }), MultipartEncodingError, "part");
  }
});

Deno.test("a part tells its type, charset and headers", async () => {
  const part = await partOf("", 'Content-Type: Text/HTML; Charset="UTF-8"\r\nX-A: b\r\n');
  assertEquals([part.contentType, part.charset], ["text/html", "UTF-8"]);
  assertEquals(part.headers.get("x-a"), "b");
  assertEquals([part.name, part.filename, part.disposition], [null, null, null]);
  const bare = await partOf("");
  assertEquals([bare.contentType, bare.charset], ["text/plain", null]);
});
