import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "npm:fast-check@^4";
import zlib from "node:zlib";
import type { BodySource } from "@roundtrip/http";
import { ContentDecodingError, decodedSource } from "../../../http/coding/content_decoder.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const bytes = (text: string): Bytes => new TextEncoder().encode(text);
const join = (...parts: Uint8Array[]): Bytes => {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

function sourceOf(pieces: Iterable<Bytes>): BodySource & { cancelled: unknown } {
  const iterator = pieces[Symbol.iterator]();
  return {
    cancelled: undefined,
    next() {
      const { done, value } = iterator.next();
      return Promise.resolve(done ? null : value.slice());
    },
    cancel(reason) {
      this.cancelled = reason;
      return Promise.resolve();
    },
  };
}

async function decodeAll(header: string, pieces: Iterable<Bytes>, maxSize = 0): Promise<string> {
  const source = decodedSource(sourceOf(pieces), header, maxSize);
  const seen: Bytes[] = [];
  for (let piece = await source.next(); piece !== null; piece = await source.next()) {
    assert(piece.length > 0);
    seen.push(piece);
  }
  return new TextDecoder().decode(join(...seen));
}

const compress: Readonly<Record<string, (data: Uint8Array) => Bytes>> = {
  "gzip": (data) => new Uint8Array(zlib.gzipSync(data)),
  "deflate": (data) => new Uint8Array(zlib.deflateSync(data)),
  "deflate raw": (data) => new Uint8Array(zlib.deflateRawSync(data)),
  "br": (data) => new Uint8Array(zlib.brotliCompressSync(data)),
  "zstd": (data) => new Uint8Array(zlib.zstdCompressSync(data)),
  "zstd with a checksum": (data) =>
    new Uint8Array(
      zlib.zstdCompressSync(data, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }),
    ),
};
const headerOf = (kind: string): string => kind.split(" ")[0] ?? kind;
const noise = crypto.getRandomValues(new Uint8Array(300));
const sample = join(bytes("Roundtrip ".repeat(40)), noise, bytes("\n"));
const sampleText = new TextDecoder().decode(sample);

for (const [kind, encode] of Object.entries(compress)) {
  const whole = encode(sample);
  const header = headerOf(kind);

  Deno.test(`a ${kind} body is decoded, whole or byte by byte`, async () => {
    assertEquals(await decodeAll(header, [whole]), sampleText);
    assertEquals(
      await decodeAll(header, Array.from(whole, (byte) => Uint8Array.of(byte))),
      sampleText,
    );
  });

  // At 0 the body is empty; only the transport knows whether more was announced.
  Deno.test(`a ${kind} body truncated at any offset is an error, never a short body`, async () => {
    for (let cut = 1; cut < whole.length; cut++) {
      for (const pieces of [[whole.slice(0, cut)], [whole.slice(0, 1), whole.slice(1, cut)]]) {
        await assertRejects(() => decodeAll(header, pieces), ContentDecodingError);
      }
    }
  });

  Deno.test(`a ${kind} body with trailing bytes is an error`, async () => {
    for (const tail of ["x", "\0", "garbage garbage"]) {
      for (const pieces of [[join(whole, bytes(tail))], [whole, bytes(tail)]]) {
        await assertRejects(() => decodeAll(header, pieces), ContentDecodingError);
      }
    }
  });

  Deno.test(`a body that is not ${kind} is an error`, async () => {
    const error = await assertRejects(
      () => decodeAll(header, [bytes("\xff\xff this is plain text")]),
      ContentDecodingError,
      `Cannot decode content-encoding "${header}": `,
    );
    assertEquals(error.coding, header);
  });

  Deno.test(`an empty ${kind} body stays empty`, async () => {
    assertEquals(await decodeAll(header, []), "");
    assertEquals(await decodeAll(header, [encode(new Uint8Array(0))]), "");
  });

  Deno.test(`a ${kind} body never exceeds its limit`, async () => {
    assertEquals(await decodeAll(header, [whole], sample.length), sampleText);
    await assertRejects(
      () => decodeAll(header, [whole], sample.length - 1),
      ContentDecodingError,
      "maxDecodedSize",
    );
  });

  Deno.test(`any ${kind} body in any split comes out as it went in`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 400 }),
        fc.nat(3),
        fc.array(fc.nat(1000), { maxLength: 5 }),
        async (data, repeat, cuts) => {
          const body = join(...Array<Uint8Array>(repeat + 1).fill(data));
          const encoded = encode(body);
          const places = [0, ...cuts.map((cut) => cut % (encoded.length + 1)), encoded.length];
          places.sort((a, b) => a - b);
          const pieces = places.slice(1).map((end, at) => encoded.slice(places[at], end))
            .filter((piece) => piece.length > 0);
          const source = decodedSource(sourceOf(pieces), header, 0);
          const seen: Bytes[] = [];
          for (let piece = await source.next(); piece !== null; piece = await source.next()) {
            seen.push(piece);
          }
          assertEquals(join(...seen), body);
        },
      ),
      { numRuns: 60 },
    );
  });
}

for (const kind of ["gzip", "zstd"]) {
  Deno.test(`a ${kind} body of several members is read to its end, in any split`, async () => {
    const encode = compress[kind] ?? compress["gzip"];
    assert(encode !== undefined);
    const parts = ["a", "", "bb", "ccc"].map((part) => encode(bytes(part)));
    const whole = join(...parts);
    assertEquals(await decodeAll(kind, [whole]), "abbccc");
    assertEquals(await decodeAll(kind, parts), "abbccc");
    for (let cut = 1; cut < whole.length; cut++) {
      assertEquals(await decodeAll(kind, [whole.slice(0, cut), whole.slice(cut)]), "abbccc");
    }
  });
}

