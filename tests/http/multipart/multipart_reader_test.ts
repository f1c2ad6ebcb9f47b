import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { sampled } from "../../_whole.ts";
import { BodyPartReader } from "../../../http/multipart/body_part_reader.ts";
import { MultipartReader } from "../../../http/multipart/multipart_reader.ts";
import { badTypes, corpus, malformed } from "./corpus.ts";
import type { CorpusCase, ExpectedNesting, ExpectedPart } from "./corpus.ts";
import { collect, latin1, outcome, parse, streamOf, utf8 } from "./_harness.ts";
import type { Found } from "./_harness.ts";

const bytesOf = ({ body }: { body: string | Uint8Array<ArrayBuffer> }) =>
  typeof body === "string" ? utf8(body) : body;

/** End of the body: after the last closing delimiter. */
function completeAt({ body, type }: CorpusCase): number {
  const boundary = /boundary="?([^"]+?)"?$/i.exec(type)?.[1] ?? "";
  return latin1(bytesOf({ body })).lastIndexOf(`--${boundary}--`) + boundary.length + 4;
}

/** Converts the result to the shape of the expected one. */
function shapeLike(expected: ExpectedPart | ExpectedNesting, found: Found): unknown {
  if ("parts" in expected) {
    const parts = expected.parts.map((part, at) => shapeLike(part, found.parts?.[at] ?? found));
    return {
      ...pick(found, expected),
      parts: found.parts?.length === parts.length ? parts : found.parts,
    };
  }
  const headers = expected.headers &&
    Object.fromEntries(Object.keys(expected.headers).map((key) => [key, found.headers[key]]));
  return { ...pick(found, expected), ...(headers && { headers }) };
}

function pick(found: Found, expected: object): object {
  return Object.fromEntries(Object.entries(found).filter(([key]) => key in expected));
}

Deno.test("every body of the corpus is read as the table says", async () => {
  assert(corpus.length >= 40);
  for (const example of corpus) {
    const found = await parse([bytesOf(example)], example.type);
    const wide = example.parts.map((part) =>
      "data" in part ? { ...part, data: wireText(part.data, example) } : part
    );
    assertEquals(found.map((part, at) => shapeLike(wide[at] ?? part, part)), wide, example.name);
  }
});

/** Content in the table is text where the body is text. */
function wireText(data: string, { body }: CorpusCase): string {
  return typeof body === "string" ? latin1(utf8(data)) : data;
}

Deno.test("a body split at any byte is read as it is in one piece", async () => {
  for (const example of corpus) {
    const bytes = bytesOf(example);
    const whole = await parse([bytes], example.type);
    for (const kind of ["chunks", "bytes"] as const) {
      for (const at of sampled(Array(bytes.length + 1).keys(), kind === "chunks" ? 3 : 7)) {
        const chunks = [bytes.slice(0, at), bytes.slice(at)].filter(({ length }) => length > 0);
        assertEquals(
          await parse(chunks, example.type, {}, kind),
          whole,
          `${example.name} at ${at}`,
        );
      }
    }
  }
});

Deno.test("a body fed byte by byte is read as it is in one piece", async () => {
  for (const example of corpus) {
    const bytes = bytesOf(example);
    const whole = await parse([bytes], example.type);
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    for (const kind of ["chunks", "bytes"] as const) {
      const found = await parse(single, example.type, {}, kind);
      assertEquals(found, whole, `${example.name}, ${kind}`);
    }
  }
});

Deno.test("a body cut off anywhere is an error, at once", async () => {
  let slowest = 0;
  for (const example of corpus) {
    const bytes = bytesOf(example);
    const whole = await parse([bytes], example.type);
    const complete = completeAt(example);
    for (const at of sampled(Array(bytes.length + 1).keys(), 3)) {
      const began = performance.now();
      const reading = parse([bytes.slice(0, at)], example.type, {}, at % 2 ? "chunks" : "bytes");
      if (at >= complete) assertEquals(await reading, whole, `${example.name} at ${at}`);
      else {
        const name = await outcome(reading);
        assertEquals(name, "MultipartTruncatedError", `${example.name} at ${at} of ${complete}`);
      }
      slowest = Math.max(slowest, performance.now() - began);
    }
  }
  assert(slowest < 1000, `the slowest took ${slowest} ms`);
});

