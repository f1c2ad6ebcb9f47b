/**
 * Routes that delay or stream their replies.
 * @module
 */
import * as zlib from "node:zlib";
import {
  get,
  HTTPBadRequest,
  HTTPNotImplemented,
  HTTPRequestRangeNotSatisfiable,
  jsonResponse,
  type RouteDef,
  type ServerRequest,
} from "../../server/mod.ts";
import { headOf } from "./echo.ts";

const MAX_BYTES = 100 * 1024; // go-httpbin's limit for /bytes and /range
const MAX_SECONDS = 10;
const WITHOUT_BODY = new Set([204, 205, 304]); // RFC 9110 section 6.4.1
const NO_TRAILERS = "501: this server speaks TLS or --engine deno, which sends no trailers";
const ENCODER = new TextEncoder();

/** The routes. */
export function streamRoutes(): RouteDef[] {
  return [
    get("/delay/{seconds}", async (request) => {
      await pause(seconds(request, request.matchInfo.seconds), request.signal);
      return jsonResponse(headOf(request));
    }),
    get("/drip", async (request) => {
      const count = whole(request, "numbytes", 10, MAX_BYTES * 10);
      const duration = seconds(request, request.query.get("duration") ?? "2");
      const status = whole(request, "code", 200, 599);
      await pause(seconds(request, request.query.get("delay") ?? "0"), request.signal);
      if (WITHOUT_BODY.has(status)) return new Response(null, { status });
      return new Response(
        paced(request, count, duration / Math.max(count, 1), () => ENCODER.encode("*")),
        {
          status: status < 200 ? 200 : status,
          headers: { "content-type": "application/octet-stream", "content-length": `${count}` },
        },
      );
    }),
    get("/stream/{count:\\d+}", (request) => {
      const count = Math.min(Number(request.matchInfo.count), 100);
      const line = (id: number): Uint8Array<ArrayBuffer> =>
        ENCODER.encode(`${JSON.stringify({ id, ...headOf(request) })}\n`);
      return new Response(paced(request, count, 0, line), {
        headers: { "content-type": "application/json" },
      });
    }),
    get("/trailers", (request) => {
      const names = [...new Set([...request.query].map(([name]) => name))].join(", ");
      try {
        request.setTrailers([...request.query]);
      } catch (cause) {
        if (!(cause instanceof TypeError)) {
          throw new HTTPNotImplemented({ text: NO_TRAILERS, cause });
        }
        throw new HTTPBadRequest({ text: `400: ${cause.message}`, cause });
      }
      const body = (): Uint8Array<ArrayBuffer> => ENCODER.encode(JSON.stringify(headOf(request)));
      return new Response(paced(request, 1, 0, body), {
        headers: {
          "content-type": "application/json",
          ...names === "" ? {} : { trailer: names },
        },
      });
    }),
    get("/jsonl", (request) => {
      const count = whole(request, "count", 5, 100);
      return new Response(
        paced(request, count, 0, (id) => ENCODER.encode(`${JSON.stringify({ id })}\n`)),
        { headers: { "content-type": "application/jsonl" } },
      );
    }),
    get("/sse", (request) => {
      const count = whole(request, "count", 10, 100);
      const duration = seconds(request, request.query.get("duration") ?? "5");
      const event = (id: number): Uint8Array<ArrayBuffer> =>
        ENCODER.encode(
          `event: ping\ndata: ${JSON.stringify({ id, timestamp: Date.now() })}\n\n`,
        );
      return new Response(paced(request, count, duration / Math.max(count, 1), event), {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
      });
    }),
    get("/bytes/{count:\\d+}", (request) => {
      return new Response(randomBytes(request, Number(request.matchInfo.count)), {
        headers: { "content-type": "application/octet-stream" },
      });
    }),
    get("/stream-bytes/{count:\\d+}", (request) => {
      const bytes = randomBytes(request, Number(request.matchInfo.count));
      const size = Math.max(1, whole(request, "chunk_size", 10 * 1024, MAX_BYTES));
      const pieces = Math.ceil(bytes.length / size);
      return new Response(
        paced(request, pieces, 0, (at) => bytes.subarray(at * size, (at + 1) * size)),
        { headers: { "content-type": "application/octet-stream" } },
      );
    }),
    get("/range/{count:\\d+}", range),
    ...codings(),
  ];
}

