/**
 * From a reply to the bytes that its reader sees.
 * @module
 */
import { type BodySource, streamSource } from "../../http/bytes/body_source.ts";
import {
  ContentDecodingError,
  decodedSource,
  limitedSource,
} from "../../http/coding/content_decoder.ts";
import { ClientPayloadError } from "../errors/client_errors.ts";
import { countedSource, type ProgressCallback } from "../hop/progress.ts";
import { GrowingBytes } from "../../http/bytes/growing_bytes.ts";
import type { StreamReader } from "../../http/bytes/stream_reader.ts";
import { type HopResult, replyHeader } from "../hop/transport.ts";

/** What happens to a body on its way to the reader. */
export interface BodyPolicy {
  /** Whether `Content-Encoding` is undone. */
  readonly autoDecompress: boolean;
  /** Most bytes that decoding may make of a body; 0 for no limit. */
  readonly maxDecodedSize: number;
  /** Most bytes that `read()`, `text()` and `json()` take, decoded ones; 0 for no limit. */
  readonly maxBodySize: number;
  /** Told how far the body has come, `null` for nobody. */
  readonly onDownloadProgress: ProgressCallback | null;
}

// V8's longest string has 2^29 - 24 characters, so text() and json() could hold no more.
const DEFAULT_MAX_DECODED_SIZE = 512 * 1024 * 1024;

/** The policy where nobody says otherwise. */
export const DEFAULT_BODY_POLICY: BodyPolicy = {
  autoDecompress: true,
  maxDecodedSize: DEFAULT_MAX_DECODED_SIZE,
  maxBodySize: 0,
  onDownloadProgress: null,
};

/** What a caller may say about bodies. */
type BodyOptions = {
  readonly [K in keyof BodyPolicy]?: NonNullable<BodyPolicy[K]> | undefined;
};

/**
 * Puts what a caller said over a policy.
 *
 * @throws {RangeError} If a limit is negative.
 */
export function resolvePolicy(defaults: BodyPolicy, options: BodyOptions): BodyPolicy {
  const { autoDecompress, maxDecodedSize, maxBodySize, onDownloadProgress } = options;
  if (
    autoDecompress === undefined && maxDecodedSize === undefined && maxBodySize === undefined &&
    onDownloadProgress === undefined
  ) return defaults;
  for (const [name, limit] of Object.entries({ maxDecodedSize, maxBodySize })) {
    if (limit !== undefined && !(limit >= 0)) {
      throw new RangeError(`Cannot use ${name} ${limit}: expected 0 or more bytes`);
    }
  }
  return {
    autoDecompress: autoDecompress ?? defaults.autoDecompress,
    maxDecodedSize: maxDecodedSize ?? defaults.maxDecodedSize,
    maxBodySize: maxBodySize ?? defaults.maxBodySize,
    onDownloadProgress: onDownloadProgress ?? defaults.onDownloadProgress,
  };
}

/** Whether a reply has a body. */
export function hasBody(result: HopResult): boolean {
  // Only asked for where it has to be: `body` makes a stream of `source`.
  return result.source === undefined ? result.body !== null : result.source !== null;
}

/**
 * Gives what a `StreamReader` is to read.
 *
 * @param result The reply.
 * @param policy What happens to the body.
 * @param announced Gives the announced length in bytes, `null` where it is not known.
 * @returns The source, `null` for an empty body.
 */
export function bodySource(
  result: HopResult,
  policy: BodyPolicy,
  announced: () => number | null,
): BodySource | null {
  if (!hasBody(result)) return null;
  const { exactLength = null } = result;
  const { autoDecompress, maxDecodedSize, onDownloadProgress } = policy;
  const opened = (length: number | null, exact: boolean): BodySource =>
    result.source ?? streamSource(result.body as NonNullable<HopResult["body"]>, length, exact);
  // Nearly every reply; each header that is not looked at saves time.
  if (exactLength !== null && onDownloadProgress === null) {
    return opened(exactLength, true);
  }
  const length = result.decoded === true ? null : announced();
  const coding = autoDecompress ? replyHeader(result, "content-encoding") : null;
  let source = opened(length, false);
  if (onDownloadProgress !== null) source = countedSource(source, length, onDownloadProgress);
  if (coding === null) return source;
  return result.decoded === true
    ? limitedSource(source, coding, maxDecodedSize)
    : decodedSource(source, coding, { maxSize: maxDecodedSize });
}

/**
 * Reads a whole body that may not be longer than a limit; one that is longer is given up.
 *
 * @param content The body.
 * @param limit Most bytes.
 * @param length Length in bytes, `null` where it is not known.
 * @returns The bytes.
 * @throws {ClientPayloadError} If there are more.
 */
export async function readAtMost(
  content: StreamReader,
  limit: number,
  length: number | null,
): Promise<Uint8Array<ArrayBuffer>> {
  if (length !== null && length <= limit) return await content.read();
  if (length === null) {
    const whole = new GrowingBytes();
    let isLonger = false;
    for await (const piece of content.iterAny()) {
      isLonger = whole.size + piece.length > limit;
      if (isLonger) break;
      whole.append(piece);
    }
    if (!isLonger) return whole.take();
  }
  const error = new ClientPayloadError(
    `Cannot read the body: it is longer than the ${limit} bytes that maxBodySize allows. ` +
      "Read response.content piece by piece, or raise the limit",
  );
  await content.cancel(error);
  throw error;
}

/** Turns a failure while reading a body into the error that the caller sees. */
export function bodyError(result: HopResult, error: unknown): Error {
  if (error instanceof ContentDecodingError) {
    return new ClientPayloadError(`Response payload is not completed: ${error.message}`, {
      cause: error,
    });
  }
  return result.bodyError(error);
}
