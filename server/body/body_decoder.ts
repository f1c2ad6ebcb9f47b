import { decodeBytes } from "../../http/bytes/bytes.ts";
import { decoderFor } from "../../http/headers/charset.ts";
import { HTTPUnsupportedMediaType } from "../exceptions/replies.ts";

/** A decoder for the bodies of requests; `fatal` if bytes of another charset are an error. */
export function bodyDecoder(charset: string, fatal: boolean): TextDecoder {
  const decoder = decoderFor(charset, fatal);
  if (decoder !== null) return decoder;
  throw new HTTPUnsupportedMediaType({ text: `Unknown charset: ${charset}` });
}

export function bodyText(decoder: TextDecoder, bytes: Uint8Array<ArrayBuffer>): string {
  try {
    return decodeBytes(decoder, bytes);
  } catch (cause) {
    throw new HTTPUnsupportedMediaType({ text: `The body is not ${decoder.encoding} text`, cause });
  }
}
