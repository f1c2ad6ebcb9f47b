import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { MultipartReader } from "../../../http/multipart/multipart_reader.ts";
import { MultipartWriter } from "../../../http/multipart/multipart_writer.ts";
import { collect, latin1, parse, streamOf, utf8 } from "./_harness.ts";
import { ownWork } from "../../_memory.ts";

const boundary = "X";
const text = (writer: MultipartWriter) => new Response(writer.stream()).text();

async function* yields(...pieces: string[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const piece of pieces) yield await Promise.resolve(utf8(piece));
}

Deno.test("parts are written as the table says, and the size is known beforehand", async () => {
  const cases: [writer: MultipartWriter, body: string][] = [
    [new MultipartWriter("mixed", { boundary }), "--X--\r\n"],
    [
      new MultipartWriter("mixed", { boundary }).append("é"),
      "--X\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\r\né\r\n--X--\r\n",
    ],
    [
      new MultipartWriter("mixed", { boundary }).append(utf8("1").buffer, {
        filename: "ä.bin",
        contentType: "a/b",
        headers: { "X-Id": "7", "Content-Length": "1" },
      }),
      "--X\r\nContent-Type: a/b\r\n" +
      "Content-Disposition: attachment; filename=_.bin; filename*=UTF-8''%C3%A4.bin\r\n" +
      "X-Id: 7\r\nContent-Length: 1\r\n\r\n1\r\n--X--\r\n",
    ],
    [
      new MultipartWriter("Form-Data", { boundary })
        .append("1", { name: 'a"\r\n' })
        .append(new File(["2"], "é%.txt", { type: "text/x" }), { name: "b" })
        .append(new Blob(["3"]), { name: "c", filename: "" }),
      '--X\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name="a%22%0D%0A"\r\n\r\n1\r\n' +
      '--X\r\nContent-Type: text/x\r\nContent-Disposition: form-data; name="b"; filename="é%.txt"\r\n\r\n2\r\n' +
      '--X\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; name="c"; filename=""\r\n\r\n3\r\n' +
      "--X--\r\n",
    ],
    [
      new MultipartWriter("mixed", { boundary })
        .appendJson({ a: [1] }).appendForm([["a", "b c"], ["a", 1]])
        .append("z", { headers: [["content-type", "x/y"], ["Content-Disposition", "inline"]] }),
      '--X\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a":[1]}\r\n' +
      "--X\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na=b+c&a=1\r\n" +
      "--X\r\nContent-Type: x/y\r\nContent-Disposition: inline\r\nContent-Length: 1\r\n\r\nz\r\n" +
      "--X--\r\n",
    ],
    [
      new MultipartWriter("mixed", { boundary })
        .append(new MultipartWriter("related", { boundary: "Y" }).append("1")),
      "--X\r\nContent-Type: multipart/related; boundary=Y\r\nContent-Length: 77\r\n\r\n" +
      "--Y\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 1\r\n\r\n1\r\n--Y--\r\n" +
      "\r\n--X--\r\n",
    ],
  ];
  for (const [writer, body] of cases) {
    assertEquals(await text(writer), body);
    assertEquals(await text(writer), body, "a second time");
    assertEquals(writer.size, utf8(body).length, body);
    assert(writer.isReplayable);
    const bytes = writer.bytes();
    if (bytes !== null) assertEquals(latin1(bytes), latin1(utf8(body)));
    else assert(body.includes("filename"));
  }
});

