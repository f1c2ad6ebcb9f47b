import { OptionTable } from "../../http/options.ts";
import { parseContentType } from "../../http/headers/content_type.ts";
import { decodeUrlencoded } from "../../http/multipart/part_decoding.ts";
import { MultipartLimitError } from "../../http/multipart/errors.ts";
import { MULTIPART_LIMITS, type MultipartLimits } from "../../http/multipart/limits.ts";
import { MultipartReader } from "../../http/multipart/multipart_reader.ts";
import { HTTPRequestEntityTooLarge } from "../exceptions/client_errors.ts";
import { bodyDecoder } from "./body_decoder.ts";
import { type ParsedForm, parseForm } from "./parse_form.ts";
import type { IncomingBody } from "./incoming_body.ts";
import { PostData } from "./post_data.ts";

/** Options of `request.post()`. */
export interface PostOptions extends Partial<MultipartLimits> {
  /** Largest body, in bytes; 0 for no limit. @default the application's `clientMaxSize` */
  readonly maxSize?: number;
}

export const POST_OPTIONS = new OptionTable<PostOptions>({
  ...MULTIPART_LIMITS.kinds,
  maxSize: "a number",
});

/** Reads a form of at most `limit` bytes, 0 for any; `kept` is a body that was read before. */
export async function readForm(
  body: IncomingBody,
  header: string | null,
  limit: number,
  options: PostOptions,
  read: () => Promise<Uint8Array<ArrayBuffer>>,
  kept: Promise<Uint8Array<ArrayBuffer>> | null,
): Promise<ParsedForm> {
  const { mimeType, params } = parseContentType(header);
  switch (mimeType) {
    case "application/x-www-form-urlencoded": {
      const decoder = bodyDecoder(params.get("charset") ?? "utf-8", false);
      return withoutFiles(decodeUrlencoded(await read(), decoder));
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
        return await parseForm(new MultipartReader(stream, header, limits));
      } catch (error) {
        if (!(error instanceof MultipartLimitError) || error.option !== "maxTotalSize") throw error;
        throw new HTTPRequestEntityTooLarge(error.limit, { cause: error });
      }
    }
    default:
      return withoutFiles([]);
  }
}

function withoutFiles(fields: Iterable<readonly [string, string]>): ParsedForm {
  return { data: new PostData(fields), close() {} };
}

/** Refuses a multipart body with a too large announced length, unread. */
export function refuseLength({ announced }: IncomingBody, maxTotalSize: number): void {
  if ((announced ?? 0) > maxTotalSize) throw new MultipartLimitError("maxTotalSize", maxTotalSize);
}
