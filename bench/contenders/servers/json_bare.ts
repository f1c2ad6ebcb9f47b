// Lower limit for a POST of JSON over `Deno.listen`: one read and one write, no HTTP is parsed.
import { HELLO, hostname, port } from "./shared.mjs";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function serve(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay(true);
  const bytes = new Uint8Array(16 * 1024);
  for (let size; (size = await connection.read(bytes)) !== null;) {
    const request = decoder.decode(bytes.subarray(0, size));
    const body = request.slice(request.indexOf("\r\n\r\n") + 4);
    const text = body === "" ? HELLO : JSON.stringify(JSON.parse(body));
    const { written } = encoder.encodeInto(`${HEAD}${text.length}\r\n\r\n${text}`, bytes);
    await connection.write(bytes.subarray(0, written));
  }
  connection.close();
}

for await (const connection of Deno.listen({ hostname, port })) serve(connection).catch(() => {});