Deno.test("streams, iterables and files are sent once, with a size where it is known", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "0123456789");
  const file = await Deno.open(path);
  await file.seek(4, Deno.SeekMode.Start);
  const writer = new MultipartWriter("form-data", { boundary }).append(file, { name: "f" });
  const before = writer.size;
  assert(before !== null && !writer.isReplayable && writer.bytes() === null);
  const body = await new Response(writer.stream()).bytes();
  assertEquals(before, body.length);
  const [sent] = await parse([body], writer.contentType);
  assertEquals([sent?.data, sent?.type], ["456789", "application/octet-stream"]);
  await assertRejects(() => text(writer), TypeError, "can be read once");

  for (
    const value of [
      streamOf([utf8("a"), utf8("b")]),
      streamOf([utf8("ab")], "bytes"),
      yields("a", "", "b"),
    ]
  ) {
    const once = new MultipartWriter("mixed", { boundary }).append(value);
    assertEquals([once.size, once.isReplayable, once.bytes()], [null, false, null]);
    assert((await text(once)).endsWith("\r\n\r\nab\r\n--X--\r\n"));
    await assertRejects(() => text(once), TypeError, "can be read once");
  }
  await Deno.remove(path);
});

Deno.test("a file that grows is sent as it was, and one that shrinks is an error", async () => {
  const source = (size: number) => ({
    readable: streamOf([utf8("0123"), utf8("4567")]),
    statSync: () => ({ size, isFile: true }),
  });
  const grows = new MultipartWriter("mixed", { boundary }).append(source(6));
  const body = await text(grows);
  assert(body.endsWith("\r\n\r\n012345\r\n--X--\r\n"));
  assertEquals(body.length, grows.size);
  const shrinks = new MultipartWriter("mixed", { boundary }).append(source(9));
  await assertRejects(() => text(shrinks), Error, "ended 1 bytes early");
  const pipe = { readable: streamOf([utf8("1")]), statSync: () => ({ size: 0, isFile: false }) };
  assertEquals(new MultipartWriter().append(pipe).size, null);
});

Deno.test("cancelling the body, or a failing part, closes every source", async () => {
  const sources = (log: string[]) => {
    const endless = (name: string) =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(utf8("x".repeat(70_000))),
        cancel: () => void log.push(name),
      }, { highWaterMark: 0 });
    return new MultipartWriter("mixed").append("small").append(endless("first")).append(
      endless("second"),
    );
  };
  const log: string[] = [];
  const reader = sources(log).stream().getReader();
  for (let at = 0; at < 4; at++) await reader.read();
  await reader.cancel();
  assertEquals(log, ["first", "second"]);

  const unread: string[] = [];
  await sources(unread).stream().cancel();
  assertEquals(unread, ["first", "second"]);

  const failed: string[] = [];
  const writer = new MultipartWriter("mixed")
    .append((async function* () {
      yield utf8("a");
      await Promise.reject(new Error("disk gone"));
    })())
    .append(new ReadableStream({ cancel: () => void failed.push("behind") }));
  await assertRejects(() => text(writer), Error, "disk gone");
  assertEquals(failed, ["behind"]);
});

Deno.test("sources are read at the pace of the reader, BYOB readers included", async () => {
  let pulled = 0;
  const source = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(100_000));
      },
    }, { highWaterMark: 0 });
  const reader = new MultipartWriter().append(source()).stream().getReader();
  for (let at = 0; at < 3; at++) await reader.read();
  assert(pulled <= 2, `${pulled} chunks were read ahead`);
  await reader.cancel();

  const content = "y".repeat(200_000);
  const writer = new MultipartWriter("mixed", { boundary }).append(content).append(
    yields("a", "b"),
  );
  const byob = writer.stream().getReader({ mode: "byob" });
  let read = "";
  let buffer = new ArrayBuffer(1000);
  for (;;) {
    const { value, done } = await byob.read(new Uint8Array(buffer));
    if (done || value === undefined) break;
    assert(value.length > 0);
    read += latin1(value);
    buffer = value.buffer;
  }
  assert(
    read.includes(`\r\n\r\n${content}\r\n--X\r\n`) && read.endsWith("\r\n\r\nab\r\n--X--\r\n"),
  );
});

Deno.test("appended content is not changed or detached", async () => {
  const large = new Uint8Array(100_000).fill(1);
  const small = Uint8Array.of(1, 2, 3);
  const writer = new MultipartWriter().append(large).append(small).append(streamOf([small]));
  for await (const chunk of writer.stream()) chunk.fill(0);
  assertEquals([large.length, large[5], small], [100_000, 1, Uint8Array.of(1, 2, 3)]);
});

