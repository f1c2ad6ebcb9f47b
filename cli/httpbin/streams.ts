import { randomBytes as nodeBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import * as zlib from "node:zlib";
import {
  get,
  type HTTPBadRequest,
  HTTPNotImplemented,
  HTTPRequestRangeNotSatisfiable,
  jsonResponse,
  type RouteDef,
  type ServerRequest,
} from "../../server/mod.ts";
import { bad, headOf } from "./echo.ts";

const MAX_BYTES = 100 * 1024; // go-httpbin's limit for /bytes and /range
const MAX_SECONDS = 10;
const WITHOUT_BODY = new Set([204, 205, 304]); // RFC 9110 section 6.4.1
const NO_TRAILERS = "501: this server speaks TLS or --engine deno, which sends no trailers";
const BYTES = "application/octet-stream";
const ENCODER = new TextEncoder();

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
      return paced(request, BYTES, count, () => "*", {
        wait: duration / Math.max(count, 1),
        status: status < 200 ? 200 : status,
        headers: { "content-length": `${count}` },
      });
    }),
    get("/stream/{count:\\d+}", (request) => {
      const count = Math.min(Number(request.matchInfo.count), 100);
      const line = (id: number): string => `${JSON.stringify({ id, ...headOf(request) })}\n`;
      return paced(request, "application/json", count, line);
    }),
    get("/trailers", (request) => {
      const names = [...new Set([...request.query].map(([name]) => name))].join(", ");
      try {
        request.setTrailers([...request.query]);
      } catch (cause) {
        if (cause instanceof TypeError) throw bad(cause.message, cause);
        throw new HTTPNotImplemented({ text: NO_TRAILERS, cause });
      }
      return paced(request, "application/json", 1, () => JSON.stringify(headOf(request)), {
        headers: names === "" ? {} : { trailer: names },
      });
    }),
    get("/jsonl", (request) => {
      const line = (id: number): string => `${JSON.stringify({ id })}\n`;
      return paced(request, "application/jsonl", whole(request, "count", 5, 100), line);
    }),
    get("/sse", (request) => {
      const count = whole(request, "count", 10, 100);
      const duration = seconds(request, request.query.get("duration") ?? "5");
      const event = (id: number): string =>
        `event: ping\ndata: ${JSON.stringify({ id, timestamp: Date.now() })}\n\n`;
      return paced(request, "text/event-stream", count, event, {
        wait: duration / Math.max(count, 1),
        headers: { "cache-control": "no-store" },
      });
    }),
    get("/bytes/{count:\\d+}", (request) => {
      const bytes = randomBytes(request, Number(request.matchInfo.count));
      return new Response(bytes, { headers: { "content-type": BYTES } });
    }),
    get("/stream-bytes/{count:\\d+}", (request) => {
      const bytes = randomBytes(request, Number(request.matchInfo.count));
      const size = Math.max(1, whole(request, "chunk_size", 10 * 1024, MAX_BYTES));
      const piece = (at: number) => bytes.subarray(at * size, (at + 1) * size);
      return paced(request, BYTES, Math.ceil(bytes.length / size), piece);
    }),
    get("/range/{count:\\d+}", range),
    ...codings(),
  ];
}

/** Sends pieces with pauses of `wait` ms in between, until the client disconnects. */
function paced(
  request: ServerRequest,
  type: string,
  count: number,
  piece: (index: number) => string | Uint8Array<ArrayBuffer>,
  { wait = 0, status = 200, headers = {} }: {
    wait?: number;
    status?: number;
    headers?: Record<string, string>;
  } = {},
): Response {
  let index = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (index === count) return controller.close();
      if (index > 0 && wait > 0) await pause(wait, request.signal);
      const next = piece(index++);
      controller.enqueue(typeof next === "string" ? ENCODER.encode(next) : next);
    },
  }, { highWaterMark: 0 });
  return new Response(body, { status, headers: { ...headers, "content-type": type } });
}

function range(request: ServerRequest<{ count: string }>): Response {
  const size = Number(request.matchInfo.count);
  if (size > MAX_BYTES) throw tooMuch(size);
  const letters = "abcdefghijklmnopqrstuvwxyz".repeat(Math.ceil(size / 26));
  const all = ENCODER.encode(letters.slice(0, size));
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
  if (seed === null) return new Uint8Array(nodeBytes(count));
  const bytes = new Uint8Array(count);
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
  const shown = text.slice(0, 40);
  throw bad(`${request.rawPath}: "${shown}" is not a time from 0 to ${MAX_SECONDS} s`);
}

function whole(request: ServerRequest, name: string, fallback: number, most: number): number {
  const text = request.query.get(name);
  if (text === null) return fallback;
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw bad(`${name} is a whole number from 0 to ${most}`);
}

function tooMuch(count: number): HTTPBadRequest {
  return bad(`${count} bytes are too many, at most ${MAX_BYTES}`);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return delay(ms, undefined, { signal }).catch(() => {});
}
