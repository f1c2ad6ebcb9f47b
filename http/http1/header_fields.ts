// The header lines of one head in their order and case, parsed on demand.
import { latin1 } from "../bytes/latin1.ts";
import { type HeadLimits, HttpSyntaxError, IS_TOKEN, IS_VALUE } from "./head_rules.ts";

const CR = 13;
const LF = 10;
const COLON = 58;

/** Headers that the protocol uses, a bit each: looking up an absent one is free. */
const KNOWN: readonly string[] = [
  ...["content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "expect"],
  ...["host", "trailer", "content-encoding", "set-cookie", "location", "content-type"],
];
const BIT_OF: ReadonlyMap<string, number> = new Map(KNOWN.map((name, at) => [name, 1 << at]));

/** The last header lines of each length: peers repeat them, and comparing is ten times faster. */
const lastFields: {
  readonly bytes: Uint8Array;
  readonly limits: HeadLimits;
  readonly unfolds: boolean;
  readonly fields: HeaderFields;
}[] = [];
const MAX_KEPT = 1024; // bytes

/** Names and values in order; names may be repeated. */
export type FieldList = readonly (readonly [name: string, value: string])[];

const BY_LENGTH = Array.from(
  { length: 18 },
  (_, length) =>
    KNOWN.filter((name) => name.length === length).map((name) => ({
      bytes: new TextEncoder().encode(name),
      bit: BIT_OF.get(name) ?? 0,
    })),
);
/** Headers that decide where a message ends: these are checked strictly. */
const FRAMING = (BIT_OF.get("content-length") ?? 0) | (BIT_OF.get("transfer-encoding") ?? 0);

export class HeaderFields {
  readonly #text: string; // lines without folds, each ended by CRLF
  readonly #known: number;
  readonly #repeated: number;
  #list: FieldList | null = null;
  readonly #values = new Map<string, string | null>(); // those that were asked for

  /** Takes checked lines and bits of the known and repeated names in them, see `parseFields()`. */
  constructor(text: string, known: number, repeated: number) {
    this.#text = text;
    this.#known = known;
    this.#repeated = repeated;
  }

  /** Names as they were sent, and values without surrounding whitespace. */
  get list(): FieldList {
    if (this.#list !== null) return this.#list;
    const list: [string, string][] = [];
    for (let at = 0; at < this.#text.length;) {
      const end = this.#text.indexOf("\r\n", at);
      const colon = this.#text.indexOf(":", at);
      list.push([this.#text.slice(at, colon), trimmed(this.#text, colon + 1, end)]);
      at = end + 2;
    }
    return this.#list = list;
  }

  /** The value of a header, or `null`; several lines are joined by `, `, cookies by `; `. */
  get(name: string): string | null {
    if (this.#lacks(name)) return null;
    let value = this.#values.get(name);
    if (value === undefined) {
      const values = this.getAll(name);
      const separator = name === "cookie" ? "; " : ", "; // as RFC 9113 section 8.2.3 joins them
      value = values.length > 1 ? values.join(separator) : values[0] ?? null;
      this.#values.set(name, value);
    }
    return value;
  }

  getAll(name: string): string[] {
    const values: string[] = [];
    if (this.#lacks(name)) return values;
    const text = this.#text;
    for (let at = 0; at < text.length;) {
      const end = text.indexOf("\r\n", at);
      const colon = at + name.length;
      if (text.charCodeAt(colon) === COLON && text.slice(at, colon).toLowerCase() === name) {
        values.push(trimmed(text, colon + 1, end));
      }
      at = end + 2;
    }
    return values;
  }

  has(name: string): boolean {
    const bit = BIT_OF.get(name);
    return bit === undefined ? this.getAll(name).length > 0 : (this.#known & bit) !== 0;
  }

  isRepeated(name: string): boolean {
    return (this.#repeated & (BIT_OF.get(name) ?? 0)) !== 0;
  }

  #lacks(name: string): boolean {
    const bit = BIT_OF.get(name);
    return bit !== undefined && (this.#known & bit) === 0;
  }
}

export const NO_FIELDS: HeaderFields = new HeaderFields("", 0, 0);

/**
 * Reads header lines up to the empty one, which `end` is behind (RFC 9112 section 5). With
 * `unfolds` a line may go on in the next, as section 5.2 lets a user agent accept it in a reply.
 */
export function parseFields(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: HeadLimits,
  unfolds: boolean,
): HeaderFields {
  const size = end - start;
  if (size > MAX_KEPT) return readFields(bytes, start, end, limits, unfolds);
  const last = lastFields[size];
  if (last?.limits === limits && last.unfolds === unfolds && isSame(last.bytes, bytes, start)) {
    return last.fields;
  }
  const fields = readFields(bytes, start, end, limits, unfolds);
  const kept = last?.bytes ?? new Uint8Array(size);
  kept.set(bytes.subarray(start, end));
  lastFields[size] = { bytes: kept, limits, unfolds, fields };
  return fields;
}

function isSame(block: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < block.length; at++) if (block[at] !== bytes[start + at]) return false;
  return true;
}

function readFields(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: HeadLimits,
  unfolds: boolean,
): HeaderFields {
  const last = end - 2;
  let known = 0;
  let repeated = 0;
  let count = 0;
  let folds = false;
  for (let at = start; at < last;) {
    const line = at;
    if (++count > limits.maxHeaders) {
      throw new HttpSyntaxError(`more than ${limits.maxHeaders} header lines`, "", 431);
    }
    while (IS_TOKEN[bytes[at] ?? 0] === 1) at++;
    // RFC 9112 section 5.1: a space before the colon is refused, and so is one that begins a line.
    if (at === line || bytes[at] !== COLON) {
      throw lineError("a line of the head is not a header", bytes, line, end);
    }
    const bit = knownBit(bytes, line, at);
    repeated |= known & bit;
    known |= bit;
    at++;
    for (;;) {
      let byte = bytes[at] ?? 0;
      while (IS_VALUE[byte] === 1) byte = bytes[++at] ?? 0;
      if (byte !== CR || bytes[at + 1] !== LF) {
        throw lineError("a header holds a control character", bytes, line, end);
      }
      at += 2;
      const next = bytes[at];
      if (at >= last || (next !== 32 && next !== 9)) break;
      if (!unfolds || (bit & FRAMING) !== 0) {
        throw lineError("a header goes on in the next line", bytes, line, end);
      }
      folds = true;
    }
    if (at - 2 - line > limits.maxLineSize) {
      throw new HttpSyntaxError(
        `a header line over ${limits.maxLineSize} bytes`,
        latin1(bytes, line, line + 40),
        431,
      );
    }
  }
  const text = latin1(bytes, start, last);
  return new HeaderFields(folds ? text.replace(/[ \t]*\r\n[ \t]+/g, " ") : text, known, repeated);
}

export function lineError(
  reason: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  status = 400,
): HttpSyntaxError {
  const found = bytes.subarray(start, end).indexOf(LF);
  const stop = found === -1 ? end : start + found + 1;
  const text = latin1(bytes, start, Math.min(stop, start + 200));
  return new HttpSyntaxError(reason, text.replace(/\r\n$/, ""), status);
}

function knownBit(bytes: Uint8Array, start: number, end: number): number {
  const names = BY_LENGTH[end - start];
  if (names === undefined) return 0;
  for (const { bytes: name, bit } of names) {
    let at = 0;
    // 0x20 makes a letter lower case; other bytes of a token do not become a letter or `-` by it.
    while (at < name.length && ((bytes[start + at] ?? 0) | 32) === name[at]) at++;
    if (at === name.length) return bit;
  }
  return 0;
}

function trimmed(text: string, start: number, end: number): string {
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}
