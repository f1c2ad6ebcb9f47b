// Fernet tokens: AES-128-CBC and HMAC-SHA256, compatible with Python's `cryptography`. @see {@link
// https://github.com/fernet/spec/blob/master/Spec.md}
import { RecentMap } from "../../http/recent_map.ts";
import { type Bytes, concatBytes } from "../../http/bytes/bytes.ts";
import { latin1 } from "../../http/bytes/latin1.ts";
import { nodeCrypto } from "../../http/node_modules.ts";

const VERSION = 0x80;
const HEADER = 9; // version and time
const IV_END = HEADER + 16; // and initialisation vector
const OVERHEAD = IV_END + 32; // and signature
/** Tolerated clock skew of a token's time, in seconds: the same as Python's. */
const MAX_CLOCK_SKEW = 60;
/** Number of tokens that are remembered; each has up to 4096 bytes, a cookie's limit. */
const MAX_SEEN = 500;

interface Seen {
  readonly time: number; // seconds since 1970
  readonly text: string;
}

interface Keys {
  readonly signing: Uint8Array;
  readonly encryption: Uint8Array;
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
  readonly #keys: readonly Keys[];

  constructor(keys: readonly (Uint8Array | string)[]) {
    if (keys.length === 0) throw new TypeError("Cannot encrypt sessions: give at least one key");
    this.#keys = keys.map(keyBytes).map((key) => ({
      signing: key.subarray(0, 16),
      encryption: key.subarray(16),
    }));
  }

  /** Creates a token in padded base64url; `now` is in seconds since 1970. */
  encrypt(text: string, now: number): string {
    const time = Math.floor(now);
    const { signing, encryption } = this.#keys[0] as Keys; // the constructor requires one
    const header = new Uint8Array(IV_END);
    header[0] = VERSION;
    new DataView(header.buffer).setBigUint64(1, BigInt(time));
    const iv = crypto.getRandomValues(header.subarray(HEADER));
    const cipher = nodeCrypto().createCipheriv("aes-128-cbc", encryption, iv);
    const secret = [cipher.update(text, "utf8"), cipher.final()] as Bytes[];
    const signed = concatBytes([header, ...secret]);
    const whole = btoa(latin1(concatBytes([signed, signatureOf(signed, signing)])));
    const token = whole.replaceAll("+", "-").replaceAll("/", "_");
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
    const [signed, signature] = [bytes.subarray(0, -32), bytes.subarray(-32)];
    const { createDecipheriv, timingSafeEqual } = nodeCrypto();
    const keys = this.#keys.find(({ signing }) =>
      timingSafeEqual(signatureOf(signed, signing), signature)
    );
    if (keys === undefined) return null;
    const cipher = createDecipheriv(
      "aes-128-cbc",
      keys.encryption,
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

function keyBytes(key: Uint8Array | string): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array<ArrayBuffer> | null;
  try {
    bytes = typeof key === "string"
      ? Uint8Array.fromBase64(key, { alphabet: "base64url" })
      : new Uint8Array(key);
  } catch {
    bytes = null;
  }
  if (bytes?.length === 32) return bytes;
  throw new TypeError(
    "Cannot encrypt sessions: a key has to be 32 bytes, or 32 bytes in base64url",
  );
}

function signatureOf(signed: Bytes, key: Uint8Array): Bytes {
  return nodeCrypto().createHmac("sha256", key).update(signed).digest() as Bytes;
}

function decode(token: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[\w-]+={0,2}$/.test(token)) return null; // or blanks would be skipped below
  try {
    // Strict: otherwise unused bits of the last character could be changed.
    return Uint8Array.fromBase64(token, {
      alphabet: "base64url",
      lastChunkHandling: "strict",
    });
  } catch {
    return null;
  }
}
