// Fernet tokens: AES-128-CBC and HMAC-SHA256, compatible with Python's `cryptography`. @see {@link
// https://github.com/fernet/spec/blob/master/Spec.md}
import * as node from "node:buffer";
import type { Cipheriv as Cipher } from "node:crypto";
import type { Bytes } from "../../http/bytes/bytes.ts";
import { nodeCrypto } from "../../http/node_modules.ts";

const VERSION = 0x80;
const HEADER = 9; // version and time
const IV_END = HEADER + 16; // and initialisation vector
const SIGNATURE = 32;
const OVERHEAD = IV_END + SIGNATURE;
const CIPHER = "aes-128-cbc";
const AES = 16; // bytes of a block
const encoder = new TextEncoder();
const ROOM = new Uint8Array(4096); // where tokens are made
const MAX_SCRIPTED = 1024; // bytes that the package signs faster than Node's costly calls
const MAX_CLOCK_SKEW = 60; // seconds by which a token's time may be off, as in Python
const SLOTS = 2048; // for tokens that are remembered
const MAX_TOKEN = 4096; // longest remembered, a cookie's limit: a longer one is refused later

interface Seen {
  readonly token: string;
  readonly time: number; // seconds since 1970
  readonly text: string;
}

export interface DecryptOptions {
  readonly ttl: number | null; // seconds; null for any age
  readonly now: number; // seconds since 1970
}

/**
 * Encrypts with its first key and decrypts with all of them. Clients send a token again and again,
 * so the last ones that proved genuine are remembered; their age is checked each time. Node's crypto
 * does it at once: Web Crypto would send each of these few bytes through a thread, for 30 µs.
 */
export class Fernet {
  // Each has one slot, which it may lose to another: maps in the order of use cost far more.
  readonly #seen = new Array<Seen | undefined>(SLOTS);
  readonly #keys: readonly Key[];

  constructor(keys: readonly (Uint8Array | string)[]) {
    if (keys.length === 0) throw new TypeError("Cannot encrypt sessions: give at least one key");
    this.#keys = keys.map((key) => new Key(keyBytes(key)));
  }

  /** Creates a token in padded base64url; `now` is in seconds since 1970. */
  encrypt(text: string, now: number): string {
    const time = Math.floor(now);
    const key = this.#keys[0] as Key; // the constructor requires one
    const token = encoded(key.seal(text, time));
    this.#remember({ token, time, text });
    return token;
  }

  /** Decrypts a token, `null` if it is forged, too old, from the future, or not canonical. */
  decrypt(token: string, options: DecryptOptions): string | null {
    const seen = this.#seen[slotOf(token)];
    if (seen?.token === token) return isTimely(seen.time, options) ? seen.text : null;
    const bytes = decode(token);
    if (bytes === null || bytes.length < OVERHEAD + 16 || bytes[0] !== VERSION) return null;
    const time = Number(new DataView(bytes.buffer).getBigUint64(1));
    if (!isTimely(time, options)) return null;
    const [signed, signature] = [bytes.subarray(0, -SIGNATURE), bytes.subarray(-SIGNATURE)];
    const { createDecipheriv, timingSafeEqual } = nodeCrypto();
    const key = this.#keys.find((each) => timingSafeEqual(each.sign(signed), signature));
    if (key === undefined) return null;
    const vector = signed.subarray(HEADER, IV_END);
    const cipher = createDecipheriv(CIPHER, key.encryption, vector);
    try {
      const start = cipher.update(signed.subarray(IV_END));
      // Decoded as one: Deno 2.4 cuts characters between the two.
      const text = node.Buffer.concat([start, cipher.final()]).toString();
      this.#remember({ token: encoded(bytes), time, text }); // a copy: a slice keeps its header
      return text;
    } catch {
      return null; // signed, but not encrypted as a token is
    }
  }

  #remember(seen: Seen): void {
    if (seen.token.length <= MAX_TOKEN) this.#seen[slotOf(seen.token)] = seen;
  }
}

