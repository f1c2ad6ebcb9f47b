import { assertEquals } from "@std/assert";
import { GrowingBytes } from "../../../http/bytes/growing_bytes.ts";

const MIB = 1024 ** 2;
/** Sizes of the pieces, their number, what the peer announced, and what is expected, in bytes. */
const CASES: [name: string, piece: number, count: number, announced: number, expected: number][] = [
  ["nothing", 1, 0, 0, 0],
  ["small pieces", 3, 10_000, 0, 0],
  ["one large piece", 70 * MIB + 1, 1, 0, 0],
  ["pieces across large buffers", 5 * MIB + 7, 16, 0, 0],
  ["pieces that fill large buffers", 8 * MIB, 8, 0, 0],
  ["an announced length", 3 * MIB, 30, 90 * MIB, 16 * MIB],
  ["fewer bytes than announced", 3 * MIB, 10, 90 * MIB, 16 * MIB],
  ["more bytes than announced", 3 * MIB, 30, 40 * MIB, 16 * MIB],
  ["an announced length that comes after large buffers", 7 * MIB, 12, 84 * MIB * 10, 0],
];

for (const [name, size, count, announced, expected] of CASES) {
  Deno.test(`GrowingBytes keeps every byte: ${name}`, () => {
    const whole = new GrowingBytes(expected, announced);
    const piece = new Uint8Array(size);
    for (let at = 0; at < count; at++) {
      piece[0] = at + 1;
      piece[size - 1] = at + 2;
      whole.append(piece);
    }
    assertEquals(whole.size, size * count);
    const bytes = whole.take();
    assertEquals([bytes.length, bytes.buffer.byteLength], [size * count, size * count]);
    for (let at = 0; at < count; at++) {
      assertEquals(bytes[size * at], size === 1 ? (at + 2) % 256 : (at + 1) % 256);
      assertEquals(bytes[size * (at + 1) - 1], (at + 2) % 256);
    }
    assertEquals([whole.size, whole.take().length], [0, 0]);
  });
}
