/**
 * Reads the body of a request within a limit.
 * @module
 */
import { parseLength } from "../../http/headers/content_length.ts";
import { concatBytes } from "../../http/bytes/bytes.ts";
import { fairTurn } from "../../http/bytes/read_turns.ts";
import { MultipartError, MultipartLimitError } from "../../http/multipart/errors.ts";
import { HTTPRequestEntityTooLarge } from "../exceptions/message_errors.ts";
import type { HTTPException } from "../exceptions/http_exception.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Rest = ReadableStreamDefaultReader<Bytes>;

const LINGER_TIME = 5000; // ms
const LINGER_SIZE = 16 * 1024 ** 2;

/** What is still to come of a body that was too large. */
const rests = new WeakMap<object, Rest>();

/** What bodies are decoded to, for those that are read so. */
const decodedBodies = new WeakMap<object, ReadableStream<Bytes>>();

/**
 * Says what a body is decoded to, so that {@linkcode endBody} goes on where a reader has stopped.
 *
 * @param body The body of the platform's request.
 * @param decoded What comes out of it.
 */
export function keepDecoded(body: object, decoded: ReadableStream<Bytes>): void {
  decodedBodies.set(body, decoded);
}

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
  const body = unreadBody(raw);
  if (body === null) return new Uint8Array(0);
  const reader = body.getReader();
  const pieces: Bytes[] = [];
  let size = 0;
  const announced = parseLength(raw.headers.get("content-length")) ?? 0;
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
 * The body of a request that nobody is reading.
 *
 * @param raw The platform's request.
 * @returns Its body, `null` without one.
 * @throws {TypeError} If it has a reader, which the platform would call a locked stream.
 */
export function unreadBody({ body }: Request): ReadableStream<Bytes> | null {
  if (body?.locked !== true) return body;
  throw new TypeError(
    "Cannot read the body: it was read before. read(), text(), json() and post() give the same again, content and multipart() stream it once",
  );
}

/**
 * Gives up what is still to come of a body, when the request is answered by an error.
 *
 * Without a server there is nobody to wait for. With one, Deno would go on reading such a body for
 * ever before it closes the connection (2 GiB in 5 s, measured), and closing at once would often
 * take the answer with it. So the answer goes out, some more is read and dropped, as in aiohttp's
 * `lingering_time`, and a body that has not ended by then is read no more: its connection closes, or
 * is left to a client that does not stop sending.
 *
 * @param request What was asked, and whether a server carries it.
 * @param error What is answered.
 * @param response The answer.
 * @returns The response.
 */
export function endBody(
  { raw, served }: { readonly raw: Request; readonly served: boolean },
  error: HTTPException,
  response: Response,
): Response {
  const { method } = raw;
  if (method === "GET" || method === "HEAD") return response;
  if (!served) {
    rests.get(error)?.cancel(error).catch(() => {});
    return response;
  }
  const rest = rests.get(error) ?? restOf(raw);
  if (rest === null) return response;
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  headers.set("connection", "close");
  const payload = new TextEncoder().encode(error.text);
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

/** What is left of a long body that nobody reads; a short one may come to its end. */
function restOf({ body, headers }: Request): Rest | null {
  if (body === null) return null;
  const stream = body.locked ? decodedBodies.get(body) : body;
  if (stream === undefined || stream.locked) return null;
  const length = parseLength(headers.get("content-length"));
  // RFC 9112 section 6.3: without either header a request has no body.
  if (length === null && !headers.has("transfer-encoding")) return null;
  return length !== null && length <= LINGER_SIZE ? null : stream.getReader();
}

/**
 * The body for a multipart reader, which cancels what it refuses: Deno would read that for ever. It
 * is let go instead, for {@linkcode endBody} to read a little more of it.
 *
 * @param raw The platform's request.
 * @returns Its body, to be read by one reader.
 */
export function multipartBody(raw: Request): ReadableStream<Bytes> | null {
  const body = unreadBody(raw);
  if (body === null) return null;
  const getReader = (options?: ReadableStreamGetReaderOptions): unknown => {
    const reader = options === undefined ? body.getReader() : body.getReader({ mode: "byob" });
    const cancel = reader.cancel.bind(reader);
    reader.cancel = (reason: unknown) => {
      // A sender that is too slow is still being waited for, so there is a read to end.
      const isRefused = reason instanceof MultipartError &&
        !(reason instanceof MultipartLimitError && reason.option === "maxDuration");
      if (!isRefused) return cancel(reason);
      reader.releaseLock();
      return Promise.resolve();
    };
    return reader;
  };
  return Object.create(body, {
    getReader: { value: getReader },
    locked: { get: () => body.locked },
  });
}

async function endsSoon(rest: Rest): Promise<boolean> {
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