Deno.test("headers, names and types that could inject are refused, naming the field", () => {
  for (const bad of ["a\rb", "a\nb", "a\0b", "a\r\nX-Admin: 1"]) {
    const form = () => new MultipartWriter("form-data");
    assertThrows(
      () => form().append("", { name: "a", contentType: bad }),
      TypeError,
      "Content-Type",
    );
    assertThrows(() => form().append("", { name: "a", headers: { "X-A": bad } }), TypeError, "X-A");
    assertThrows(
      () => form().append("", { name: "a", headers: { [bad]: "1" } }),
      TypeError,
      "header name",
    );
    assertThrows(() => new MultipartWriter(bad), TypeError);
    assertThrows(() => new MultipartWriter("mixed", { boundary: bad }), TypeError, "boundary");
    const disposition = { "Content-Disposition": bad };
    assertThrows(
      () => form().append("", { headers: disposition, name: "a" }),
      TypeError,
      "Content-Disposition",
    );
  }
  const form = () => new MultipartWriter("form-data");
  assertThrows(() => form().append("", { name: "a\0" }), TypeError, "name");
  assertThrows(() => form().append("", { name: "a", filename: "\0" }), TypeError, "filename");
  assertThrows(() => form().append("", { filename: "a" }), TypeError, "no name");
  for (const header of ["Content-Encoding", "content-length", "Content-Transfer-Encoding"]) {
    assertThrows(
      () => form().append("", { name: "a", headers: { [header]: "1" } }),
      TypeError,
      header,
    );
  }
});

Deno.test("content that cannot be sent is refused at once", () => {
  const writer = new MultipartWriter("mixed", { boundary });
  for (const value of [null, undefined, 1, {}, [], () => 1]) {
    assertThrows(() => writer.append(value as never), TypeError, "Cannot send a part");
  }
  assertThrows(() => writer.appendJson(undefined), TypeError, "JSON");
  assertThrows(() => writer.append(writer), TypeError, "itself");
  const inner = new MultipartWriter("mixed", { boundary: "Y" });
  writer.append(inner);
  assertThrows(() => inner.append(writer), TypeError, "itself");
  assertThrows(
    () => writer.append(new MultipartWriter("mixed", { boundary })),
    TypeError,
    "boundary",
  );
  assertEquals(writer.length, 1);
});

Deno.test("boundaries are 128 random bits, and quoted where they must be", async () => {
  const boundaries = new Set<string>();
  for (let at = 0; at < 100_000; at++) boundaries.add(new MultipartWriter().boundary);
  assertEquals(boundaries.size, 100_000);
  assertMatch(new MultipartWriter().boundary, /^[0-9a-f]{32}$/);
  const odd = "a'()+_,-./:=? b";
  const writer = new MultipartWriter("mixed", { boundary: odd }).append("1");
  assertEquals(writer.contentType, `multipart/mixed; boundary="${odd}"`);
  assertEquals((await collect(new MultipartReader(writer.stream(), writer.contentType))).length, 1);
  for (const bad of ["", "a ", "é", "a;b", "a".repeat(71)]) {
    assertThrows(() => new MultipartWriter("mixed", { boundary: bad }), TypeError, "boundary");
  }
  assertEquals(new MultipartWriter("mixed", { boundary: "a".repeat(70) }).boundary.length, 70);
});

Deno.test("writers may be nested deeply: each level costs as much as the one before", async () => {
  let writer = new MultipartWriter("mixed").append("x");
  for (let depth = 0; depth < 40; depth++) writer = new MultipartWriter("mixed").append(writer);
  const start = ownWork();
  const { size } = writer;
  assertEquals(writer.bytes()?.length, size);
  assertEquals((await new Response(writer.stream()).bytes()).length, size);
  const ms = ownWork() - start;
  assert(ms < 1_000, `${Math.round(ms)} ms`);
});