Deno.test("malformed bodies end with the error of the table, however they are split", async () => {
  for (const { name, type, body, error } of malformed) {
    const bytes = utf8(body);
    assertEquals(await outcome(parse([bytes], type)), error, name);
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    assertEquals(await outcome(parse(single, type, {}, "bytes")), error, `${name}, byte by byte`);
  }
});

Deno.test("a Content-Type without a usable boundary is refused before anything is read", () => {
  for (const [type, error] of badTypes) {
    const thrown = assertThrows(() => new MultipartReader(streamOf([]), type));
    assertEquals((thrown as Error).name, error, String(type));
  }
});

const twoParts = '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n' +
  '--X\r\nContent-Disposition: form-data; name="b"; filename="b"\r\n\r\ntwo\r\n--X--\r\n';
const type = "multipart/form-data; boundary=X";
const readerOf = (body: string, options = {}, contentType = type) =>
  new MultipartReader(streamOf([utf8(body)], "bytes"), contentType, options);

async function nextPart(reader: MultipartReader): Promise<BodyPartReader> {
  const part = await reader.next();
  assert(part instanceof BodyPartReader);
  return part;
}

Deno.test("next() skips the rest of a part, and a late read of it is an error", async () => {
  const reader = readerOf(twoParts);
  const first = await nextPart(reader);
  assertEquals(latin1(await first.readChunk(1)), "o");
  assertEquals(first.atEof(), false);
  const second = await nextPart(reader);
  assertEquals(second.name, "b");
  assertEquals(first.atEof(), true);
  await assertRejects(() => first.read(), TypeError, "gone on");
  assertEquals(await second.text(), "two");
  assertEquals(latin1(await second.read()), "");
  assertEquals(second.atEof(), true);
  assertEquals(reader.atEof(), false);
  assertEquals(await reader.next(), null);
  assertEquals(await reader.next(), null);
  assertEquals(reader.atEof(), true);
});

Deno.test("release() skips a part and leaves nothing to read", async () => {
  const reader = readerOf(twoParts);
  const part = await nextPart(reader);
  await part.release();
  assertEquals(part.atEof(), true);
  assertEquals(latin1(await part.read()), "");
  assertEquals((await nextPart(reader)).name, "b");
  reader.cancel();
});

Deno.test("leaving a loop over parts leaves the reader usable", async () => {
  const reader = readerOf(twoParts);
  for await (const part of reader) {
    assert(part instanceof BodyPartReader);
    for await (const _ of part) break;
    break;
  }
  assertEquals((await nextPart(reader)).name, "b");
  await reader[Symbol.asyncDispose]();
});

Deno.test("a concurrent read is refused and does not disturb the first", async () => {
  const reader = new MultipartReader(
    streamOf([utf8(twoParts.slice(0, 60)), utf8(twoParts.slice(60))]),
    type,
  );
  const part = reader.next();
  await assertRejects(() => reader.next(), TypeError, "another read is waiting");
  const first = await part;
  assert(first instanceof BodyPartReader);
  assertEquals(await first.text(), "one");
  assertEquals((await collect(reader)).length, 1);
});

Deno.test("an error ends the reader: the stream is cancelled and the error comes again", async () => {
  let reason: unknown;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(utf8("--X\r\nno colon\r\n\r\n")),
    cancel: (given) => void (reason = given),
  });
  const reader = new MultipartReader(stream, type);
  const error = await assertRejects(() => reader.next());
  assertEquals(reason, error);
  assertEquals(await assertRejects(() => reader.next()), error);
});

Deno.test("an error of the stream rejects the reads", async () => {
  const broken = new Error("connection reset");
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(utf8(twoParts.slice(0, 80))),
    pull: (controller) => controller.error(broken),
  });
  assertEquals(await assertRejects(() => collect(new MultipartReader(stream, type))), broken);
});

