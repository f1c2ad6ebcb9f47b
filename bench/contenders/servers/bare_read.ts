// Lower limit for reading: counts bytes without parsing, responds at the end of a body.
import { HELLO, hostname, port } from "./shared.mjs";

const SIZE = 300 * 1024 * 1024;
const encoder = new TextEncoder();
const reply = (text: string) =>
  encoder.encode(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`);

for await (const connection of Deno.listen({ hostname, port })) {
  (async () => {
    const buffer = new Uint8Array(256 * 1024);
    const first = await connection.read(buffer) ?? 0;
    const head = new TextDecoder().decode(buffer.subarray(0, first));
    if (head.startsWith("GET")) {
      await connection.write(reply(HELLO));
      return connection.close();
    }
    let size = first - head.indexOf("\r\n\r\n") - 4;
    while (size < SIZE) {
      const count = await connection.read(buffer);
      if (count === null) break;
      size += count;
    }
    await connection.write(reply(String(SIZE)));
    connection.close();
  })();
}
