// Bare sockets: the same bytes written and read without parsing, the lower limit for clients;
// `--mode json` makes a value of the body.
import { Buffer } from "node:buffer";
import { HELLO, LONG_REPLY } from "../servers/replies.mjs";
import { mode, serveRounds, url } from "./worker.mjs";

const { hostname, port, host, pathname } = new URL(url);
const request = new TextEncoder().encode(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
const bodySize = mode === "json" ? JSON.stringify(LONG_REPLY).length : HELLO.length;
let headSize = 0; // the same in all responses

interface Bare {
  readonly connection: Deno.TcpConn;
  readonly buffer: Buffer;
}
const idle: Bare[] = [];

await serveRounds(async () => {
  const bare = idle.pop() ?? {
    connection: await Deno.connect({ hostname, port: Number(port) }),
    buffer: Buffer.alloc(16 * 1024),
  };
  const { connection, buffer } = bare;
  await connection.write(request);
  for (let end = 0; headSize === 0 || end < headSize + bodySize;) {
    const count = await connection.read(end === 0 ? buffer : buffer.subarray(end));
    if (count === null) throw new Error("The server closed the connection");
    end += count;
    if (headSize === 0) headSize = buffer.indexOf("\r\n\r\n") + 4;
  }
  if (mode === "json") JSON.parse(buffer.toString("latin1", headSize, headSize + bodySize));
  idle.push(bare);
});
Deno.exit();
