// A self-signed certificate (RFC 5280), made by Web Crypto for servers without one.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { isIPv4 } from "node:net";

const DAY = 86_400_000; // ms
const DAYS = 397; // browsers accept no certificate that is valid longer

/** Makes a certificate (PEM) for names and IPv4 addresses, besides those of this machine. */
export async function selfSigned(hosts: readonly string[]) {
  const { subtle } = crypto;
  const keys = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
  const publicKey = new Uint8Array(await subtle.exportKey("spki", keys.publicKey));
  const ecdsa = der(0x30, hex("06082a8648ce3d040302")); // ecdsa-with-SHA256
  const name = der(0x30, der(0x31, der(0x30, hex("0603550403"), der(0x0c, "roundtrip files"))));
  const time = (ms: number): Uint8Array =>
    der(0x18, new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, ""));
  const alternatives = [...new Set(["localhost", "127.0.0.1", ...hosts])]
    .filter((host) => !host.includes(":") && host !== "0.0.0.0")
    .map((host) =>
      isIPv4(host) ? der(0x87, Uint8Array.from(host.split("."), Number)) : der(0x82, host)
    );
  const loopback = der(0x87, new Uint8Array(16).fill(1, 15));
  const extensions = der(
    0xa3,
    der(
      0x30,
      der(0x30, hex("0603551d11"), der(0x04, der(0x30, ...alternatives, loopback))),
      der(0x30, hex("0603551d13 0101ff 0402 3000")), // not a CA
      der(0x30, hex("0603551d25 040c 300a 06082b06010505070301")), // for servers
    ),
  );
  const serial = crypto.getRandomValues(new Uint8Array(16));
  serial[0] = (serial[0] ?? 0) & 0x3f | 0x40; // positive, without leading zeros
  const content = der(
    0x30,
    hex("a003020102"), // version 3
    der(0x02, serial),
    ecdsa,
    name,
    der(0x30, time(Date.now() - DAY), time(Date.now() + (DAYS - 1) * DAY)),
    name,
    publicKey,
    extensions,
  );
  const raw = await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.privateKey, content);
  const parts = [raw.slice(0, 32), raw.slice(32)].map((part) => integer(new Uint8Array(part)));
  const cert = der(0x30, content, ecdsa, der(0x03, "\0", der(0x30, ...parts)));
  return {
    cert: pem("CERTIFICATE", cert),
    key: pem("PRIVATE KEY", new Uint8Array(await subtle.exportKey("pkcs8", keys.privateKey))),
    /** SHA-256 of the certificate, as browsers show it: `AB:CD:...`. */
    fingerprint: createHash("sha256").update(cert).digest("hex").toUpperCase()
      .replaceAll(/..(?!$)/g, "$&:"),
    /** SHA-256 of the public key in Base64, for curl's `--pinnedpubkey`. */
    pin: createHash("sha256").update(publicKey).digest("base64"),
  };
}

/** An element of DER (X.690): tag, length, contents. */
function der(tag: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.flatMap((part) => [
    ...typeof part === "string" ? new TextEncoder().encode(part) : part,
  ]);
  const { length } = bytes;
  const size = length < 128
    ? [length]
    : length < 256
    ? [0x81, length]
    : [0x82, length >> 8, length & 255];
  return Uint8Array.from([tag, ...size, ...bytes]);
}

/** A positive integer: without leading zeros, but one before a high bit. */
function integer(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const rest = bytes.subarray(start);
  return der(0x02, (rest[0] ?? 0) > 127 ? "\0" : "", rest);
}

function hex(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString("base64").replaceAll(/.{1,64}/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}