Deno.test("cancel() ends a pending read", async () => {
  const reader = new MultipartReader(new ReadableStream(), type);
  const waiting = reader.next();
  reader.cancel(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  await assertRejects(() => reader.next(), Error, "enough");
});

Deno.test("an abandoned nested multipart is skipped, and cannot be read further", async () => {
  const body = "--X\r\nContent-Type: multipart/mixed; boundary=Y\r\n\r\n--Y\r\n\r\n1\r\n--Y--\r\n" +
    "--X\r\n\r\n2\r\n--X--\r\n";
  const reader = readerOf(body, {}, "multipart/mixed; boundary=X");
  const nested = await reader.next();
  assert(nested instanceof MultipartReader);
  assertEquals(nested.depth, 2);
  assertEquals(await (await nextPart(reader)).text(), "2");
  await assertRejects(() => nested.next(), TypeError, "gone on");
  assertEquals(await reader.next(), null);
});

Deno.test("lentPieces() gives the same bytes in the reader's buffer, and earlier copies do not change", async () => {
  const content = new Uint8Array(3_000_000).map((_, at) => at % 251);
  const head = utf8('--X\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n');
  const chunks = [head, content, utf8("\r\n--X--\r\n")];
  const part = await nextPart(new MultipartReader(streamOf(chunks, "bytes"), type));
  const line = await part.readChunk(1000);
  const kept: Uint8Array[] = [];
  for await (const piece of part) {
    kept.push(piece);
    if (kept.length === 3) break;
  }
  let at = line.length + kept.reduce((sum, piece) => sum + piece.length, 0);
  const buffers = new Set<ArrayBufferLike>();
  let detached = 0;
  for await (const piece of part.lentPieces()) {
    assertEquals(piece, content.subarray(at, at + piece.length));
    at += piece.length;
    // The next read takes the buffer of the piece before: that is what "lent" means.
    for (const each of buffers) if (each.byteLength === 0) detached++;
    buffers.add(piece.buffer);
  }
  assertEquals(at, content.length);
  assert(detached > 0, "nothing was lent");
  const before = new Uint8Array(await new Blob([line, ...kept] as BlobPart[]).arrayBuffer());
  assertEquals(before, content.subarray(0, before.length));
});

Deno.test("bytes given out do not change later", async () => {
  // Pieces smaller and larger than the reader's buffer, from a source that fills what it is given.
  const content = new Uint8Array(3_000_000).map((_, at) => at % 251);
  const head = utf8('--X\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n');
  for (const size of [700, 40_000, 65_536, 1_000_000]) {
    const chunks = [head];
    for (let at = 0; at < content.length; at += size) chunks.push(content.slice(at, at + size));
    chunks.push(utf8("\r\n--X--\r\n"));
    for (const kind of ["chunks", "bytes"] as const) {
      const kept: Uint8Array[] = [];
      const part = await nextPart(new MultipartReader(streamOf(chunks, kind), type));
      for await (const piece of part) kept.push(piece);
      assertEquals(await new Blob(kept as BlobPart[]).bytes(), content, `${kind} of ${size}`);
    }
  }
});

Deno.test("stream gives the rest of the content", async () => {
  const reader = readerOf(twoParts);
  const part = await nextPart(reader);
  await part.readChunk(1);
  assertEquals(await new Response(part.stream).text(), "ne");
  const second = await nextPart(reader);
  await second.stream.cancel();
  assertEquals(second.atEof(), true);
  assertEquals(await reader.next(), null);
});

Deno.test("a byte stream is asked for the same number of bytes each time", async () => {
  // Deno.serve keeps a backlog that grows with the body where a read is smaller than one before.
  const asked = new Set<number>();
  const body = utf8(twoParts.replace("two", "\r\n--".repeat(100_000)));
  let at = 0;
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const { byobRequest } = controller;
      const view = byobRequest?.view;
      if (!byobRequest || !view) throw new Error("expected a BYOB read");
      asked.add(view.byteLength);
      const size = Math.min(1 + at % 5000, body.length - at);
      if (size === 0) controller.close();
      new Uint8Array(view.buffer, view.byteOffset).set(body.subarray(at, at + size));
      at += size;
      byobRequest.respond(size);
    },
  });
  const found = await collect(new MultipartReader(stream, type));
  assertEquals(found.map(({ data }) => data.length), [3, 400_000]);
  assertEquals(asked.size, 1);
});
