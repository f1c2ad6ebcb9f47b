/** The inputs of published advisories (CVE-2023-25577, -46136, 2024-30251, 2026-34516 and others). */
import { cpuUsage } from "node:process";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { BoundarySearch } from "../../../http/multipart/boundary_search.ts";
import { MultipartReader } from "../../../http/multipart/multipart_reader.ts";
import { collect, parse, streamOf, utf8 } from "./_harness.ts";
import { ownWork } from "../../_memory.ts";

const FORM = "multipart/form-data; boundary=X";
const field = 'Content-Disposition: form-data; name="a"';
const file = `--X\r\n${field}; filename="f"\r\n\r\n`;

/** A stream of one text, over and over, up to a size. */
function* repeat(text: string, size: number): Generator<Uint8Array<ArrayBuffer>> {
  const block = utf8(text.repeat(Math.ceil(65536 / text.length)));
  for (let sent = 0; sent < size; sent += block.length) yield block;
}

function* join(
  ...sources: Iterable<Uint8Array<ArrayBuffer>>[]
): Generator<Uint8Array<ArrayBuffer>> {
  for (const source of sources) yield* source;
}

const MIB = 1024 * 1024;
const hostile: [name: string, option: string, () => Iterable<Uint8Array<ArrayBuffer>>][] = [
  ["a million empty parts", "maxParts", () => repeat(`--X\r\n${field}\r\n\r\n\r\n`, 52 * MIB)],
  [
    "a hundred thousand headers in a part",
    "maxHeaders",
    () => join([utf8("--X\r\n")], repeat("A: 1\r\n", 6e5)),
  ],
  ["a header of 10 MiB", "maxHeaderSize", () => join([utf8("--X\r\nA: ")], repeat("a", 10 * MIB))],
  [
    "a folded header of 10 MiB",
    "maxHeaderSize",
    () => join([utf8("--X\r\nA: b\r\n")], repeat(` ${"a".repeat(1000)}\r\n`, 10 * MIB)),
  ],
  ["a preamble of 20 MiB", "maxPreambleSize", () => repeat("junk\r\n", 20 * MIB)],
  ["a preamble of 20 MiB of CRs", "maxPreambleSize", () => repeat("\r", 20 * MIB)],
  [
    "an epilogue of 20 MiB",
    "maxEpilogueSize",
    () => join([utf8("--X--\r\n")], repeat("x", 20 * MIB)),
  ],
  [
    "a field of 100 MiB",
    "maxFieldSize",
    () => join([utf8(`--X\r\n${field}\r\n\r\n`)], repeat("x", 100 * MIB)),
  ],
  [
    "a name a hundred thousand brackets deep",
    "maxHeaderSize",
    () => [utf8(`--X\r\nContent-Disposition: form-data; name="a${"[b]".repeat(1e5)}"\r\n\r\n`)],
  ],
  [
    "a filename of 2 KiB",
    "maxNameLength",
    () => [utf8(`--X\r\n${field}; filename="${"../".repeat(700)}"\r\n\r\n`)],
  ],
];

// Memory and time are the process's own, which other tests have used too: the best of three counts.
Deno.test("hostile bodies end at their limit within a second, and hold no memory", async () => {
  for (const [name, option, chunks] of hostile) {
    let grown = Infinity, took = Infinity;
    for (let tries = 0; tries < 3 && (took > 1000 || grown > 32 * MIB); tries++) {
      const began = ownWork();
      const before = Deno.memoryUsage().rss;
      const error = await assertRejects(() => parse(chunks(), FORM)) as Error & { option?: string };
      assertEquals(error.option, option, `${name}: ${error.message}`);
      grown = Math.min(grown, Deno.memoryUsage().rss - before);
      took = Math.min(took, ownWork() - began);
    }
    assert(took < 1000, `${name} took ${took} ms`);
    assert(grown < 32 * MIB, `${name}: RSS grew by ${grown} bytes`);
  }
});

