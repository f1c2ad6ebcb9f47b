const CR = 13;

/**
 * Searches for a byte string with a single CR, at its beginning, such as `CRLF--boundary`, by
 * Boyer-Moore-Horspool. Alone that costs 70 comparisons a byte for 70 dashes over a body of dashes;
 * here one starts only at a CR, and stops at the next one, so no byte is compared twice.
 */
export class BoundarySearch {
  readonly length: number;
  readonly #needle: Uint8Array;
  readonly #shift: Uint8Array;
  readonly #shiftOnFit: number;

  /** @throws {RangeError} If the needle has not 2 to 255 bytes, or not a single CR, first. */
  constructor(needle: Uint8Array) {
    const size = needle.length;
    if (size < 2 || size > 255 || needle.lastIndexOf(CR) !== 0) {
      throw new RangeError("Cannot search: the needle must have 2 to 255 bytes and one CR, first");
    }
    this.length = size;
    this.#needle = needle;
    const last = size - 1;
    this.#shift = new Uint8Array(256).fill(size);
    for (let at = 0; at < last; at++) this.#shift[needle[at] as number] = last - at;
    // 0 means "the last byte fits", so that the inner loop has one test.
    this.#shiftOnFit = this.#shift[needle[last] as number] as number;
    this.#shift[needle[last] as number] = 0;
  }

  find(bytes: Uint8Array, start: number, end: number): number {
    const needle = this.#needle;
    const shift = this.#shift;
    const size = needle.length;
    const last = size - 1;
    const shiftOnFit = this.#shiftOnFit;
    const pairs = end - size;
    let at = start + last;
    while (at < end) {
      const step = shift[bytes[at] as number] as number;
      if (step === size) {
        // Mostly the byte is not in the needle. Testing two at once, with a stride that no loaded
        // data decides, is four times as fast as one: the processor need not wait for the table.
        at += size;
        while (
          at < pairs && shift[bytes[at] as number] === size &&
          shift[bytes[at + size] as number] === size
        ) at += 2 * size;
      } else if (step !== 0) {
        at += step;
      } else {
        const from = at - last;
        if (bytes[from] === CR) {
          let same = 1;
          while (same < last && bytes[from + same] === needle[same]) same++;
          if (same === last) return from;
        }
        at += shiftOnFit;
      }
    }
    return -1;
  }

  /** Index of a possible partial match at the end of bytes without a match, or `end`. */
  prefixAtEnd(bytes: Uint8Array, start: number, end: number): number {
    const floor = Math.max(start, end - this.#needle.length + 1);
    // Only the last CR can begin a match that reaches the end: the needle has just one.
    for (let at = end - 1; at >= floor; at--) {
      if (bytes[at] !== CR) continue;
      for (let same = 1; at + same < end; same++) {
        if (bytes[at + same] !== this.#needle[same]) return end;
      }
      return at;
    }
    return end;
  }
}
