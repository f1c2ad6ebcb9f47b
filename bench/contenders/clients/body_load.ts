// Sends one body of 300 MB after the other, a connection each: body_load.ts PORT FRAMING SECONDS,
// where FRAMING is "length" or "chunked". Prints megabytes per second.
const [port = "", framing = "", seconds = "1"] = Deno.args;
const SIZE = 300 * 1024 * 1024;
const PIECE = 64 * 1024;

const encoder = new TextEncoder();
const chunked = framing === "chunked";
const data = new Uint8Array(PIECE).fill(120);
const one = chunked
  ? Uint8Array.from([...encoder.encode(`${PIECE.toString(16)}\r\n`), ...data, 13, 10])
  : data;
// As many at once as a fast sender would write.
const pieces = new Uint8Array(one.length * 4);
for (let at = 0; at < 4; at++) pieces.set(one, at * one.length);
const head = encoder.encode(
  `POST /size HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n` +
    (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : `Content-Length: ${SIZE}\r\n\r\n`),
);

async function upload(): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const write = async (bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  };
  await write(head);
  for (let sent = 0; sent < SIZE; sent += 4 * PIECE) await write(pieces);
  if (chunked) await write(encoder.encode("0\r\n\r\n"));
  let text = "";
  const buffer = new Uint8Array(4096);
  for (let size; (size = await connection.read(buffer)) !== null;) {
    text += new TextDecoder().decode(buffer.subarray(0, size));
  }
  if (!text.includes(`${SIZE}`)) throw new Error(`Not all has arrived: ${text}`);
}

const began = performance.now();
let count = 0;
for (; count === 0 || performance.now() - began < Number(seconds) * 1000; count++) await upload();
const elapsed = (performance.now() - began) / 1000;
console.log(`MB per second: ${(count * SIZE / 1024 / 1024 / elapsed).toFixed(1)}`);
