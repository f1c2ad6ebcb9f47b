// Fernet tokens: AES-128-CBC and HMAC-SHA256, compatible with Python's `cryptography`. @see {@link
// https://github.com/fernet/spec/blob/master/Spec.md}
import * as node from "node:buffer";
import { RecentMap } from "../../http/recent_map.ts";
import { type Bytes, hexValue } from "../../http/bytes/bytes.ts";
import { nodeCrypto } from "../../http/node_modules.ts";

const VERSION = 0x80;
const HEADER = 9; // version and time
const IV_END = HEADER + 16; // and initialisation vector
const SIGNATURE = 32;
const OVERHEAD = IV_END + SIGNATURE;
/** The vector of the token that is being made. */
const IV = new Uint8Array(16);
/** Bytes of a block of SHA-256. */
const BLOCK = 64;
/** Tolerated clock skew of a token's time, in seconds: the same as Python's. */
const MAX_CLOCK_SKEW = 60;
/** Number of tokens that are remembered; each has up to 4096 bytes, a cookie's limit. */
const MAX_SEEN = 500;

interface Seen {
  readonly time: number; // seconds since 1970
  readonly text: string;
}

export interface DecryptOptions {
  /** Maximum age of a token, in seconds; `null` for any age. */
  readonly ttl: number | null;
  /** Current time, in seconds since 1970. */
  readonly now: number;
}

/**
 * Encrypts with its first key and decrypts with all of them. Clients send a token again and again,
 * so the last ones that proved genuine are remembered; their age is checked each time. Node's crypto
 * does it at once: Web Crypto would send each of these few bytes through a thread, for 30 µs.
 */
export class Fernet {
  readonly #seen = new RecentMap<string, Seen>();
  readonly #keys: readonly Key[];

  constructor(keys: readonly (Uint8Array | string)[]) {
    if (keys.length === 0) throw new TypeError("Cannot encrypt sessions: give at least one key");
    this.#keys = keys.map((key) => new Key(keyBytes(key)));
  }

  /** Creates a token in padded base64url; `now` is in seconds since 1970. */
  encrypt(text: string, now: number): string {
    const time = Math.floor(now);
    const key = this.#keys[0] as Key; // the constructor requires one
    crypto.getRandomValues(IV);
    const cipher = nodeCrypto().createCipheriv("aes-128-cbc", key.encryption, IV);
    const [start, end] = [cipher.update(text, "utf8"), cipher.final()];
    const bytes = new Uint8Array(OVERHEAD + start.length + end.length);
    bytes[0] = VERSION;
    new DataView(bytes.buffer).setBigUint64(1, BigInt(time));
    bytes.set(IV, HEADER);
    bytes.set(start, IV_END);
    bytes.set(end, IV_END + start.length);
    bytes.set(key.sign(bytes.subarray(0, -SIGNATURE)), bytes.length - SIGNATURE);
    const token = encoded(bytes);
    this.#remember(token, { time, text });
    return token;
  }

  /** Decrypts a token, `null` if it is forged, too old, from the future, or not canonical. */
  decrypt(token: string, options: DecryptOptions): string | null {
    const seen = this.#seen.get(token);
    if (seen !== undefined) return isTimely(seen.time, options) ? seen.text : null;
    const bytes = decode(token);
    if (bytes === null || bytes.length < OVERHEAD + 16 || bytes[0] !== VERSION) return null;
    const time = Number(new DataView(bytes.buffer).getBigUint64(1));
    if (!isTimely(time, options)) return null;
    const [signed, signature] = [bytes.subarray(0, -SIGNATURE), bytes.subarray(-SIGNATURE)];
    const { createDecipheriv, timingSafeEqual } = nodeCrypto();
    const key = this.#keys.find((each) => timingSafeEqual(each.sign(signed), signature));
    if (key === undefined) return null;
    const cipher = createDecipheriv(
      "aes-128-cbc",
      key.encryption,
      signed.subarray(HEADER, IV_END),
    );
    try {
      const text = cipher.update(signed.subarray(IV_END), undefined, "utf8") + cipher.final("utf8");
      this.#remember(token, { time, text });
      return text;
    } catch {
      return null; // signed, but not encrypted as a token is
    }
  }

  #remember(token: string, seen: Seen): void {
    this.#seen.set(token, seen);
    this.#seen.trim(() => this.#seen.size > MAX_SEEN);
  }
}

function isTimely(time: number, { ttl, now }: DecryptOptions): boolean {
  return ttl === null || (time + ttl >= now && time <= now + MAX_CLOCK_SKEW);
}

function keyBytes(key: Uint8Array | string): Bytes {
  const bytes = typeof key === "string"
    ? new Uint8Array(node.Buffer.from(/^[\w-]{43}=?$/.test(key) ? key : "", "base64url"))
    : new Uint8Array(key);
  if (bytes.length === 32) return bytes;
  throw new TypeError(
    "Cannot encrypt sessions: a key has to be 32 bytes, or 32 bytes in base64url",
  );
}

/**
 * A half to sign with and one to encrypt with. It signs by two hashes (HMAC, RFC 2104) in memory
 * of its own: with `createHmac()`, a stream, a token took twice the time.
 */
class Key {
  readonly encryption: Bytes;
  readonly #outer = new Uint8Array(BLOCK + SIGNATURE);
  #inner = new Uint8Array(BLOCK + 512);

  constructor(key: Bytes) {
    this.encryption = key.subarray(16);
    for (let at = 0; at < BLOCK; at++) {
      const byte = at < 16 ? key[at] as number : 0;
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  /** Returns a signature, to be used before the next one is made. */
  sign(bytes: Bytes): Bytes {
    const size = BLOCK + bytes.length;
    if (size > this.#inner.length) {
      const inner = new Uint8Array(2 * size);
      inner.set(this.#inner.subarray(0, BLOCK));
      this.#inner = inner;
    }
    this.#inner.set(bytes, BLOCK);
    hash(this.#inner.subarray(0, size), this.#outer, BLOCK);
    return hash(this.#outer, SIGNED, 0);
  }
}

const SIGNED = new Uint8Array(SIGNATURE);

/** SHA-256 by way of hexadecimal digits: Deno takes twice as long to make a Buffer. */
function hash(bytes: Bytes, to: Bytes, at: number): Bytes {
  const digits = nodeCrypto().hash("sha256", bytes, "hex");
  for (let digit = 0; digit < digits.length; digit += 2) {
    to[at++] = hexValue(digits.charCodeAt(digit)) << 4 | hexValue(digits.charCodeAt(digit + 1));
  }
  return to;
}

/** Padded base64url. */
function encoded(bytes: Bytes): string {
  const text = node.Buffer.from(bytes.buffer).toString("base64url");
  return text + "=".repeat(-text.length & 3);
}

function decode(token: string): Bytes | null {
  const bytes = new Uint8Array(node.Buffer.from(token, "base64url"));
  // Strict: otherwise unused bits of the last character could be changed, or blanks added.
  return encoded(bytes) === token ? bytes : null;
}
