import { CODINGS, compressStream } from "../../http/coding/content_coding.ts";
import type { SendableBody } from "../../http/bytes/sendable_body.ts";

/** Content coding of a request body; `true` is deflate, as in aiohttp. */
export type RequestCompression = boolean | "deflate" | "gzip" | "br";

/** Compresses a body while it is sent, with unknown length. */
export function compressedPayload(
  payload: SendableBody,
  compression: Exclude<RequestCompression, false>,
): SendableBody {
  const coding = compression === true ? "deflate" : compression;
  if (!CODINGS.includes(coding)) {
    throw new TypeError(`Cannot compress with "${coding}": expected deflate, gzip or br`);
  }
  return {
    bytes: null,
    size: null,
    contentType: payload.contentType,
    contentEncoding: coding,
    replayable: payload.replayable,
    stream: () => compressStream(payload.stream(), coding),
    close: () => payload.close?.(),
  };
}
