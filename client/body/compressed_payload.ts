import type { Payload } from "../hop/payload.ts";

/** Content coding of a request body; `true` is deflate, as in aiohttp. */
export type RequestCompression = boolean | "deflate" | "gzip" | "br";

const FORMATS = { deflate: "deflate", gzip: "gzip", br: "brotli" } as const;

/**
 * Compresses a body while it is sent, with unknown length.
 * @throws {TypeError} If the coding is not supported.
 */
export function compressedPayload(
  payload: Payload,
  compression: Exclude<RequestCompression, false>,
): Payload {
  const coding = compression === true ? "deflate" : compression;
  if (!(coding in FORMATS)) {
    throw new TypeError(`Cannot compress with "${coding}": expected deflate, gzip or br`);
  }
  return {
    bytes: null,
    size: null,
    contentType: payload.contentType,
    contentEncoding: coding,
    replayable: payload.replayable,
    stream: () =>
      payload.stream().pipeThrough(new CompressionStream(FORMATS[coding] as CompressionFormat)),
    close: () => payload.close?.(),
  };
}
