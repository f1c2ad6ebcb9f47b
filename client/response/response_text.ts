import { messageOf } from "../../http/as_error.ts";
import { OptionTable } from "../../http/options.ts";
import { decoderFor } from "../../http/headers/charset.ts";
import { type ContentType, isJsonType } from "../../http/headers/content_type.ts";
import { utf8Text } from "../../http/bytes/bytes.ts";
import type { StreamReader } from "../../http/bytes/stream_reader.ts";
import { ClientPayloadError } from "../errors/client_errors.ts";
import type { HopResult } from "../hop/transport.ts";
import type { BodyPolicy } from "./response_body.ts";

/** Options for decoding text. */
export interface TextOptions {
  /** Encoding that overrides the header, for example `"gbk"`. */
  readonly encoding?: string | undefined;
  /** Handling of invalid bytes: `strict` throws, `replace` inserts U+FFFD. @default {"strict"} */
  readonly errors?: "strict" | "replace" | undefined;
}

export const TEXT_OPTIONS = new OptionTable<TextOptions>({
  encoding: "a string",
  errors: "a string",
});

/** Options for reading JSON. */
export interface JsonOptions extends TextOptions {
  /** Required MIME type or a part of it, JSON types by default; `null` accepts any. */
  readonly contentType?: string | null | undefined;
  /** Parses the text. @default {JSON.parse} */
  readonly loads?: ((text: string) => unknown) | undefined;
}

export const JSON_OPTIONS = new OptionTable<JsonOptions>({
  ...TEXT_OPTIONS.kinds,
  contentType: "a string or null",
  loads: "a function",
});

/** The encoding of a body; UTF-8 or, if `isLast` is false, `null` if it is unknown. */
export function encodingOf({ mimeType, params }: ContentType, isLast: boolean): string | null {
  const charset = params.get("charset");
  if (charset?.toLowerCase() === "utf-8") return "utf-8"; // the common case
  const known = charset === undefined ? null : decoderFor(charset, true);
  return known?.encoding ?? (isLast || isJsonType(mimeType) ? "utf-8" : null);
}

/** Decodes a body of UTF-8 that came with its head, without copy and await, else `null`. */
export function textAtHand(
  { exactLength, source }: HopResult,
  { maxBodySize, onDownloadProgress }: BodyPolicy,
): string | null {
  const isPlain = typeof exactLength === "number" && maxBodySize === 0 &&
    onDownloadProgress === null;
  return isPlain ? source?.text?.() ?? null : null;
}

/** Decodes a body; the URL of `from`, for messages, is parsed on demand. */
export function decodeText(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string,
  options: TextOptions,
  from: { readonly url: URL },
): string {
  const isStrict = options.errors !== "replace";
  const text = encoding === "utf-8" ? utf8Text(bytes) : null;
  if (text !== null) return text;
  const decoder = decoderFor(encoding, isStrict);
  if (decoder === null) {
    throw new RangeError(`Cannot decode the body: unknown encoding "${encoding}"`);
  }
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ClientPayloadError(
      `Cannot decode the body of ${from.url.href}: it is not ${decoder.encoding}. ` +
        "Name its encoding with text({ encoding })",
      { cause },
    );
  }
}

/** Parses JSON, `null` if blank as in aiohttp 3.14. @throws {ClientPayloadError} If it is invalid. */
export function parseJson(
  text: string,
  loads: (text: string) => unknown,
  from: { readonly url: URL },
): unknown {
  try {
    return text.trim() === "" ? null : loads(text);
  } catch (cause) {
    const text = `Cannot parse the body of ${from.url.href} as JSON: ${messageOf(cause)}`;
    throw new ClientPayloadError(text, { cause });
  }
}

/** Returns whether a response has the type required by `json()`. */
export function fitsJson(mimeType: string, wanted: string | null | undefined): boolean {
  if (wanted === null) return true;
  return wanted === undefined ? isJsonType(mimeType) : mimeType.includes(wanted.toLowerCase());
}

const MAX_ERROR_BODY = 64 * 1024;

/** Reads the first 64 KiB of a body as text; `null` if it is incomplete or was cancelled. */
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