Deno.test("names of prototypes are names, and nothing is polluted", async () => {
  const names = ["__proto__", "constructor", "constructor.prototype", "toString"];
  const body = names.map((name) =>
    `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nx\r\n`
  );
  const found = await parse([utf8(body.join("") + "--X--")], FORM);
  assertEquals(found.map(({ name }) => name), names);
  assertEquals(({} as { x?: unknown }).x, undefined);
});

Deno.test("a malformed body leaves no unhandled rejection behind", async () => {
  let unhandled = 0;
  const count = (event: Event) => {
    event.preventDefault();
    unhandled++;
  };
  globalThis.addEventListener("unhandledrejection", count);
  for (const body of ["", "--X", "--X\r\n\r\n", "--X\r\nbad\r\n\r\n", file]) {
    await assertRejects(() => parse([utf8(body)], FORM));
    const refuses = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(utf8("--X\r\nbad\r\n\r\n")),
      cancel: () => Promise.reject(new Error("cannot be cancelled")),
    });
    await assertRejects(() => collect(new MultipartReader(refuses, FORM)));
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  globalThis.removeEventListener("unhandledrejection", count);
  assertEquals(unhandled, 0);
});

const boundaries = ["X", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "-".repeat(70), "ab".repeat(35)];

Deno.test("delimiter-like content is scanned at 50 MB/s and more, and given unchanged", async () => {
  for (const boundary of boundaries) {
    const delimiter = `\r\n--${boundary}`;
    const patterns = [
      "\r",
      "\n",
      "\r\n",
      "\r\n-",
      "\r\n--",
      "-",
      delimiter.slice(0, -1),
      delimiter.slice(1),
    ];
    for (const pattern of patterns) {
      // A CR for the LF keeps `\n--X\n--X` from being mistaken for a delimiter.
      const size = 50 * MIB / 4;
      let rate = 0;
      // Time of the processor, which a busy machine does not change much; and a scan that is slow by
      // itself is so each time.
      for (let attempt = 0; attempt < 5 && rate < 50; attempt++) {
        const chunks = join(
          [utf8(`--${boundary}\r\n${field}; filename="f"\r\n\r\nx`)],
          repeat(pattern, size),
          [utf8(`${delimiter}--`)],
        );
        const reader = new MultipartReader(
          streamOf(chunks),
          `multipart/form-data; boundary=${boundary}`,
        );
        const part = await reader.next();
        assert(part !== null && !("boundary" in part));
        let read = 0;
        const began = cpuUsage();
        for await (const piece of part) read += piece.length;
        const { user, system } = cpuUsage(began);
        rate = read / (user + system);
        assert(read >= size, `${read} bytes of ${JSON.stringify(pattern)}`);
        assertEquals(await reader.next(), null);
      }
      assert(
        rate >= 50,
        `${rate} MB/s on ${JSON.stringify(pattern)} for ${JSON.stringify(boundary)}`,
      );
    }
  }
});

Deno.test("BoundarySearch finds what indexOf finds", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 0x7fffffff) % below;
  for (let round = 0; round < 20_000; round++) {
    const letters = ["\r", "\n", "-", "a"].slice(0, 2 + random(3));
    const text = (length: number, from = letters) =>
      Array.from({ length }, () => from[random(from.length)]).join("");
    const needle = "\r" + text(1 + random(6), ["\n", "-", "a"]);
    const hay = text(random(40));
    const search = new BoundarySearch(utf8(needle));
    const from = random(5);
    const found = search.find(utf8(hay), from, hay.length);
    assertEquals(found, hay.indexOf(needle, from), JSON.stringify([needle, hay, from]));
    if (found >= 0) continue;
    let expected = hay.length;
    for (let at = Math.min(from, hay.length); at < hay.length; at++) {
      if (needle.startsWith(hay.slice(at))) {
        expected = at;
        break;
      }
    }
    if (from <= hay.length) assertEquals(search.prefixAtEnd(utf8(hay), from, hay.length), expected);
  }
});
