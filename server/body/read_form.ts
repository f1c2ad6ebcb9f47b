// Reading the form of a request.
import { OptionTable } from "../../http/options.ts";
import { decoderFor } from "../../http/headers/charset.ts";
import { parseContentType } from "../../http/headers/content_type.ts";
import { decodeUrlencoded } from "../../http/multipart/part_decoding.ts";
import { MultipartLimitError } from "../../http/multipart/errors.ts";
import { MULTIPART_LIMITS, type MultipartLimits } from "../../http/multipart/limits.ts";
import { MultipartReader } from "../../http/multipart/multipart_reader.ts";
import {
  HTTPRequestEntityTooLarge,
  HTTPUnsupportedMediaType,
} from "../exceptions/message_errors.ts";
import { parseForm } from "./parse_form.ts";
import type { IncomingBody } from "./incoming_body.ts";
import { PostData } from "./post_data.ts";

/** Options of `request.post()`. */
export interface PostOptions extends Partial<MultipartLimits> {
  /** Largest body, in bytes; 0 for no limit. @default the application's `clientMaxSize` */
  readonly maxSize?: number;
}

/** Names and types of {@linkcode PostOptions}. */
export const POST_OPTIONS = new OptionTable<PostOptions>({
  ...MULTIPART_LIMITS.kinds,
  maxSize: "a number",
});

/** A form during and after reading. */
export interface FormReading {
  /** The fields. */
  readonly data: Promise<PostData>;
  /** Frees the files, even while the form is being read. */
  close(): void;
}

/**
 * Reads a form.
 * @param body The body.
 * @param header Its `Content-Type`.
 * @param limit Largest body, in bytes; 0 for no limit.
 * @param options Limits of a multipart form.
 * @param read Reads the whole body.
 * @param kept The body if a middleware has read it, else `null`.
 */
export function readForm(
  body: IncomingBody,
  header: string | null,
  limit: number,
  options: PostOptions,
  read: () => Promise<Uint8Array<ArrayBuffer>>,
  kept: Promise<Uint8Array<ArrayBuffer>> | null,
): FormReading {
  let closed = false;
  let free = () => {};
  return {
    data: fieldsOf(body, header, limit, options, read, kept, (close) => {
      if (closed) close();
      else free = close;
    }),
    close() {
      closed = true;
      free();
    },
  };
}

async function fieldsOf(
  body: IncomingBody,
  header: string | null,
  limit: number,
  options: PostOptions,
  read: () => Promise<Uint8Array<ArrayBuffer>>,
  kept: Promise<Uint8Array<ArrayBuffer>> | null,
  onFiles: (close: () => void) => void,
): Promise<PostData> {
  const { mimeType, params } = parseContentType(header);
  switch (mimeType) {
    case "application/x-www-form-urlencoded": {
      const charset = params.get("charset") ?? "utf-8";
      const decoder = decoderFor(charset, false);
      if (decoder === null) {
        throw new HTTPUnsupportedMediaType({ text: `Unknown charset: ${charset}` });
      }
      return new PostData(decodeUrlencoded(await read(), decoder));
    }
    case "multipart/form-data": {
      const { maxSize: _, ...own } = options; // passed as `limit`
      const limits = {
        maxTotalSize: limit === 0 ? Infinity : limit,
        ...own,
        reuseBuffers: true, // pieces are written or copied at once
      };
      try {
        refuseLength(body, limits.maxTotalSize);
        const stream = kept === null ? body.stream() : new Response(await kept).body;
        const form = await parseForm(new MultipartReader(stream, header, limits));
        onFiles(() => form.close());
        return form.data;
      } catch (error) {
        if (!(error instanceof MultipartLimitError) || error.option !== "maxTotalSize") throw error;
        throw new HTTPRequestEntityTooLarge(error.limit, { cause: error });
      }
    }
    default:
      return new PostData();
  }
}

/**
 * Refuses a multipart body with a too large announced length, unread.
 * @param body The body.
 * @param maxTotalSize Maximum size in bytes.
 * @throws {MultipartLimitError} If the announced length exceeds it.
 */
export function refuseLength({ announced }: IncomingBody, maxTotalSize: number): void {
  if ((announced ?? 0) > maxTotalSize) throw new MultipartLimitError("maxTotalSize", maxTotalSize);
}
