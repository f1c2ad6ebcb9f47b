/**
 * How the bytes of a reply become text, and text a value.
 * @module
 */
import { decoderFor } from "../../http/headers/charset.ts";
import { type ContentType, isJsonType } from "../../http/headers/content_type.ts";
import { asciiText } from "../../http/bytes/latin1.ts";
import { ClientPayloadError } from "../errors/client_errors.ts";
import type { TextOptions } from "./response_options.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true }); // of nearly every body

/**
 * Names the encoding of a body.
 *
 * @param type Its content type.
 * @param isLast Whether nobody else is asked where that does not say.
 * @returns The encoding; `null` where somebody else is asked.
 */
export function encodingOf({ mimeType, params }: ContentType, isLast: boolean): string | null {
  const charset = params.get("charset");
  if (charset?.toLowerCase() === "utf-8") return "utf-8"; // nearly every body
  const known = charset === undefined ? null : decoderFor(charset, true);
  return known?.encoding ?? (isLast || isJsonType(mimeType) ? "utf-8" : null);
}

/**
 * Decodes a body.
 *
 * @param bytes The body.
 * @param encoding Name of its encoding.
 * @param options Whether bytes that are not of the encoding are an error.
 * @param from Where it came from, for messages; its URL is parsed when it is asked for.
 * @throws {RangeError} If the encoding is no known one.
 * @throws {ClientPayloadError} If the bytes are not of that encoding.
 */
export function decodeText(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string,
  options: TextOptions,
  from: { readonly url: URL },
): string {
  const isStrict = options.errors !== "replace";
  const ascii = encoding === "utf-8" ? asciiText(bytes) : null;
  if (ascii !== null) return ascii;
  const decoder = encoding === "utf-8" && isStrict ? UTF8 : decoderFor(encoding, isStrict);
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

/**
 * Parses JSON.
 *
 * @param text The text.
 * @param loads Turns it into a value.
 * @param from Where it came from, for messages; its URL is parsed when it is asked for.
 * @throws {ClientPayloadError} If it is not JSON.
 */
export function parseJson(
  text: string,
  loads: (text: string) => unknown,
  from: { readonly url: URL },
): unknown {
  try {
    return loads(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ClientPayloadError(`Cannot parse the body of ${from.url.href} as JSON: ${reason}`, {
      cause,
    });
  }
}

/**
 * Tells whether a reply is of the type that `json()` asks for.
 *
 * @param mimeType The reply's type.
 * @param wanted A part of the type that the caller names; left out, any JSON type will do.
 */
export function fitsJson(mimeType: string, wanted: string | undefined): boolean {
  return wanted === undefined ? isJsonType(mimeType) : mimeType.includes(wanted.toLowerCase());
}
