// Lower limit for WebSockets over `Deno.listen`: echoes whole short texts, checks nothing.
import { createHash } from "node:crypto";
import { HELLO, hostname, port } from "./shared.mjs";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MASK = new Uint8Array(4);
const encoder = new TextEncoder();

/** Unmasks the frames of one read, in place, into the frames of one write. */
function echo(bytes: Uint8Array, size: number): number {
  let to = 0;
  for (let at = 0; at < size;) {
    const length = bytes[at + 1]! & 127;
    bytes[to] = bytes[at]!;
    bytes[to + 1] = length;
    for (let index = 0; index < 4; index++) MASK[index] = bytes[at + 2 + index]!;
    at += 6;
    to += 2;
    for (let index = 0; index < length; index++) bytes[to++] = bytes[at++]! ^ MASK[index & 3]!;
  }
  return to;
}

async function serve(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay(true);
  const bytes = new Uint8Array(1024);
  let size = await connection.read(bytes) ?? 0;
  const head = new TextDecoder().decode(bytes.subarray(0, size));
  const key = /^sec-websocket-key: (\S+)/im.exec(head)?.[1];
  if (key === undefined) {
    const text = `HTTP/1.1 200 OK\r\ncontent-length: ${HELLO.length}\r\n\r\n${HELLO}`;
    await connection.write(encoder.encode(text));
    return connection.close();
  }
  const accept = createHash("sha1").update(key + GUID).digest("base64");
  await connection.write(encoder.encode(
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n" +
      `sec-websocket-accept: ${accept}\r\n\r\n`,
  ));
  while ((size = await connection.read(bytes) ?? 0) > 0) {
    await connection.write(bytes.subarray(0, echo(bytes, size)));
  }
  connection.close();
}

for await (const connection of Deno.listen({ hostname, port })) serve(connection).catch(() => {});
