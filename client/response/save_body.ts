/**
 * A body written into a file.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import type { StreamReader } from "../../http/bytes/stream_reader.ts";
import { ClientPayloadError } from "../errors/client_errors.ts";
import { PartFile, type PartOrigin } from "./part_file.ts";
import type { ProgressCallback } from "../hop/progress.ts";
import { disposing } from "../../http/since_node_20.ts";

/** How a body is written into a file. */
export interface SaveOptions {
  /**
   * Whether a file of that name is replaced, once the body is complete.
   * @default {false}
   */
  readonly overwrite?: boolean | undefined;
  /** Told how much of the file is written, what was there before included. */
  readonly onProgress?: ProgressCallback | undefined;
}

/** Names and types of {@linkcode SaveOptions}. */
export const SAVE_OPTIONS = new OptionTable<SaveOptions>({
  overwrite: "true or false",
  onProgress: "a function",
});

/** A file that was written. */
export interface Download {
  /** Path of the file. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  /** Where the download went on from, in bytes; 0 for a download from the start. */
  readonly resumedFrom: number;
}

/** What is needed of a response. */
export interface SavableResponse {
  /** URL of the reply. */
  readonly url: URL;
  /** Status code. */
  readonly status: number;
  /** Headers of the reply. */
  readonly headers: Headers;
  /** Announced length of the body in bytes, `null` where it is not known. */
  readonly contentLength: number | null;
  /** The body. */
  readonly content: StreamReader;
}

// Deno's connections give at most that much at a time.
const BUFFER_SIZE = 64 * 1024;

/** Where in a file a body belongs. */
export interface BodyPlace {
  /** Where its first byte goes, in bytes. */
  readonly start: number;
  /** Size of the complete file in bytes, `null` where it is not known. */
  readonly total: number | null;
}

/**
 * Writes a whole body into a file.
 *
 * @param response The response.
 * @param path The file.
 * @param options Whether a file may be replaced, and who is told about the progress.
 */
export async function saveBody(
  response: SavableResponse,
  path: string | URL,
  options: SaveOptions,
): Promise<Download> {
  return await disposing(new PartFile(path), async (file) => {
    if (options.overwrite !== true) await file.assertFree();
    const total = isEncoded(response) ? null : response.contentLength;
    const digest = await digestOf(response.url.href);
    return await saveInto(file, response, { start: 0, total }, digest, options);
  });
}

/**
 * Writes a body into a part, and gives the part its name if that makes it complete.
 *
 * @param file The file.
 * @param response The response.
 * @param place Where in the file the body belongs.
 * @param urlDigest Digest of the URL, to know the part by.
 * @param options Whether a file may be replaced, and who is told about the progress.
 * @throws {ClientPayloadError} If the body is cut or broken.
 */
export async function saveInto(
  file: PartFile,
  response: SavableResponse,
  place: BodyPlace,
  urlDigest: string,
  options: SaveOptions,
): Promise<Download> {
  const { start, total } = place;
  const size = await file.write(
    piecesOf(response.content),
    start,
    originOf(response, urlDigest),
    (bytes) => {
      options.onProgress?.({ bytes, total });
    },
  );
  if (total !== null && size !== total) {
    throw new ClientPayloadError(
      `Cannot complete "${file.path}": ${size} of ${total} bytes came. What came is kept as a part`,
    );
  }
  await file.publish(options.overwrite ?? false);
  return { path: file.path, size, resumedFrom: start };
}

/** The pieces of a body, each in the memory of the one before. */
async function* piecesOf(content: StreamReader): AsyncGenerator<Uint8Array, void, undefined> {
  let buffer = new Uint8Array(BUFFER_SIZE);
  for (;;) {
    const piece = await content.readInto(buffer);
    if (piece.length === 0) return;
    yield piece;
    buffer = new Uint8Array(piece.buffer);
  }
}

/**
 * Tells whether a body came compressed: its length and ranges are not those of the file then.
 *
 * @returns Whether it has a `Content-Encoding`.
 */
export function isEncoded(response: SavableResponse): boolean {
  return (response.headers.get("content-encoding") ?? "identity") !== "identity";
}

/**
 * Digests a URL.
 *
 * @returns Its SHA-256 in hexadecimal digits.
 */
export async function digestOf(url: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(url));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function originOf(response: SavableResponse, urlDigest: string): PartOrigin | null {
  if (isEncoded(response) || response.headers.get("accept-ranges") === "none") return null;
  const etag = response.headers.get("etag");
  // A weak tag does not promise the same bytes (RFC 9110 section 13.1.5).
  const validator = etag !== null && etag.startsWith('"')
    ? etag
    : etag === null
    ? response.headers.get("last-modified")
    : null;
  return validator === null ? null : { urlDigest, validator };
}
