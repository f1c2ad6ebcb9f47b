import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { MultipartLimitError } from "../../../http/multipart/errors.ts";
import { resolveMultipartLimits } from "../../../http/multipart/limits.ts";
import type { MultipartLimits } from "../../../http/multipart/limits.ts";
import { MultipartReader } from "../../../http/multipart/multipart_reader.ts";
import { collect, parse, streamOf, utf8 } from "./_harness.ts";

const FORM = "multipart/form-data; boundary=X";
const MIXED = "multipart/mixed; boundary=X";
const close = "--X--\r\n";
const field = (name: string, data: string, rest = "") =>
  `--X\r\nContent-Disposition: form-data; name="${name}"${rest}\r\n\r\n${data}\r\n`;
const a = (count: number) => "a".repeat(count);

function nest(depth: number): string {
  if (depth === 1) return "--X1\r\n\r\n1\r\n--X1--\r\n";
  const type = `Content-Type: multipart/mixed; boundary=X${depth - 1}`;
  return `--X${depth}\r\n${type}\r\n\r\n${nest(depth - 1)}\r\n--X${depth}--\r\n`;
}

/** For each limit a body that just meets it, for any number. */
const cases: {
  option: keyof MultipartLimits;
  limit: number;
  type?: (size: number) => string;
  body: (size: number) => string;
}[] = [
  { option: "maxParts", limit: 3, body: (n) => field("a", "1").repeat(n) + close },
  { option: "maxFieldSize", limit: 50, body: (n) => field("a", a(n)) + close },
  { option: "maxFileSize", limit: 50, body: (n) => field("a", a(n), '; filename="f"') + close },
  { option: "maxTotalSize", limit: 99, body: (n) => field("a", a(n - 58)) + close },
  {
    option: "maxHeaders",
    limit: 3,
    body: (n) => field("a", "1", "\r\nX: 1".repeat(n - 1)) + close,
  },
  { option: "maxHeaderSize", limit: 99, body: (n) => field(a(n - 41), "1") + close },
  {
    option: "maxBoundaryLength",
    limit: 20,
    type: (n) => `multipart/form-data; boundary=${a(n)}`,
    body: (n) => (field("a", "1") + close).replaceAll("--X", `--${a(n)}`),
  },
  { option: "maxPreambleSize", limit: 30, body: (n) => `${a(n)}\r\n${field("a", "1")}${close}` },
  { option: "maxEpilogueSize", limit: 30, body: (n) => field("a", "1") + close + a(n) },
  { option: "maxNameLength", limit: 30, body: (n) => field(a(n), "1") + close },
  {
    option: "maxNameLength",
    limit: 30,
    body: (n) => field("a", "", `; filename="${a(n)}"`) + close,
  },
  {
    option: "maxDepth",
    limit: 3,
    type: (n) => `multipart/mixed; boundary=X${n}`,
    body: nest,
  },
];

Deno.test("each limit trips one beyond it and not at it, however the body is split", async () => {
  for (const { option, limit, type = () => FORM, body } of cases) {
    for (const kind of ["chunks", "bytes"] as const) {
      for (const split of [false, true]) {
        const chunks = (size: number) => {
          const bytes = utf8(body(size));
          return split ? Array.from(bytes, (byte) => Uint8Array.of(byte)) : [bytes];
        };
        const options = { [option]: limit };
        const found = await parse(chunks(limit), type(limit), options, kind);
        assert(found.length > 0, option);
        const error = await assertRejects(async () => {
          await parse(chunks(limit + 1), type(limit + 1), options, kind);
        });
        assertInstanceOf(error, MultipartLimitError);
        assertEquals([error.option, error.limit], [option, limit]);
        assertEquals(error.name, "MultipartLimitError");
        assert(error.message.includes(String(limit)), error.message);
      }
    }
  }
});

Deno.test("a field's limit holds whichever way the field is read, and when it is skipped", async () => {
  const ways: ((reader: MultipartReader) => Promise<unknown>)[] = [
    collect,
    async (reader) => (await reader.next(), await reader.next()),
    ...(["read", "text", "json", "form", "release", "readLine"] as const).map(
      (method) => async (reader: MultipartReader) => {
        const part = await reader.next();
        if (part !== null && method in part) {
          await (part as never as Record<string, () => unknown>)[method]?.();
        }
      },
    ),
  ];
  for (const [at, way] of ways.entries()) {
    const bytes = utf8(field("a", "1".repeat(101)) + close);
    const reader = new MultipartReader(streamOf([bytes]), FORM, { maxFieldSize: 100 });
    const error = await assertRejects(async () => void await way(reader));
    assertInstanceOf(error, MultipartLimitError, `way ${at}`);
    assertEquals(error.option, "maxFieldSize");
  }
});

