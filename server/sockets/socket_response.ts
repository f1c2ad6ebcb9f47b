// Serialized responses (RFC 9112).
import type { Bytes } from "../../http/bytes/bytes.ts";
import { nodeHttp } from "../../http/node_modules.ts";
import { formatHead, headLines } from "../../http/http1/format_head.ts";
import { hasToken, mayHaveBody } from "../../http/http1/framing.ts";
import { WITHOUT_BODY } from "../../http/headers/status.ts";
import type { RawHeaders } from "../engine/engine.ts";
import { fileOf, recordOf, sizeOf } from "../engine/response_record.ts";
import { clock } from "./clock.ts";
import { isCopied } from "../engine/spare_pieces.ts";

/** The beginning of a stream, read without waiting for more. */
export interface StreamStart {
  readonly whole: Bytes | null; // null if the stream has not ended
  /** The first piece, and the pending read after it; the sender removes them. */
  readonly pieces: (Bytes | Promise<ReadableStreamReadResult<Bytes>>)[];
  readonly reader: ReadableStreamDefaultReader<Bytes>;
  readonly isCopied: boolean; // whether the pieces, and memory around them, may be overwritten
}

export interface ResponsePlan {
  readonly head: Bytes;
  readonly body: Bytes | null;
  readonly stream: StreamStart | null;
  readonly file: Deno.FsFile | null; // of which `length` bytes are sent
  readonly length: number | null; // of the stream; null for chunked or until the connection ends
  readonly chunked: boolean;
  readonly persists: boolean;
}

/** The request's part in its response. */
export interface ResponseRules {
  readonly method: string;
  readonly minor: 0 | 1;
  readonly persists: boolean;
  /** Trailers of a chunked response; they may change until the body ends. */
  trailers(): RawHeaders;
}

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);
const TURNS = 8; // microtasks within which the end of a body in memory is detected

// Cached head of the last in-memory response: many have the same.
let quickHead: string | null = null;
let quickHeaders: RawHeaders | null = null;
let quickStatus = 0;
let quickDate = "";

/** Fast path in memory on a persistent connection, else `null`: ASCII up to `Content-Length`. */
export function quickResponse(
  response: Response,
  rules: ResponseRules,
): { readonly head: string; readonly body: string | Bytes } | null {
  const record = recordOf(response);
  if (record === null || record.headers === null || record.body === null) return null;
  if (!rules.persists || rules.minor === 0 || rules.method === "HEAD") return null;
  const { status } = response;
  const { headers, body } = record;
  if (headers !== quickHeaders || status !== quickStatus || clock.date !== quickDate) {
    if (status < 200 || WITHOUT_BODY.has(status)) return null;
    const own = headers.filter(([name]) => name !== "content-length");
    const lines = headLines(firstLine(status, ""), [...own, ["date", clock.date]]);
    quickHead = sizeOf(lines) === lines.length ? lines : null;
    [quickHeaders, quickStatus, quickDate] = [headers, status, clock.date];
  }
  return quickHead === null ? null : { head: quickHead, body };
}

/** Decides how a response is framed, and writes its head. */
export function planResponse(
  response: Response,
  rules: ResponseRules,
): ResponsePlan | Promise<ResponsePlan> {
  const hasNone = !mayHaveBody(response.status, rules.method);
  if (hasNone || recordOf(response) !== null || response.body === null) {
    return plan(response, rules, null);
  }
  const file = response.headers.has("content-length") ? fileOf(response.body) : null;
  if (file !== null) return plan(response, rules, null, file);
  return startOf(response.body).then((start) => plan(response, rules, start));
}

function plan(
  response: Response,
  rules: ResponseRules,
  start: StreamStart | null,
  file: Deno.FsFile | null = null,
): ResponsePlan {
  const record = recordOf(response);
  const { status } = response;
  const statusText = record === null ? response.statusText : "";
  const given: Iterable<RawHeaders[number]> = record?.headers ?? response.headers;
  const headers: RawHeaders[number][] = [];
  let persists = rules.persists;
  let length: number | null = null;
  let hasDate = false;
  for (const header of given) {
    const [name, value] = header;
    // Framing headers and `Connection` are set below.
    if (name === "transfer-encoding" || name === "keep-alive") continue;
    if (name === "connection") {
      if (hasToken(value, "close")) persists = false;
      if (status !== 101) continue;
    }
    if (name === "content-length") {
      if (/^[0-9]{1,15}$/.test(value)) length = Number(value);
      continue;
    }
    if (name === "date") hasDate = true;
    headers.push(header);
  }
  if (!hasDate) headers.push(["date", clock.date]);

  const isHead = rules.method === "HEAD" && status !== 204 && status !== 205;
  let stream = start;
  let bytes = start?.whole ?? null;
  let chunked = false;
  if (record !== null) {
    const { body } = record;
    bytes = body === null ? NOTHING : typeof body === "string" ? encoder.encode(body) : body;
  }
  // An announced length is sent even if it is wrong.
  const isExact = length === null ? rules.trailers().length === 0 : length === bytes?.length;
  if (bytes !== null && isExact) stream = null;
  if (!mayHaveBody(status, rules.method)) {
    // RFC 9110 sections 8.6, 15.2 and 15.3.5: no length if there can be no body.
    if (start === null && record === null) response.body?.cancel().catch(() => {});
    if (length !== null && (isHead || status === 304)) {
      headers.push(["content-length", `${length}`]);
    } else if (isHead && bytes !== null) headers.push(["content-length", `${bytes.length}`]);
    bytes = null;
  } else if (stream === null && file === null) {
    bytes ??= NOTHING;
    headers.push(["content-length", `${bytes.length}`]);
  } else if (length !== null) {
    bytes = null;
    headers.push(["content-length", `${length}`]);
  } else if (rules.minor === 1) {
    bytes = null;
    chunked = true;
    headers.push(["transfer-encoding", "chunked"]);
  } else {
    persists = false; // HTTP/1.0 has no chunks: the body ends with the connection
  }
  if (status !== 101) {
    if (!persists) headers.push(["connection", "close"]);
    else if (rules.minor === 0) headers.push(["connection", "keep-alive"]);
  }
  const head = formatHead(firstLine(status, statusText), headers);
  return {
    head,
    body: stream === null ? bytes : null,
    stream,
    file,
    length: stream === null && file === null ? null : length,
    chunked,
    persists,
  };
}

/** The status line; HTTP/1.1 allows a custom reason phrase. */
export function firstLine(status: number, statusText: string): string {
  return `HTTP/1.1 ${status} ${statusText || nodeHttp().STATUS_CODES[status] || ""}`;
}

/** Reads the beginning of a stream, all of a body in memory; errors are thrown later. */
async function startOf(stream: ReadableStream<Bytes>): Promise<StreamStart> {
  const reader = stream.getReader();
  const common = { reader, isCopied: isCopied(stream) };
  const first = reader.read();
  const start = await settled(first);
  if (start === null) return { whole: null, pieces: [first], ...common };
  if (start.done) return { whole: NOTHING, pieces: [], ...common };
  const second = reader.read();
  const next = await settled(second);
  const whole = next?.done === true ? start.value : null;
  return { whole, pieces: [start.value, second], ...common };
}

/** A promise's value within some microtasks, else `null`; its error is left to its next awaiter. */
async function settled<T>(promise: Promise<T>): Promise<T | null> {
  let result: T | null = null;
  let turns = TURNS;
  promise.then((value) => result = value, () => turns = 0);
  while (turns-- > 0 && result === null) await null;
  return result;
}
