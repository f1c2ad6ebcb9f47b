// RFC 9659 limits the window to 8 MiB, so that no sender makes the receiver allocate gigabytes.
const MAX_WINDOW = 8 * 1024 * 1024;
const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a5; // without its last four bits (RFC 8878 section 3.1.2)
const DICTIONARY_ID_SIZES = [0, 1, 2, 4];

/** Finds the frames of a zstd stream by their headers, without decoding. */
export class ZstdFrames {
  #frame: Iterator<number, void, DataView> | null = null;
  #header = new Uint8Array(8);
  #have = 0;
  #wanted = 0; // header bytes still needed; negative: bytes to skip

  /** Whether the bytes so far end at a frame boundary; `true` without any bytes. */
  get complete(): boolean {
    return this.#frame === null;
  }

  /** Reads up to the end of a frame: its offset, the length of `data` if it goes on. */
  advance(data: Uint8Array, start: number): number {
    let at = start;
    for (;;) {
      if (this.#frame === null) {
        if (at === data.length || at > start) return at;
        this.#frame = frame();
        this.#wanted = this.#frame.next().value ?? 0;
      }
      if (at === data.length && this.#wanted !== 0) return at;
      if (this.#wanted > 0) {
        this.#header[this.#have++] = data[at++] ?? 0;
        if (this.#have < this.#wanted) continue;
        this.#have = 0;
      } else {
        const passed = Math.min(-this.#wanted, data.length - at);
        this.#wanted += passed;
        at += passed;
        if (this.#wanted < 0) continue;
      }
      const step = this.#frame.next(new DataView(this.#header.buffer));
      if (step.done) this.#frame = null;
      else this.#wanted = step.value;
    }
  }
}

/** One frame (RFC 8878 section 3.1): numbers of header bytes, negative for bytes to skip. */
function* frame(): Generator<number, void, DataView> {
  const magic = (yield 4).getUint32(0, true);
  if (magic >>> 4 === SKIPPABLE_MAGIC) {
    const size = (yield 4).getUint32(0, true);
    yield -size;
    return;
  }
  if (magic !== MAGIC) throw new Error("Unknown zstd frame");
  const descriptor = (yield 1).getUint8(0);
  const singleSegment = (descriptor & 0x20) !== 0;
  let window = 0;
  if (!singleSegment) {
    const byte = (yield 1).getUint8(0);
    const base = 2 ** (10 + (byte >> 3));
    window = base + base / 8 * (byte & 7);
  }
  yield -(DICTIONARY_ID_SIZES[descriptor & 3] ?? 0);
  const sizeFlag = descriptor >> 6;
  if (sizeFlag > 0) {
    const view = yield 2 ** sizeFlag;
    if (singleSegment) {
      if (sizeFlag === 1) window = view.getUint16(0, true) + 256;
      else if (sizeFlag === 2) window = view.getUint32(0, true);
      else window = Number(view.getBigUint64(0, true));
    }
  } else if (singleSegment) {
    yield -1;
  }
  if (window > MAX_WINDOW) {
    throw new Error(`The zstd window of ${window} bytes is above the 8 MiB of RFC 9659`);
  }
  for (let last = false; !last;) {
    const view = yield 3;
    const header = view.getUint16(0, true) | view.getUint8(2) << 16;
    last = (header & 1) === 1;
    const type = header >> 1 & 3; // raw, one byte repeated, compressed, reserved
    yield -(type === 1 ? 1 : header >> 3);
  }
  if ((descriptor & 4) !== 0) yield -4; // the checksum
}
