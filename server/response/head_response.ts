/**
 * Answers to HEAD.
 * @module
 */

/**
 * Makes the answer to HEAD of the one to GET: its headers and length without its body
 * (RFC 9110 section 9.3.2).
 *
 * A body that is in memory comes in one piece, so its length is known after two reads that both
 * succeed at once; any other is given up and has no length.
 *
 * @param response The answer to GET.
 * @returns The answer to HEAD.
 */
export async function headResponse(response: Response): Promise<Response> {
  const headers = new Headers(response.headers);
  const { status, statusText, body } = response;
  if (body !== null && !headers.has("content-length")) {
    const size = await sizeInMemory(body);
    if (size !== null) headers.set("content-length", String(size));
  } else {
    await body?.cancel();
  }
  return new Response(null, { status, statusText, headers });
}

async function sizeInMemory(body: ReadableStream<Uint8Array>): Promise<number | null> {
  const reader = body.getReader();
  const { promise: soon, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), 0);
  const whole = (async () => {
    const first = await reader.read();
    if (first.done) return 0;
    return (await reader.read()).done ? first.value.length : null;
  })();
  try {
    return await Promise.race([whole, soon]);
  } catch {
    return null; // a body that fails has no length; HEAD does not send it anyway
  } finally {
    clearTimeout(timer);
    whole.catch(() => {});
    reader.cancel().catch(() => {});
  }
}
