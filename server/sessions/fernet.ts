// Fernet tokens: AES-128-CBC and HMAC-SHA256, compatible with Python's `cryptography`. @see {@link
// https://github.com/fernet/spec/blob/master/Spec.md}
import { RecentMap } from "../../http/recent_map.ts";
import { concatBytes } from "../../http/bytes/bytes.ts";
import { latin1 } from "../../http/bytes/latin1.ts";

const VERSION = 0x80;
const HEADER = 9; // version and time
const OVERHEAD = HEADER + 16 + 32; // and initialisation vector, and signature
/** Tolerated clock skew of a token's time, in seconds: the same as Python's. */
const MAX_CLOCK_SKEW = 60;
/** Number of tokens that are remembered; each has up to 4096 bytes, a cookie's limit. */
const MAX_SEEN = 500;

interface Seen {
  readonly time: number; // seconds since 1970
  readonly data: Uint8Array<ArrayBuffer>;
}

interface Keys {
  readonly signing: CryptoKey;
  readonly encryption: CryptoKey;
}

export interface DecryptOptions {
  /** Maximum age of a token, in seconds; `null` for any age. */
  readonly ttl: number | null;
  /** Current time, in seconds since 1970. */
  readonly now: number;
}

/**
 * Encrypts with its first key and decrypts with all of them. Clients send a token again and again,
 * so the last ones that proved genuine are remembered; their age is checked each time.
 */
export class Fernet {
  readonly #seen = new RecentMap<string, Seen>();
  readonly #keys: readonly Promise<Keys>[];

  constructor(keys: readonly (Uint8Array | string)[]) {
    if (keys.length === 0) throw new TypeError("Cannot encrypt sessions: give at least one key");
    this.#keys = keys.map(keyBytes).map(importKeys);
    for (const key of this.#keys) key.catch(() => {}); // reported on first use
  }

  /** Creates a token in padded base64url; `now` is in seconds since 1970. */
  async encrypt(data: Uint8Array<ArrayBuffer>, now: number): Promise<string> {
    const time = Math.floor(now);
    const [first] = this.#keys;
    const { signing, encryption } = await (first as Promise<Keys>); // the constructor requires one
    const header = new Uint8Array(HEADER);
    header[0] = VERSION;
    new DataView(header.buffer).setBigUint64(1, BigInt(time));
    const iv = crypto.getRandomValues(new Uint8Array(16));
    const secret = await crypto.subtle.encrypt({ name: "AES-CBC", iv }, encryption, data);
    const signed = concatBytes([header, iv, new Uint8Array(secret)]);
    const signature = await crypto.subtle.sign("HMAC", signing, signed);
    const text = btoa(latin1(concatBytes([signed, new Uint8Array(signature)])));
    const token = text.replaceAll("+", "-").replaceAll("/", "_");
    this.#remember(token, { time, data });
    return token;
  }

  /** Decrypts a token, `null` if it is forged, too old, from the future, or not canonical. */
  async decrypt(token: string, options: DecryptOptions): Promise<Uint8Array<ArrayBuffer> | null> {
    const seen = this.#seen.get(token);
    if (seen !== undefined) return isTimely(seen.time, options) ? seen.data : null;
    const bytes = decode(token);
    if (bytes === null || bytes.length < OVERHEAD + 16 || bytes[0] !== VERSION) return null;
    const time = Number(new DataView(bytes.buffer).getBigUint64(1));
    if (!isTimely(time, options)) return null;
    const signed = bytes.subarray(0, -32);
    for (const keys of this.#keys) {
      const { signing, encryption } = await keys;
      // verify() is constant-time
      if (!await crypto.subtle.verify("HMAC", signing, bytes.subarray(-32), signed)) continue;
      const iv = bytes.subarray(HEADER, HEADER + 16);
      const secret = bytes.subarray(HEADER + 16, -32);
      try {
        const data = new Uint8Array(
          await crypto.subtle.decrypt({ name: "AES-CBC", iv }, encryption, secret),
        );
        this.#remember(token, { time, data });
        return data;
      } catch {
        return null; // signed, but not encrypted as a token is
      }
    }
    return null;
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

async function importKeys(key: Uint8Array<ArrayBuffer>): Promise<Keys> {
  const { subtle } = crypto;
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const [own, other] = [key.subarray(0, 16), key.subarray(16)];
  return {
    signing: await subtle.importKey("raw", own, hmac, false, ["sign", "verify"]),
    encryption: await subtle.importKey("raw", other, "AES-CBC", false, ["encrypt", "decrypt"]),
  };
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
