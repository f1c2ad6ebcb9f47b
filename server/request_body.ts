/**
 * Reads the body of a request within a limit.
 * @module
 */
import { concatBytes } from "../http/bytes.ts";
import { fairTurn } from "../http/fair_turn.ts";
import { HTTPRequestEntityTooLarge } from "./http_client_errors.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const LINGER_TIME = 5000; // ms
const LINGER_SIZE = 16 * 1024 ** 2;

/** What is still to come of a body that was too large. */
const rests = new WeakMap<object, ReadableStreamDefaultReader<Bytes>>();

/**
 * Reads a whole body. One that is announced to be too large is refused before a byte is read; any
 * other as soon as it is, and nothing beyond the limit is kept.
 *
 * @param raw The platform's request.
 * @param limit Most bytes to accept; 0 for no limit.
 * @returns The bytes.
 * @throws {HTTPRequestEntityTooLarge} If there are more.
 */
export async function readRequestBody(raw: Request, limit: number): Promise<Bytes> {
  if (raw.body === null) return new Uint8Array(0);
  const reader = raw.body.getReader();
  const pieces: Bytes[] = [];
  let size = 0;
  const announced = Number(raw.headers.get("content-length"));
  while (limit === 0 || Math.max(size, announced) <= limit) {
    const { done, value } = await reader.read();
    if (done) return concatBytes(pieces);
    size += value.length;
    pieces.push(value);
    const turn = fairTurn(reader, value.length);
    if (turn !== null) await turn;
  }
  const error = new HTTPRequestEntityTooLarge(limit);
  rests.set(error, reader);
  throw error;
}

/**
 * Gives up what is still to come of a body that was too large.
 *
 * Without a server there is nobody to wait for. With one, Deno would go on reading such a body for
 * ever before it closes the connection (2 GiB in 5 s, measured), and closing at once would often
 * take the answer with it. So the answer goes out, some more is read and dropped, as in aiohttp's
 * `lingering_time`, and a body that has not ended by then loses its connection: a response stream
 * that fails is the one way to close it.
 *
 * @param error What was thrown.
 * @param response The answer to it.
 * @param served Whether a server carries the response.
 * @returns The response.
 */
export function closeAfter(error: unknown, response: Response, served: boolean): Response {
  const rest = typeof error === "object" && error !== null ? rests.get(error) : undefined;
  if (rest === undefined) return response;
  if (!served) {
    rest.cancel(error).catch(() => {});
    return response;
  }
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  headers.set("connection", "close");
  const payload = new TextEncoder().encode((error as HTTPRequestEntityTooLarge).text);
  headers.set("content-length", String(payload.length));
  const body = new ReadableStream<Bytes>({
    start: (controller) => controller.enqueue(payload),
    pull: async (controller) => {
      if (await endsSoon(rest)) controller.close();
      else controller.error(error);
    },
    cancel: () => rest.cancel(error).catch(() => {}),
  }, { highWaterMark: 1 });
  return new Response(body, { status, statusText, headers });
}

async function endsSoon(rest: ReadableStreamDefaultReader<Bytes>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<{ done: boolean; value?: Bytes }>();
  const timer = setTimeout(() => resolve({ done: false }), LINGER_TIME);
  try {
    for (let size = 0; size < LINGER_SIZE;) {
      const { done, value } = await Promise.race([rest.read(), late]);
      if (done) return true;
      if (value === undefined) break;
      size += value.length;
    }
  } catch {
    // The client has left, there is nobody to close on.
  } finally {
    clearTimeout(timer);
  }
  rest.cancel().catch(() => {});
  return false;
}
