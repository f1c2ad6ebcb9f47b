import { type ByteRange, bytesOfRange, parseHTTPRange } from "../../http/headers/range_header.ts";
import { checkConditions, rangeHolds, type Validators } from "../../http/headers/conditional.ts";
import { addVary } from "../../http/coding/content_coding.ts";
import { cacheContent, cachedContent, MAX_CACHED_FILE, sameFile, unchanged } from "./file_cache.ts";
import type { RawHeaders } from "../engine/engine.ts";
import type { HeadReader } from "../engine/engine_of_request.ts";
import { fileStream, recordedResponse } from "../engine/response_record.ts";
import { sharedResponse } from "../engine/shared_response.ts";
import { HTTPForbidden, HTTPNotFound } from "../exceptions/replies.ts";
import { formatHttpDate } from "../../http/headers/http_date.ts";

/** Prepared metadata of a file, reused by many requests. */
export interface KnownFile extends Validators {
  readonly path: string;
  readonly info: Deno.FileInfo; // of a regular file
  readonly headers: Readonly<Record<string, string>>;
  readonly list: RawHeaders;
}

export interface SendOptions {
  readonly status: number;
  readonly headers: Headers | null;
}

const RANGE_CHUNK = 64 * 1024;

/** What all responses to a file share; `coding` if precompressed, `vary` by `Accept-Encoding`. */
export function knownFile(
  path: string,
  info: Deno.FileInfo,
  contentType: string,
  coding: string | null,
  vary: boolean,
): KnownFile {
  const time = info.mtime?.getTime() ?? 0;
  // aiohttp's form: time in nanoseconds and size, in hexadecimal.
  const etag = `${(BigInt(time) * 1_000_000n).toString(16)}-${info.size.toString(16)}`;
  const headers: Record<string, string> = {
    "content-type": contentType,
    "content-length": String(info.size),
    "accept-ranges": "bytes",
    "etag": `"${etag}"`,
  };
  if (info.mtime !== null) headers["last-modified"] = formatHttpDate(info.mtime);
  if (coding !== null) headers["content-encoding"] = coding;
  if (vary) headers["vary"] = "Accept-Encoding";
  return {
    path,
    info,
    headers,
    list: Object.entries(headers),
    etag,
    modified: Math.ceil(time / 1000),
  };
}

/** Answers with a file, not opened for HEAD, `304`, `412` and `416`; 404 if it was replaced. */
export function sendFile(
  method: string,
  head: HeadReader,
  file: KnownFile,
  options: SendOptions,
): Response | Promise<Response> {
  if (options.status === 200) {
    const verdict = checkConditions(head, file);
    if (verdict !== 200) return conditionFailed(verdict, file, options);
    const header = head.get("range");
    // Ranges are only defined for GET (RFC 9110 section 14.2).
    if (header !== null && method === "GET" && rangeHolds(head.get("if-range"), file)) {
      const range = wantedBytes(header, file.info.size);
      if (range === null) {
        const headers = { "content-range": `bytes */${file.info.size}` };
        return new Response(null, { status: 416, headers });
      }
      if (range !== "all") return sendRange(range, file, options);
    }
  }
  if (method === "HEAD") {
    return new Response(null, { status: options.status, headers: headersOf(file, options) });
  }
  const { path, info } = file;
  const cached = info.size <= MAX_CACHED_FILE ? cachedContent(path, info) : null;
  if (cached === null) return sendWhole(file, options);
  return options.headers === null
    ? sharedResponse(cached, file.list)
    : inMemory(cached, file, options);
}

async function sendWhole(file: KnownFile, options: SendOptions): Promise<Response> {
  const [opened, current] = await openFile(file);
  if (current.info.size <= MAX_CACHED_FILE) {
    const bytes = await readAll(opened, current.info.size);
    cacheContent(file.path, current.info, bytes);
    if (bytes.length === current.info.size) return inMemory(bytes, current, options);
    const headers = new Headers(headersOf(current, options));
    headers.set("content-length", String(bytes.length));
    return new Response(bytes, { status: options.status, headers });
  }
  // The platform's own file stream is far faster than ours.
  return new Response(fileStream(opened), {
    status: options.status,
    headers: headersOf(current, options),
  });
}

