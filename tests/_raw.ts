/**
 * Raw HTTP requests, also invalid ones.
 * @module
 */

/**
 * Sends a raw request head with `Connection: close`, and reads to the end.
 *
 * @param port Port on 127.0.0.1.
 * @param head Request line and headers, each with its CRLF, without the empty line.
 * @returns The response, one character per byte.
 */
export async function rawRequest(port: number, head: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = Uint8Array.from(`${head}Connection: close\r\n\r\n`, (char) => char.charCodeAt(0));
  await connection.write(bytes);
  return new TextDecoder("latin1").decode(await new Response(connection.readable).arrayBuffer());
}
