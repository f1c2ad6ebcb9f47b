import { nodeCrypto } from "../../http/node_modules.ts";
import { OptionTable } from "../../http/options.ts";
import type { StreamReader } from "../../http/bytes/stream_reader.ts";
import { ClientPayloadError } from "../errors/client_errors.ts";
import { PartFile, type PartOrigin } from "./part_file.ts";
import type { ProgressCallback } from "../hop/progress.ts";
import { disposing } from "../../http/since_node_20.ts";

/** Options for saving a body. */
export interface SaveOptions {
  /** Whether to replace an existing file once the body is complete. @default {false} */
  readonly overwrite?: boolean | undefined;
  /** Progress callback; counts bytes of an earlier download too. */
  readonly onProgress?: ProgressCallback | undefined;
}

export const SAVE_OPTIONS = new OptionTable<SaveOptions>({
  overwrite: "true or false",
  onProgress: "a function",
});

/** Options of `response.saveTo()`. */
export interface SaveToOptions extends SaveOptions {
  /** Bytes at the start of the file that `<path>.part` has already; the body is the rest. */
  readonly offset?: number | undefined;
}

export const SAVE_TO_OPTIONS = new OptionTable<SaveToOptions>({
  ...SAVE_OPTIONS.kinds,
  offset: "a number",
});

/** A written file. */
export interface Download {
  /** Path of the file. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  /** Offset in bytes at which the download resumed; 0 for a new download. */
  readonly resumedFrom: number;
}

export interface SavableResponse {
  readonly url: URL;
  readonly headers: Headers;
  /** Announced length of the body in bytes, `null` if it is unknown. */
  readonly contentLength: number | null;
  readonly content: StreamReader;
}

// Each write to a file goes to another thread and back, which costs more than writing 64 KiB.
const BUFFER_SIZE = 512 * 1024;

/** Position of a body in a file. */
export interface BodyPlace {
  /** Offset of the first byte. */
  readonly start: number;
  /** Size of the complete file in bytes, `null` if it is unknown. */
  readonly total: number | null;
}

export async function saveBody(
  response: SavableResponse,
  path: string | URL,
  options: SaveToOptions,
): Promise<Download> {
  const { offset = 0, overwrite } = options;
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new RangeError(`Cannot save from offset ${offset}: expected a number of bytes`);
  }
  return await disposing(new PartFile(path), async (file) => {
    if (overwrite !== true && offset === 0) await file.assertFree();
    const digest = digestOf(response.url.href);
    const { total } = wholePlace(response);
    const place = { start: offset, total: total === null ? null : offset + total };
    return await saveInto(file, response, place, digest, options);
  });
}

export async function saveInto(
  file: PartFile,
  response: SavableResponse,
  place: BodyPlace,
  urlDigest: string,
  options: SaveOptions,
): Promise<Download> {
  const { start, total } = place;
  const origin = originOf(response, urlDigest);
  const report = (bytes: number): void => options.onProgress?.({ bytes, total });
  const size = await file.write(piecesOf(response.content), start, origin, report);
  if (total !== null && size !== total) {
    throw new ClientPayloadError(
      `Cannot complete "${file.path}": ${size} of ${total} bytes came. What came is kept as a part`,
    );
  }
  await file.publish(options.overwrite ?? false);
  return { path: file.path, size, resumedFrom: start };
}

/** The place of a body that is the complete file. */
export function wholePlace(response: SavableResponse): BodyPlace {
  return { start: 0, total: isEncoded(response) ? null : response.contentLength };
}

/** The chunks of a body; each reuses the same buffer. */
async function* piecesOf(content: StreamReader): AsyncGenerator<Uint8Array, void, undefined> {
  let buffer = new Uint8Array(BUFFER_SIZE);
  for (;;) {
    const piece = await content.readInto(buffer);
    if (piece.length === 0) return;
    yield piece;
    buffer = new Uint8Array(piece.buffer);
  }
}

/** Returns whether a body is compressed; its length and ranges are not those of the file then. */
export function isEncoded(response: SavableResponse): boolean {
  return (response.headers.get("content-encoding") ?? "identity") !== "identity";
}

export function digestOf(url: string): string {
  return nodeCrypto().createHash("sha256").update(url).digest("hex");
}

function originOf(response: SavableResponse, urlDigest: string): PartOrigin | null {
  if (isEncoded(response) || response.headers.get("accept-ranges") === "none") return null;
  const etag = response.headers.get("etag");
  // A weak tag does not guarantee the same bytes (RFC 9110 section 13.1.5).
  if (etag !== null && !etag.startsWith('"')) return null;
  const validator = etag ?? response.headers.get("last-modified");
  return validator === null ? null : { urlDigest, validator };
}