/** Sends pieces with pauses in between, until the client disconnects. */
function paced(
  request: ServerRequest,
  count: number,
  wait: number,
  piece: (index: number) => Uint8Array<ArrayBuffer>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let index = 0;
  return new ReadableStream({
    async pull(controller) {
      if (index === count) return controller.close();
      if (index > 0 && wait > 0) await pause(wait, request.signal);
      controller.enqueue(piece(index++));
    },
  }, { highWaterMark: 0 });
}

function range(request: ServerRequest<{ count: string }>): Response {
  const size = Number(request.matchInfo.count);
  if (size > MAX_BYTES) throw tooMuch(size);
  const all = ENCODER.encode("abcdefghijklmnopqrstuvwxyz".repeat(Math.ceil(size / 26))).subarray(
    0,
    size,
  );
  const headers = { "accept-ranges": "bytes", "etag": `"range${size}"` };
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("range") ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return new Response(all, { headers });
  const [, from = "", to = ""] = match;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) {
    throw new HTTPRequestRangeNotSatisfiable({ headers: { "content-range": `bytes */${size}` } });
  }
  return new Response(all.subarray(start, end + 1), {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${start}-${end}/${size}` },
  });
}

function codings(): RouteDef[] {
  const all = [
    ["gzip", "gzip", "gzipped", zlib.gzipSync],
    ["deflate", "deflate", "deflated", zlib.deflateSync],
    ["brotli", "br", "brotli", zlib.brotliCompressSync],
    ["zstd", "zstd", "zstd", zlib.zstdCompressSync],
  ] as const;
  return all.map(([path, coding, flag, compress]) =>
    get(`/${path}`, (request) => {
      if (typeof compress !== "function") {
        throw new HTTPNotImplemented({ text: `501: Deno ${Deno.version.deno} has no ${path}` });
      }
      const text = JSON.stringify({ ...headOf(request), [flag]: true });
      return new Response(new Uint8Array(compress(text)), {
        headers: { "content-type": "application/json; charset=utf-8", "content-encoding": coding },
      });
    })
  );
}

function randomBytes(request: ServerRequest, count: number): Uint8Array<ArrayBuffer> {
  if (count > MAX_BYTES) throw tooMuch(count);
  const seed = request.query.get("seed");
  const bytes = new Uint8Array(count);
  if (seed === null) {
    for (let at = 0; at < count; at += 65_536) {
      crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    }
    return bytes;
  }
  // xorshift: the same seed yields the same bytes.
  let state = (Number(seed) | 0) || 1;
  for (let at = 0; at < count; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

function seconds(request: ServerRequest, text: string): number {
  const number = /^\d+(?:\.\d+)?s?$/.test(text) ? parseFloat(text) : NaN;
  if (number >= 0 && number <= MAX_SECONDS) return number * 1000;
  throw new HTTPBadRequest({
    text: `400: ${request.rawPath}: "${
      text.slice(0, 40)
    }" is not a time from 0 to ${MAX_SECONDS} s`,
  });
}

function whole(request: ServerRequest, name: string, fallback: number, most: number): number {
  const text = request.query.get(name);
  if (text === null) return fallback;
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new HTTPBadRequest({ text: `400: ${name} is a whole number from 0 to ${most}` });
}

function tooMuch(count: number): HTTPBadRequest {
  return new HTTPBadRequest({ text: `400: ${count} bytes are too many, at most ${MAX_BYTES}` });
}

/** Waits until the time is over or the client disconnects. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
