/**
 * A response as bytes on a connection (RFC 9112).
 * @module
 */
import { STATUS_CODES } from "node:http";
import { formatChunk, formatHead, LAST_CHUNK } from "../../http/http1/format_head.ts";
import { hasToken } from "../../http/http1/framing.ts";
import { recordOf } from "../engine/response_record.ts";
import { startOf, type StreamStart } from "./stream_start.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Header = readonly [name: string, value: string];

/** How a response goes out. */
export interface ResponsePlan {
  /** The head, with the body behind it where that is short. */
  readonly head: Bytes;
  /** The body where it is in memory and long; copying it behind the head would cost more. */
  readonly tail: Bytes | null;
  /** What follows; `null` for no more. */
  readonly stream: StreamStart | null;
  /** Length of the stream, `null` for chunks or until the end of the connection. */
  readonly length: number | null;
  /** Whether the stream goes out in chunks. */
  readonly chunked: boolean;
  /** Whether the connection may carry another request. */
  readonly persists: boolean;
}

/** What the request says about its response. */
export interface ResponseRules {
  /** Method of the request. */
  readonly method: string;
  /** Minor version of the request. */
  readonly minor: 0 | 1;
  /** Whether the connection may carry another request. */
  readonly persists: boolean;
}

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);
const MOST_COPIED = 32 * 1024;

let dateText = "";
let dateSecond = -1;

/** The `Date` header, made once a second. */
function dateHeader(): string {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(now).toUTCString();
  }
  return dateText;
}

/**
 * Decides how a response is framed, and writes its head.
 *
 * @param response The response.
 * @param rules What the request says.
 * @returns How it goes out.
 * @throws {TypeError} If a header cannot be sent.
 */
export function planResponse(
  response: Response,
  rules: ResponseRules,
): ResponsePlan | Promise<ResponsePlan> {
  const { status } = response;
  // RFC 9110 sections 8.6, 15.2 and 15.3.5: no length where there can be no body.
  const bodiless = status < 200 || status === 204 || status === 304 || rules.method === "HEAD";
  if (bodiless || recordOf(response) !== null || response.body === null) {
    return plan(response, rules, null);
  }
  return startOf(response.body).then((start) => plan(response, rules, start));
}

function plan(response: Response, rules: ResponseRules, start: StreamStart | null): ResponsePlan {
  const record = recordOf(response);
  const { status } = response;
  const statusText = record === null ? response.statusText : "";
  const given: Iterable<Header> = record?.headers ?? response.headers;
  const headers: Header[] = [];
  let persists = rules.persists;
  let length: number | null = null;
  let hasDate = false;
  for (const header of given) {
    const [name, value] = header;
    // The framing is decided here, and `Connection` is ours to write.
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
  if (!hasDate) headers.push(["date", dateHeader()]);

  const isHead = rules.method === "HEAD";
  const bodiless = status < 200 || status === 204 || status === 304;
  let stream = start;
  let bytes = start?.whole ?? null;
  let chunked = false;
  if (record !== null) bytes = record.body === null ? NOTHING : encoder.encode(record.body);
  // A length that was announced is held to, be it wrong.
  if (bytes !== null && (length === null || length === bytes.length)) stream = null;
  if (bodiless || isHead) {
    if (start === null) response.body?.cancel().catch(() => {});
    if (length !== null && (isHead || status === 304)) {
      headers.push(["content-length", `${length}`]);
    } else if (isHead && bytes !== null) headers.push(["content-length", `${bytes.length}`]);
    bytes = null;
  } else if (stream === null) {
    bytes ??= NOTHING;
    headers.push(["content-length", `${bytes.length}`]);
  } else if (length !== null) {
    headers.push(["content-length", `${length}`]);
  } else if (rules.minor === 1) {
    chunked = true;
    headers.push(["transfer-encoding", "chunked"]);
  } else {
    persists = false; // HTTP/1.0 knows no chunks: the end of the connection ends the body
  }
  if (status !== 101) {
    if (!persists) headers.push(["connection", "close"]);
    else if (rules.minor === 0) headers.push(["connection", "keep-alive"]);
  }
  const reason = statusText || STATUS_CODES[status] || "";
  const tail = bytes !== null && bytes.length > MOST_COPIED ? bytes : null;
  const size = tail === null ? bytes?.length ?? 0 : 0;
  const head = formatHead(`HTTP/1.1 ${status} ${reason}`, headers, size);
  if (bytes !== null && size > 0) head.set(bytes, head.length - size);
  return { head, tail, stream, length: stream === null ? null : length, chunked, persists };
}

/**
 * Sends the stream of a response.
 *
 * @param plan How it goes out.
 * @param stream Its stream.
 * @param write Writes bytes, waiting for the client to read.
 * @returns Whether it went out as announced; the connection has to end otherwise.
 * @throws {Error} If the stream fails, or the client has left.
 */
export async function sendStream(
  plan: ResponsePlan,
  { reader, pieces }: StreamStart,
  write: (bytes: Bytes) => Promise<void>,
): Promise<boolean> {
  let sent = 0;
  const waiting = [...pieces];
  try {
    for (;;) {
      const piece = waiting.shift() ?? reader.read();
      const { done, value } = piece instanceof Promise
        ? await piece
        : { done: false as const, value: piece };
      if (done) break;
      if (!(value instanceof Uint8Array)) {
        throw new TypeError(
          "Cannot send the response: its stream gives something that is not bytes",
        );
      }
      if (value.length === 0) continue;
      sent += value.length;
      if (plan.length !== null && sent > plan.length) {
        throw new TypeError(
          `Cannot send the response: its body is longer than its Content-Length, ${plan.length}`,
        );
      }
      await write(plan.chunked ? formatChunk(value) : value);
    }
    if (plan.chunked) await write(LAST_CHUNK);
    return plan.length === null || sent === plan.length;
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
}