Deno.test("a skippable zstd frame is skipped", async () => {
  const skippable = join(Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0), bytes("abc"));
  const frame = compress["zstd"]?.(sample) ?? new Uint8Array(0);
  assertEquals(await decodeAll("zstd", [join(skippable, frame, skippable)]), sampleText);
  await assertRejects(
    () => decodeAll("zstd", [join(frame, skippable.slice(0, 10))]),
    ContentDecodingError,
    "cut",
  );
});

Deno.test("a zstd frame that asks for a window above 8 MiB is refused (RFC 9659)", async () => {
  const body = new Uint8Array(
    zlib.zstdCompressSync(new Uint8Array(20 << 20), {
      params: { [zlib.constants.ZSTD_c_windowLog]: 24 },
    }),
  );
  await assertRejects(() => decodeAll("zstd", [body]), ContentDecodingError, "RFC 9659");
});

const HEADERS: [string, string, (data: Uint8Array) => Uint8Array][] = [
  [
    "the last named is undone first",
    "deflate, gzip",
    (data) => zlib.gzipSync(zlib.deflateSync(data)),
  ],
  [
    "five are the most",
    "gzip,br,zstd,deflate,gzip",
    (data) =>
      zlib.gzipSync(
        zlib.deflateSync(zlib.zstdCompressSync(zlib.brotliCompressSync(zlib.gzipSync(data)))),
      ),
  ],
  ["x-gzip is gzip", "x-gzip", zlib.gzipSync],
  ["capitals count as small letters", "GZip", zlib.gzipSync],
  ["identity is nothing", "identity", (data) => data],
  ["identity beside another is nothing", "identity, gzip,", zlib.gzipSync],
  ["an empty header is nothing", "", (data) => data],
  ["an unknown coding leaves the body as it is", "pack200", (data) => data],
  ["an unknown coding beneath a known one too", "pack200, gzip", (data) => data],
];
for (const [name, header, encode] of HEADERS) {
  Deno.test(`Content-Encoding: ${name}`, async () => {
    assertEquals(await decodeAll(header, [new Uint8Array(encode(sample))]), sampleText);
  });
}

Deno.test("gzip in a hundred layers is refused before anything is read (CVE-2026-22036)", async () => {
  const source = sourceOf([sample]);
  const decoded = decodedSource(source, Array(100).fill("gzip").join(", "), 0);
  const error = await assertRejects(() => decoded.next(), ContentDecodingError, "more than 5");
  assert(error.message.length < 200, error.message);
  assertEquals(source.cancelled, error);
});

/** 10,240 gzip members of 1 MiB of zeros each: 10 MB that stand for 10 GiB. */
function* bomb(): Generator<Bytes> {
  const zeros = new Uint8Array(1 << 20);
  const member = new Uint8Array(zlib.gzipSync(zeros, { level: 9 }));
  for (let at = 0; at < 10 * 1024; at++) yield member;
}

Deno.test("a 10 GiB bomb stops at the limit, with flat memory and a cancelled source", async () => {
  const source = sourceOf(bomb());
  const limit = 64 << 20;
  const decoded = decodedSource(source, "gzip", limit);
  let size = 0;
  let largest = 0;
  const before = Deno.memoryUsage().rss;
  let peak = before;
  const error = await assertRejects(async () => {
    for (let piece = await decoded.next(); piece !== null; piece = await decoded.next()) {
      size += piece.length;
      largest = Math.max(largest, piece.length);
      peak = Math.max(peak, Deno.memoryUsage().rss);
    }
  }, ContentDecodingError);
  assertStringIncludes(error.message, `more than ${limit} bytes`);
  assert(size <= limit && size > limit - (1 << 20), `${size} bytes came out`);
  assert(largest <= 256 * 1024, `a piece of ${largest} bytes`);
  assert(peak - before < 64 << 20, `memory grew by ${peak - before} bytes`);
  assertEquals(source.cancelled, error);
});

Deno.test("one small piece that decodes to gigabytes comes out in small ones", async () => {
  // Brotli: 64 MiB in less than 100 bytes.
  const piece = new Uint8Array(zlib.brotliCompressSync(new Uint8Array(64 << 20)));
  assert(piece.length < 1000);
  const source = sourceOf([piece]);
  const decoded = decodedSource(source, "br", 0);
  const before = Deno.memoryUsage().rss;
  for (let count = 0; count < 100; count++) {
    assert(((await decoded.next())?.length ?? 0) <= 256 * 1024);
  }
  assert(Deno.memoryUsage().rss - before < 48 << 20);
  await decoded.cancel(new Error("enough"));
  assertEquals((source.cancelled as Error).message, "enough");
});

Deno.test("an error of the body itself passes through a decoder unchanged", async () => {
  const lost = new Error("connection lost");
  const whole = zlib.gzipSync(sample);
  let reads = 0;
  const decoded = decodedSource(
    {
      next: () =>
        reads++ === 0
          ? Promise.resolve(new Uint8Array(whole.subarray(0, 20)))
          : Promise.reject(lost),
      cancel: () => Promise.resolve(),
    },
    "gzip",
    0,
  );
  const error = await assertRejects(async () => {
    while (await decoded.next() !== null);
  });
  assertEquals(error, lost);
});

Deno.test("cancelling a waiting decoder ends the read", async () => {
  const stuck = Promise.withResolvers<Bytes | null>();
  const decoded = decodedSource(
    { next: () => stuck.promise, cancel: () => Promise.resolve(stuck.resolve(null)) },
    "gzip",
    0,
  );
  const reading = decoded.next();
  await decoded.cancel(new Error("enough"));
  assertEquals(await reading, null);
});
