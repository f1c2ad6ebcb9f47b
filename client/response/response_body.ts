import { type BodySource, streamSource } from "../../http/bytes/body_source.ts";
import {
  ContentDecodingError,
  decodedSource,
  limitedSource,
} from "../../http/coding/content_decoder.ts";
import { ClientPayloadError } from "../errors/client_errors.ts";
import { incompletePayload } from "../errors/make_error.ts";
import { countedSource, type ProgressCallback } from "../hop/progress.ts";
import { GrowingBytes } from "../../http/bytes/growing_bytes.ts";
import type { StreamReader } from "../../http/bytes/stream_reader.ts";
import { replyHeader } from "../hop/hop_result.ts";
import type { HopResult } from "../hop/transport.ts";

/** Decoding and limits of a body: the resolved options of these names. */
export interface BodyPolicy {
  readonly autoDecompress: boolean;
  readonly maxDecodedSize: number;
  readonly maxBodySize: number;
  readonly onDownloadProgress: ProgressCallback | null;
}

export const DEFAULT_BODY_POLICY: BodyPolicy = {
  autoDecompress: true,
  maxDecodedSize: 512 * 1024 ** 2, // V8's longest string has 2^29 - 24 characters
  maxBodySize: 0,
  onDownloadProgress: null,
};

type BodyOptions = {
  readonly [K in keyof BodyPolicy]?: NonNullable<BodyPolicy[K]> | undefined;
};

/** Applies a caller's options to a policy. @throws {RangeError} If a limit is negative. */
export function resolvePolicy(defaults: BodyPolicy, options: BodyOptions): BodyPolicy {
  const {
    autoDecompress = defaults.autoDecompress,
    maxDecodedSize = defaults.maxDecodedSize,
    maxBodySize = defaults.maxBodySize,
    onDownloadProgress = defaults.onDownloadProgress,
  } = options;
  checkLimit("maxDecodedSize", maxDecodedSize);
  checkLimit("maxBodySize", maxBodySize);
  return { autoDecompress, maxDecodedSize, maxBodySize, onDownloadProgress };
}

function checkLimit(name: string, limit: number): void {
  if (limit >= 0) return;
  throw new RangeError(`Cannot use ${name} ${limit}: expected 0 or more bytes`);
}

export function hasBody(result: HopResult): boolean {
  // Checked last: the getter `body` creates a stream of `source`.
  return result.source === undefined ? result.body !== null : result.source !== null;
}

/** The source for a `StreamReader`, of `announced` bytes; `null` for an empty body. */
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
  // The common case; header lookups take time.
  if (exactLength !== null && onDownloadProgress === null) return opened(exactLength, true);
  const length = result.decoded === true ? null : announced();
  const coding = autoDecompress ? replyHeader(result, "content-encoding") : null;
  let source = opened(length, false);
  if (onDownloadProgress !== null) source = countedSource(source, length, onDownloadProgress);
  if (coding === null) return source;
  return result.decoded === true
    ? limitedSource(source, coding, maxDecodedSize)
    : decodedSource(source, coding, maxDecodedSize);
}

/** Reads a whole body up to a limit, in bytes; a longer one is cancelled. */
export function readAtMost(
  content: StreamReader,
  limit: number,
  length: number | null,
): Promise<Uint8Array<ArrayBuffer>> {
  if (limit === 0 || (length !== null && length <= limit)) return content.read();
  return readLimited(content, limit, length);
}

async function readLimited(
  content: StreamReader,
  limit: number,
  length: number | null,
): Promise<Uint8Array<ArrayBuffer>> {
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

/** Converts a failure while reading a body to the caller's error. */
export function bodyError(result: HopResult, error: unknown): Error {
  return error instanceof ContentDecodingError
    ? incompletePayload(error.message, error)
    : result.bodyError(error);
}
