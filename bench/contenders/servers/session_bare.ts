// The lower limit of an encrypted session that changes: the calls of crypto for its token, and a
// header. The token that the client sends is not read.
import { Buffer } from "node:buffer";
import { createCipheriv, createHmac, randomFillSync } from "node:crypto";
import { HELLO, hostname, port } from "./shared.mjs";

const key = new Uint8Array(16);
const head = Buffer.alloc(25, 0x80);
let count = 0;

Deno.serve({ port, hostname, onListen() {} }, () => {
  const text = JSON.stringify({ created: Date.now(), session: { count: count++ } });
  randomFillSync(head, 9);
  const cipher = createCipheriv("aes-128-cbc", key, head.subarray(9));
  const signed = Buffer.concat([head, cipher.update(text), cipher.final()]);
  const signature = createHmac("sha256", key).update(signed).digest();
  const token = Buffer.concat([signed, signature]).toString("base64url");
  const cookie = `AIOHTTP_SESSION=${token}; Path=/; HttpOnly`;
  return new Response(HELLO, { headers: { "set-cookie": cookie } });
});
