/**
 * Stand-ins for the functions of `@std/streams` that the tests use.
 * @module
 */

export async function toText(stream: ReadableStream): Promise<string> {
  return await new Response(stream).text();
}

export async function toBytes(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream as BodyInit).arrayBuffer());
}