/** Maps errors of a path to `404` or `403`; any other stays as it is. */
export function fileError(error: unknown): unknown {
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return new HTTPForbidden({ cause: error });
  }
  if (
    error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop ||
    (error instanceof Error && "code" in error &&
      (error.code === "ENAMETOOLONG" || error.code === "EINVAL"))
  ) {
    return new HTTPNotFound({ cause: error });
  }
  return error;
}

function inMemory(bytes: Uint8Array<ArrayBuffer>, file: KnownFile, options: SendOptions): Response {
  const headers = headersOf(file, options);
  const list = options.headers === null ? file.list : [...new Headers(headers)];
  return recordedResponse(bytes, { status: options.status, headers }, list);
}

/** Opens the file whose status was read, and no replacement. */
async function openFile(file: KnownFile): Promise<[Deno.FsFile, KnownFile]> {
  let opened: Deno.FsFile;
  try {
    opened = await Deno.open(file.path);
  } catch (error) {
    throw fileError(error);
  }
  try {
    const info = opened.statSync(); // for an open file this never waits for the disk
    if (!sameFile(info, file.info) || !info.isFile) throw new HTTPNotFound();
    return [opened, unchanged(info, file.info) ? file : changedFile(file, info)];
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Reads a small file completely, up to its size when it was opened, and closes it. */
async function readAll(file: Deno.FsFile, size: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = new Uint8Array(size);
    let at = 0;
    while (at < size) {
      const count = await file.read(bytes.subarray(at));
      if (count === null) break;
      at += count;
    }
    return bytes.subarray(0, at);
  } finally {
    file.close();
  }
}

function wantedBytes(header: string, size: number): ByteRange | "all" | null {
  try {
    const range = parseHTTPRange(header);
    return range.start === null ? "all" : bytesOfRange(range, size);
  } catch {
    return null; // malformed, which aiohttp answers with 416 too
  }
}

async function sendRange(
  { start, end }: ByteRange,
  file: KnownFile,
  options: SendOptions,
): Promise<Response> {
  const [opened, { info }] = await openFile(file);
  const headers = new Headers(headersOf(file, options));
  headers.set("content-range", `bytes ${start}-${end}/${file.info.size}`);
  headers.set("content-length", String(end - start + 1));
  opened.seekSync(start, Deno.SeekMode.Start);
  const body = end + 1 === info.size ? fileStream(opened) : pieceOf(opened, end - start + 1);
  return new Response(body, { status: 206, headers });
}

/** Streams the next bytes of an open file, then closes it. */
function pieceOf(file: Deno.FsFile, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = size;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const buffer = new Uint8Array(Math.min(left, RANGE_CHUNK));
      const count = await file.read(buffer).catch((error) => {
        file.close();
        throw error;
      });
      if (count === null) {
        file.close();
        controller.error(new TypeError("The file got shorter while it was sent"));
        return;
      }
      controller.enqueue(buffer.subarray(0, count));
      left -= count;
      if (left > 0) return;
      file.close();
      controller.close();
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}

function conditionFailed(status: 304 | 412, file: KnownFile, options: SendOptions): Response {
  const headers = new Headers(headersOf(file, options));
  // RFC 9110 section 15.4.5: a 304 has the validators, but no metadata of the omitted body.
  for (const part of ["type", "encoding", "length"]) headers.delete(`content-${part}`);
  headers.delete("accept-ranges");
  return new Response(null, { status, headers });
}

/** The file was written to since its status was read. */
function changedFile({ path, headers }: KnownFile, info: Deno.FileInfo): KnownFile {
  const { "content-type": contentType = "", "content-encoding": coding = null } = headers;
  return knownFile(path, info, contentType, coding, "vary" in headers);
}

function headersOf(file: KnownFile, options: SendOptions): HeadersInit {
  if (options.headers === null) return file.headers;
  const merged = new Headers(options.headers);
  for (const name in file.headers) {
    if (name === "vary") addVary(merged, file.headers[name] ?? "");
    // The platform sets the length; a different one would cut or stall the body.
    if (name === "content-length" || !merged.has(name)) merged.set(name, file.headers[name] ?? "");
  }
  return merged;
}
