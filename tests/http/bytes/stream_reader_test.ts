import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { IncompleteReadError, LineTooLongError, StreamReader } from "@roundtrip/http";

type Bytes = Uint8Array<ArrayBuffer>;
const bytes = (text: string): Bytes => new TextEncoder().encode(text);
const text = (data: Bytes): string => new TextDecoder().decode(data);

/** Two kinds of stream: the platform's bodies are byte streams, the others come from programs. */
const STREAMS: Readonly<Record<string, (pieces: readonly Bytes[]) => ReadableStream<Bytes>>> = {
  "a byte stream": (pieces) => {
    const left = pieces.filter((piece) => piece.length > 0).map((piece) => piece.slice());
    return new ReadableStream({
      type: "bytes",
      pull(controller) {
        const next = left.shift();
        if (next !== undefined) return controller.enqueue(next);
        controller.close();
        controller.byobRequest?.respond(0);
      },
    });
  },
  "a plain stream": (pieces) => ReadableStream.from(pieces.map((piece) => piece.slice())),
};

const collect = async (iterable: AsyncIterable<Bytes>): Promise<string[]> => {
  const seen: string[] = [];
  for await (const piece of iterable) seen.push(text(piece));
  return seen;
};

for (const [kind, streamOf] of Object.entries(STREAMS)) {
  const reader = (...pieces: string[]) => new StreamReader(streamOf(pieces.map(bytes)));
  const sample = () => reader("li", "ne1\nline2\n", "tail");

  const TABLE: [string, () => Promise<unknown>, unknown][] = [
    ["iteration gives lines", () => collect(sample()), ["line1\n", "line2\n", "tail"]],
    [
      "iterChunked(4) never merges",
      () => collect(sample().iterChunked(4)),
      ["li", "ne1\n", "line", "2\n", "tail"],
    ],
    [
      "iterAny gives what came",
      () => collect(sample().iterAny()),
      ["li", "ne1\nline2\n", "tail"],
    ],
    [
      "readChunk gives a piece and false",
      async () => {
        const [piece, end] = await sample().readChunk();
        return [text(piece), end];
      },
      ["li", false],
    ],
    [
      "after a partial read, read() gives the rest",
      async () => {
        const each = sample();
        return [text(await each.read(3)), text(await each.read()), text(await each.read())];
      },
      ["li", "ne1\nline2\ntail", ""],
    ],
    ["readInto gives pieces in one and the same memory", async () => {
      const each = sample();
      const seen: string[] = [];
      let buffer = new Uint8Array(4);
      for (;;) {
        const piece = await each.readInto(buffer);
        if (piece.length === 0) return [...seen, each.totalBytes, each.isEof];
        assertEquals(piece.buffer.byteLength, 4);
        seen.push(text(piece));
        buffer = new Uint8Array(piece.buffer);
      }
    }, ["li", "ne1\n", "line", "2\n", "tail", 16, true]],
    ["readInto goes on where read() stopped, and fills a part of a buffer", async () => {
      const each = sample();
      const seen = [text(await each.read(1))];
      for (let n = 0; n < 2; n++) {
        const piece = await each.readInto(new Uint8Array(new ArrayBuffer(8), 2, 3));
        assertEquals([piece.byteOffset, piece.buffer.byteLength], [2, 8]);
        seen.push(text(piece));
      }
      return [...seen, text(await each.read())];
    }, ["l", "i", "ne1", "\nline2\ntail"]],
    ["read(0) gives nothing and takes nothing", async () => {
      const each = sample();
      return [text(await each.read(0)), text(await each.read())];
    }, ["", "line1\nline2\ntail"]],
    ["readLine ends with an empty array", async () => {
      const each = reader("a\n");
      return [
        text(await each.readLine()),
        text(await each.readLine()),
        text(await each.readLine()),
      ];
    }, ["a\n", "", ""]],
    [
      "readUntil finds a separator across three pieces",
      async () => {
        const each = reader("one-", "-", "-two");
        return [text(await each.readUntil("---")), text(await each.readUntil("---"))];
      },
      ["one---", "two"],
    ],
    [
      "readUntil finds a separator that starts over within itself",
      async () => text(await reader("aa", "ab").readUntil("aab")),
      "aaab",
    ],
    [
      "readExactly takes across pieces",
      async () => text(await sample().readExactly(7)),
      "line1\nl",
    ],
    ["atEof and isEof tell the end", async () => {
      const each = reader("ab");
      const seen = [each.isEof, each.atEof()];
      await each.readExactly(1);
      seen.push(each.isEof, each.atEof());
      await each.readExactly(1);
      await each.read();
      return [...seen, each.isEof, each.atEof()];
    }, [false, false, false, false, true, true]],
    ["readNowait gives what waits and no more", async () => {
      const each = reader("abcd", "ef");
      const seen = [text(each.readNowait()), text(await each.read(1)), text(each.readNowait(2))];
      return [...seen, text(each.readNowait()), text(each.readNowait()), text(await each.read())];
    }, ["", "a", "bc", "d", "", "ef"]],
    ["totalBytes counts what came", async () => {
      const each = sample();
      await each.read();
      return each.totalBytes;
    }, 16],
    ["an empty body is at its end", async () => text(await reader().read()), ""],
  ];
  for (const [name, run, expected] of TABLE) {
    Deno.test(`StreamReader over ${kind}: ${name}`, async () =>
      assertEquals(await run(), expected));
  }

  Deno.test(`StreamReader over ${kind}: readExactly past the end has the partial data`, async () => {
    const error = await assertRejects(() => sample().readExactly(17), IncompleteReadError);
    assertEquals([text(error.partial), error.expected], ["line1\nline2\ntail", 17]);
  });

  Deno.test(`StreamReader over ${kind}: a line at the limit passes, one byte more does not`, async () => {
    const limited = (line: string) =>
      new StreamReader(streamOf([...line].map(bytes)), { maxLineSize: 4 });
    assertEquals(text(await limited("abc\n").readLine()), "abc\n");
    const error = await assertRejects(() => limited("abcd\n").readLine(), LineTooLongError);
    assertEquals(error.limit, 4);
    assertEquals(text(await limited("abcd").readLine()), "abcd");
  });

  Deno.test(`StreamReader over ${kind}: only one read at a time`, async () => {
    const each = sample();
    const first = each.read();
    await assertRejects(() => each.read(), TypeError, "another read is waiting");
    assertThrows(() => each.readNowait(), TypeError, "another read is waiting");
    assertEquals(text(await first), "line1\nline2\ntail");
  });

  Deno.test(`StreamReader over ${kind}: invalid sizes are refused`, async () => {
    const each = sample();
    await assertRejects(() => each.read(NaN), RangeError, "NaN");
    await assertRejects(() => each.readExactly(-1), RangeError, "-1");
    await assertRejects(() => each.readExactly(1.5), RangeError, "1.5");
    await assertRejects(() => each.readUntil(""), RangeError, "empty separator");
    await assertRejects(() => each.readInto(new Uint8Array(0)), RangeError, "an empty buffer");
    await assertRejects(() => collect(each.iterChunked(0)), RangeError, "0 bytes");
    await each.cancel();
  });

  Deno.test(`StreamReader over ${kind}: a released body throws, also in a pending read`, async () => {
    let ended = 0;
    const stuck = kind === "a byte stream"
      ? new ReadableStream({ type: "bytes" })
      : new ReadableStream<Bytes>();
    const each = new StreamReader(stuck, { onEnd: () => ended++ });
    const reading = each.read();
    const reason = new Error("enough");
    await each.cancel(reason);
    assertEquals(await assertRejects(() => reading), reason);
    assertEquals(await assertRejects(() => each.read()), reason);
    assertEquals([each.exception, each.isEof, each.atEof(), ended], [reason, false, false, 1]);
  });

  Deno.test(`StreamReader over ${kind}: an error is mapped once and thrown again`, async () => {
    const fail = (controller: { error(reason: unknown): void }) => controller.error("broken");
    const failing = kind === "a byte stream"
      ? new ReadableStream({ type: "bytes", pull: fail })
      : new ReadableStream<Bytes>({ pull: fail });
    const each = new StreamReader(failing, { mapError: (cause) => new Error("mapped", { cause }) });
    const error = await assertRejects(() => each.read(), Error, "mapped");
    assertEquals(error.cause, "broken");
    assertEquals(await assertRejects(() => each.readLine()), error);
  });

  Deno.test(`StreamReader over ${kind}: an announced length is only a hint`, async () => {
    for (const length of [0, 1, 15, 16, 17, 100_000, 2 ** 50]) {
      for (const first of [0, 3]) {
        const each = new StreamReader(streamOf(["li", "ne1\nline2\n", "tail"].map(bytes)), {
          length,
        });
        const start = first === 0 ? "" : text(await each.readExactly(first));
        const rest = await each.read();
        assertEquals(start + text(rest), "line1\nline2\ntail", `${length}`);
        assertEquals(rest.buffer.byteLength >= rest.length, true);
      }
    }
  });

  Deno.test(`StreamReader over ${kind}: large pieces come whole, in order`, async () => {
    const large = crypto.getRandomValues(new Uint8Array(60_000));
    const pieces = Array.from({ length: 20 }, (_, at) => large.subarray(0, 3000 * at));
    const whole = new Uint8Array(await new Blob(pieces).arrayBuffer());
    assertEquals(await new StreamReader(streamOf(pieces)).read(), whole);
    const kept: Bytes[] = []; // pieces stay as they were while later ones are read
    for await (const piece of new StreamReader(streamOf(pieces)).iterAny()) kept.push(piece);
    assertEquals(new Uint8Array(await new Blob(kept).arrayBuffer()), whole);
  });

  const body = fc.array(fc.constantFrom("a", "b", "\n", "\r\n", "--", "ж"), { maxLength: 60 })
    .map((each) => bytes(each.join("")));
  const cuts = fc.array(fc.nat(100), { maxLength: 8 });
  const split = (data: Bytes, at: number[]): Bytes[] => {
    const places = [0, ...at.map((each) => each % (data.length + 1)), data.length];
    places.sort((a, b) => a - b);
    return places.slice(1).map((end, index) => data.subarray(places[index], end));
  };

  Deno.test(`StreamReader over ${kind}: any split gives the same lines and separators`, async () => {
    await fc.assert(
      fc.asyncProperty(
        body,
        cuts,
        fc.constantFrom("\n", "--", "\r\n", "ab"),
        async (data, at, end) => {
          const pieces = split(data, at);
          const expected = text(data).split(/(?<=\n)/).filter((line) => line !== "");
          assertEquals(await collect(new StreamReader(streamOf(pieces))), expected);
          const each = new StreamReader(streamOf(pieces));
          const parts: string[] = [];
          for (let part = await each.readUntil(end); part.length > 0;) {
            parts.push(text(part));
            part = await each.readUntil(end);
          }
          const model = text(data).split(end);
          const wanted = model.map((part, index) => index < model.length - 1 ? part + end : part);
          assertEquals(parts, wanted.filter((part) => part !== ""));
        },
      ),
      { numRuns: 200 },
    );
  });

  Deno.test(`StreamReader over ${kind}: any mix of reads gives the body`, async () => {
    const step = fc.tuple(
      fc.constantFrom("read", "any", "line", "exactly", "until", "nowait"),
      fc.nat(9),
    );
    await fc.assert(
      fc.asyncProperty(body, cuts, fc.array(step, { maxLength: 12 }), async (data, at, steps) => {
        const each = new StreamReader(streamOf(split(data, at)), { length: data.length });
        const seen: Bytes[] = [];
        for (const [kind, size] of steps) {
          if (kind === "read") seen.push(await each.read(size));
          else if (kind === "any") seen.push(await each.readAny());
          else if (kind === "line") seen.push(await each.readLine());
          else if (kind === "nowait") seen.push(each.readNowait(size));
          else if (kind === "until") seen.push(await each.readUntil("--"));
          else {
            seen.push(
              await each.readExactly(size).catch((error) => {
                assertInstanceOf(error, IncompleteReadError);
                return error.partial;
              }),
            );
          }
        }
        seen.push(await each.read());
        assertEquals(text(new Uint8Array(await new Blob(seen).arrayBuffer())), text(data));
        assertEquals(each.totalBytes, data.length);
      }),
      { numRuns: 200 },
    );
  });
}

