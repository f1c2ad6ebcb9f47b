import { WITHOUT_BODY } from "../../http/headers/status.ts";
import { isPassedOn } from "../request/mutable_response.ts";

/**
 * Turns the response to GET into that to HEAD (RFC 9110 section 9.3.2). A body in memory arrives in
 * one piece, so its length is known after two immediate reads; any other is cancelled.
 */
export async function headResponse(response: Response, served: boolean): Promise<Response> {
  const headers = new Headers(response.headers);
  const { status, statusText, body } = response;
  let hasLength = headers.has("content-length") || WITHOUT_BODY.has(status);
  if (body !== null && !hasLength) {
    const size = await sizeInMemory(body);
    if (size !== null) headers.set("content-length", String(size));
    hasLength = size !== null;
  } else {
    await body?.cancel();
    // A foreign server's answer to HEAD, which has no length for a body that exists.
    hasLength ||= !isPassedOn(response);
  }
  const none = hasLength || !served ? null : lengthlessBody();
  return new Response(none, { status, statusText, headers });
}

/** An empty body for HEAD, whose length is unknown: it ends a moment after it is asked for. */
export function lengthlessBody(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull: (controller) =>
      new Promise((resolve) => setTimeout(resolve, 1)).then(() => controller.close()),
  }, { highWaterMark: 0 });
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
    return null; // a failing body has no length; HEAD does not send it anyway
  } finally {
    clearTimeout(timer);
    whole.catch(() => {});
    reader.cancel().catch(() => {});
  }
}