/** By characters of the signature, which is as random as a hash. */
function slotOf(token: string): number {
  const end = token.length - 4; // the rest may be padding
  const high = token.charCodeAt(end - 2) * 31 + token.charCodeAt(end - 1);
  return (high * 31 + token.charCodeAt(end)) % SLOTS;
}

function isTimely(time: number, { ttl, now }: DecryptOptions): boolean {
  return ttl === null || (time + ttl >= now && time <= now + MAX_CLOCK_SKEW);
}

function keyBytes(key: Uint8Array | string): Bytes {
  const bytes = typeof key === "string"
    ? new Uint8Array(node.Buffer.from(/^[\w-]{43}=?$/.test(key) ? key : "", "base64url"))
    : new Uint8Array(key);
  if (bytes.length === 32) return bytes;
  throw new TypeError("Cannot encrypt sessions: a key is 32 bytes, or 32 bytes in base64url");
}

/** A half to sign with and one to encrypt with. */
class Key {
  readonly encryption: Bytes;
  readonly #signing: Bytes;
  /** HMAC of a package, once it is loaded: the state after the key is kept, and copied. */
  #scripted: ((bytes: Uint8Array) => Uint8Array) | null = null;
  #cipher: Cipher | null = null; // one for all tokens: making it takes longer than they do

  constructor(key: Bytes) {
    this.#signing = key.subarray(0, 16);
    this.encryption = key.subarray(16);
    this.#load().catch(() => {}); // without the package Node's crypto signs
  }

  /** Loads the package, which takes no time of a server without sessions. */
  async #load(): Promise<void> {
    const { hmac } = await import("@noble/hashes/hmac.js");
    const { sha256 } = await import("@noble/hashes/sha2.js");
    const keyed = hmac.create(sha256, this.#signing);
    const [mac, signature] = [keyed.clone(), new Uint8Array(SIGNATURE)];
    this.#scripted = (bytes) => {
      keyed._cloneInto(mac).update(bytes).digestInto(signature);
      return signature;
    };
  }

  /** Encrypts and signs; the token is to be used before the next one is made. */
  seal(text: string, time: number): Bytes {
    const size = OVERHEAD + AES + 3 * text.length;
    const bytes = size > ROOM.length ? new Uint8Array(size) : ROOM;
    crypto.getRandomValues(bytes.subarray(HEADER, IV_END));
    bytes[0] = VERSION;
    for (let at = 8, left = time; at > 0; at--, left = Math.floor(left / 256)) bytes[at] = left;
    const { written } = encoder.encodeInto(text, bytes.subarray(IV_END));
    const end = IV_END + written + AES - written % AES;
    bytes.fill(end - IV_END - written, IV_END + written, end); // PKCS 7
    this.#cipher ??= nodeCrypto().createCipheriv(CIPHER, this.encryption, new Uint8Array(AES));
    // Its chain goes on: the random block becomes another, which is the vector of those after it.
    bytes.set(this.#cipher.update(bytes.subarray(HEADER, end)), HEADER);
    bytes.set(this.sign(bytes.subarray(0, end)), end);
    return bytes.subarray(0, end + SIGNATURE);
  }

  /** Returns a signature, to be used before the next one is made. */
  sign(bytes: Uint8Array): Uint8Array {
    return this.#scripted !== null && bytes.length <= MAX_SCRIPTED
      ? this.#scripted(bytes)
      : nodeCrypto().createHmac("sha256", this.#signing).update(bytes).digest();
  }
}

/** Padded base64url. */
function encoded({ buffer, byteOffset, length }: Uint8Array): string {
  const text = node.Buffer.from(buffer, byteOffset, length).toString("base64url");
  return text + "=".repeat(-text.length & 3);
}

function decode(token: string): Bytes | null {
  // Deno 2.4 throws for other texts.
  if (token.length % 4 > 0 || !/^[\w-]+={0,2}$/.test(token)) return null;
  const bytes = new Uint8Array(node.Buffer.from(token, "base64url"));
  // Strict: otherwise unused bits of the last character could be changed, or blanks added.
  return encoded(bytes) === token ? bytes : null;
}
