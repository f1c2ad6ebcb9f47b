import { decoderFor } from "../../http/headers/charset.ts";
import type { StreamReader } from "../../http/bytes/stream_reader.ts";
import { ClientPayloadError } from "../errors/client_errors.ts";

const MAX_ERROR_BODY = 64 * 1024;

/**
 * Reads the first 64 KiB of a body as text; `null` if the body is incomplete or was cancelled.
 * @throws The abort reason, if the request is aborted meanwhile.
 */
export async function startOfText(
  content: StreamReader,
  charset: string | null,
): Promise<string | null> {
  const decoder = decoderFor(charset ?? "utf-8", false) ?? new TextDecoder();
  const pieces: string[] = [];
  if (content.exception !== null) return null;
  try {
    for await (const piece of content.iterChunked(MAX_ERROR_BODY)) {
      pieces.push(decoder.decode(piece, { stream: true }));
      if (content.totalBytes >= MAX_ERROR_BODY) break;
    }
  } catch (error) {
    if (!(error instanceof ClientPayloadError)) throw error;
    return null; // the status is reported anyway
  }
  return pieces.join("").slice(0, MAX_ERROR_BODY);
}