Deno.test("StreamReader reads on demand", async () => {
  let pulls = 0;
  const stream = new ReadableStream<Bytes>({
    type: "bytes",
    pull(controller) {
      pulls++;
      controller.enqueue(bytes("abc"));
    },
  }) as ReadableStream<Bytes>;
  const each = new StreamReader(stream);
  assertEquals(pulls, 0);
  await each.read(1);
  await each.read(1);
  assertEquals(pulls, 1);
  await each.cancel();
});

Deno.test("invalid sizes, including fractions, reject and never throw", async () => {
  const reader = () => new StreamReader(new Blob(["hello"]).stream());
  const calls: [string, (reader: StreamReader) => Promise<unknown>][] = [
    ["read(NaN)", (each) => each.read(NaN)],
    ["read(0.5)", (each) => each.read(0.5)],
    ["readExactly(-1)", (each) => each.readExactly(-1)],
    ["readExactly(1.5)", (each) => each.readExactly(1.5)],
    ['readUntil("")', (each) => each.readUntil("")],
    ["iterChunked(0.5)", (each) => each.iterChunked(0.5).next()],
    ["iterChunked(1.5)", (each) => each.iterChunked(1.5).next()],
    ["iterChunked(0)", (each) => each.iterChunked(0).next()],
    ["iterChunked(NaN)", (each) => each.iterChunked(NaN).next()],
  ];
  for (const [name, call] of calls) {
    const tried = reader();
    let promise: Promise<unknown>;
    try {
      promise = call(tried);
    } catch (error) {
      throw new Error(`${name} throws instead of rejecting`, { cause: error });
    }
    await assertRejects(() => promise, RangeError, "Cannot");
    assertEquals((await tried.read()).length, 5, name); // nothing was taken
  }
  assertThrows(() => reader().readNowait(0.5), RangeError);
  const pieces = await Array.fromAsync(reader().iterChunked(Infinity));
  assertEquals([pieces.length, (await reader().read(Infinity)).length], [1, 5]);
});
