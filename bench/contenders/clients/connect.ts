// Bare sockets: the same bytes written and read without parsing, the lower limit for clients.
import { HELLO } from "../servers/replies.mjs";
import { serveRounds, url } from "./worker.mjs";

const { hostname, port, host, pathname } = new URL(url);
const request = new TextEncoder().encode(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
const last = HELLO.charCodeAt(HELLO.length - 1);

interface Bare {
  readonly connection: Deno.TcpConn;
  readonly buffer: Uint8Array;
}
const idle: Bare[] = [];

await serveRounds(async () => {
  const bare = idle.pop() ?? {
    connection: await Deno.connect({ hostname, port: Number(port) }),
    buffer: new Uint8Array(4096),
  };
  await bare.connection.write(request);
  for (let end = 0; bare.buffer[end - 1] !== last || end < 64;) {
    const count = await bare.connection.read(bare.buffer.subarray(end));
    if (count === null) throw new Error("The server closed the connection");
    end += count;
  }
  idle.push(bare);
});
Deno.exit();
