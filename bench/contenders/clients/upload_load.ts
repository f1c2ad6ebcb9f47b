// Sends forms with a file of 300 MB as raw bytes, to keep the sender cheap.
// deno run -A upload_load.ts PORT PATH SECONDS
const [port = "", path = "", seconds = "1"] = Deno.args;
const SIZE = 300 * 1024 * 1024;

const encoder = new TextEncoder();
const piece = new Uint8Array(1024 * 1024);
for (let i = 0; i < piece.length; i++) piece[i] = Math.imul(i, 2654435761) >>> 24;
const before = encoder.encode(
  '--boundary\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n' +
    "Content-Type: application/octet-stream\r\n\r\n",
);
const after = encoder.encode("\r\n--boundary--\r\n");
const head = encoder.encode(
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
    "Content-Type: multipart/form-data; boundary=boundary\r\n" +
    `Content-Length: ${before.length + SIZE + after.length}\r\n\r\n`,
);

using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });

async function write(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Reads a response with the number of bytes of the file that arrived. */
async function arrived(): Promise<number> {
  let text = "";
  const buffer = new Uint8Array(4096);
  for (;;) {
    const reply = /^HTTP\/1\.1 200 [^]*\r\n\r\n(\d+)$/.exec(text)?.[1];
    const length = /^content-length: (\d+)\r$/im.exec(text)?.[1];
    if (reply !== undefined && reply.length === Number(length)) return Number(reply);
    const size = await connection.read(buffer);
    if (size === null) throw new Error(`No reply but: ${text}`);
    text += new TextDecoder().decode(buffer.subarray(0, size));
  }
}

const began = performance.now();
let count = 0;
while (performance.now() - began < Number(seconds) * 1000) {
  await write(head);
  await write(before);
  for (let sent = 0; sent < SIZE; sent += piece.length) await write(piece);
  await write(after);
  const size = await arrived();
  if (size !== SIZE) throw new Error(`${size} bytes arrived of ${SIZE}`);
  count++;
}
const elapsed = (performance.now() - began) / 1000;
console.log(`MB per second: ${(count * SIZE / 1024 / 1024 / elapsed).toFixed(1)}`);