Deno.test("a file streams beyond what read() holds in memory, and maxSize raises that", async () => {
  const bytes = utf8(field("a", a(101), '; filename="f"') + close);
  const options = { maxFieldSize: 100 };
  assertEquals((await parse([bytes], FORM, options))[0]?.data.length, 101);
  for (const [read, option] of [[{}, 100], [{ maxSize: 50 }, 50]] as const) {
    const part = await new MultipartReader(streamOf([bytes]), FORM, options).next();
    assert(part !== null && "read" in part);
    const error = await assertRejects(() => part.read(read), MultipartLimitError);
    assertEquals(error.limit, option);
  }
  const part = await new MultipartReader(streamOf([bytes]), FORM, options).next();
  assert(part !== null && "read" in part);
  assertEquals((await part.read({ maxSize: 101 })).length, 101);
});

Deno.test("a part that inflates beyond maxFieldSize is an error, and memory stays flat", async () => {
  const zeros = new Uint8Array(64 << 20);
  const packed = await new Response(
    new Blob([zeros]).stream().pipeThrough(new CompressionStream("gzip")),
  ).bytes();
  const chunks = [utf8("--X\r\nContent-Encoding: gzip\r\n\r\n"), packed, utf8("\r\n--X--\r\n")];
  const part = await new MultipartReader(streamOf(chunks), MIXED).next();
  assert(part !== null && "read" in part);
  const error = await assertRejects(() => part.read({ decode: true }), MultipartLimitError);
  assertEquals(error.option, "maxFieldSize");
});

Deno.test("parts within nested multiparts count as parts", async () => {
  const inner =
    `--X\r\nContent-Type: multipart/mixed; boundary=Y\r\n\r\n--Y\r\n\r\n1\r\n--Y\r\n\r\n2\r\n--Y--\r\n`;
  const bytes = utf8(inner + close);
  await parse([bytes], MIXED, { maxParts: 3 });
  await assertRejects(() => parse([bytes], MIXED, { maxParts: 2 }), MultipartLimitError);
});

Deno.test("a stalled sender is an error after maxDuration", async () => {
  for (const sent of ["", "--X\r\n", field("a", "1")]) {
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => sent === "" ? undefined : controller.enqueue(utf8(sent)),
      cancel: () => void (isCancelled = true),
    });
    const began = performance.now();
    const reader = new MultipartReader(stream, FORM, { maxDuration: 50 });
    const error = await assertRejects(() => collect(reader), MultipartLimitError);
    assertEquals([error.option, error.limit], ["maxDuration", 50]);
    assert(isCancelled && performance.now() - began < 1000);
  }
});

Deno.test("a dripping sender is an error after maxDuration", async () => {
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      controller.enqueue(utf8("a"));
    },
  });
  const reader = new MultipartReader(stream, FORM, { maxDuration: 60 });
  const error = await assertRejects(() => reader.next(), MultipartLimitError);
  assertEquals(error.option, "maxDuration");
  await new Promise((resolve) => setTimeout(resolve, 20)); // the last drip
});

Deno.test("time that the caller takes does not count", async () => {
  const chunks = [utf8(field("a", "1")), utf8(field("b", "2")), utf8(close)];
  const reader = new MultipartReader(streamOf(chunks), FORM, { maxDuration: 40 });
  for await (const _ of reader) await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(reader.atEof(), true);
});

Deno.test("every limit is finite by default, frozen, and may be lifted", () => {
  const limits = resolveMultipartLimits();
  for (const value of Object.values(limits)) assert(Number.isFinite(value) && value > 0);
  assertEquals(Object.keys(limits).length, 12);
  assert(Object.isFrozen(limits));
  assertEquals(resolveMultipartLimits({ maxParts: Infinity }).maxParts, Infinity);
  for (const bad of [-1, NaN, "5" as never, null as never]) {
    if (bad === null) continue;
    assertThrows(() => resolveMultipartLimits({ maxParts: bad }), RangeError, "maxParts");
  }
});
