import { decodeBytes } from "../../http/bytes/bytes.ts";
import { decoderFor } from "../../http/headers/charset.ts";
import { OptionTable } from "../../http/options.ts";
import { parseContentType } from "../../http/headers/content_type.ts";
import { decodeUrlencoded } from "../../http/multipart/part_decoding.ts";
import { BodyPartReader } from "../../http/multipart/body_part_reader.ts";
import { MultipartLimitError, MultipartSyntaxError } from "../../http/multipart/errors.ts";
import {
  MULTIPART_LIMITS,
  type MultipartLimits,
  resolveMultipartLimits,
} from "../../http/multipart/limits.ts";
import { MultipartReader } from "../../http/multipart/multipart_reader.ts";
import { within } from "../../http/within.ts";
import { HTTPRequestEntityTooLarge, HTTPUnsupportedMediaType } from "../exceptions/replies.ts";
import { FileField } from "./file_field.ts";
import type { IncomingBody } from "./incoming_body.ts";
import { type ParsedForm, PostData, type PostValue } from "./post_data.ts";
import { SMALL_FORM, smallForm } from "./small_form.ts";
import { spool, type Spooled } from "./spool.ts";

/** Options of `request.post()`. */
export interface PostOptions extends Partial<MultipartLimits> {
  /** Largest body, in bytes; 0 for no limit. @default the application's `clientMaxSize` */
  readonly maxSize?: number;
}

export const POST_OPTIONS = new OptionTable<PostOptions>({
  ...MULTIPART_LIMITS.kinds,
  maxSize: "a number",
});

const MAX_TIMER = 2 ** 31 - 1; // ms, the longest delay that timers take
const MAX_MEMORY = 1024 * 1024; // for the files of one form; the rest goes to disk

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
      const limits = { maxTotalSize: limit === 0 ? Infinity : limit, ...own };
      try {
        refuseLength(body, limits.maxTotalSize);
        const boundary = params.get("boundary") ?? "";
        const resolved = resolveMultipartLimits(limits);
        const whole = kept === null ? await shortBody(body, boundary, resolved) : await kept;
        const form = whole === null ? null : smallForm(whole, boundary, resolved);
        if (form !== null) return form;
        const stream = whole === null ? body.stream() : new Response(whole).body;
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

/** Reads a short body of announced length; `null` for others, which are parsed as they arrive. */
async function shortBody(
  body: IncomingBody,
  boundary: string,
  { maxDuration, maxTotalSize }: MultipartLimits,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { announced } = body;
  if (boundary === "" || announced === null || announced > SMALL_FORM) return null;
  const late = () => new MultipartLimitError("maxDuration", maxDuration);
  return body.take(SMALL_FORM) ??
    await within(Math.min(maxDuration, MAX_TIMER), body.bytes(maxTotalSize), late);
}

/** Parses a whole form: texts into memory, files into a spool with 1 MiB of it for all. */
export async function parseForm(reader: MultipartReader): Promise<ParsedForm> {
  const fields: [string, PostValue][] = [];
  const spooled: Spooled[] = [];
  const budget = { left: MAX_MEMORY };
  const close = (): void => spooled.forEach((each) => each.release());
  try {
    for await (const part of reader) {
      if (!(part instanceof BodyPartReader)) {
        throw new MultipartSyntaxError("Cannot read the form: a multipart is nested in it");
      }
      const name = part.name ?? "";
      if (part.filename === null) {
        fields.push([name, await part.text()]);
        continue;
      }
      const content = await spool(part.lentPieces(), budget);
      spooled.push(content);
      const { filename, headers } = part;
      const hasType = headers.has("content-type");
      const contentType = hasType ? part.contentType : "application/octet-stream";
      fields.push([name, new FileField({ name, filename, contentType, headers }, content)]);
    }
  } catch (error) {
    close();
    throw error;
  }
  return { data: new PostData(fields), close };
}

function withoutFiles(fields: Iterable<readonly [string, string]>): ParsedForm {
  return { data: new PostData(fields), close() {} };
}

/** Refuses a multipart body with a too large announced length, unread. */
export function refuseLength({ announced }: IncomingBody, maxTotalSize: number): void {
  if ((announced ?? 0) > maxTotalSize) throw new MultipartLimitError("maxTotalSize", maxTotalSize);
}

/** Reads a text in a charset, of which all bytes have to be. */
export async function readText(
  charset: string,
  read: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<string> {
  const decoder = bodyDecoder(charset, true);
  const bytes = await read();
  try {
    return decodeBytes(decoder, bytes);
  } catch (cause) {
    throw new HTTPUnsupportedMediaType({ text: `The body is not ${decoder.encoding} text`, cause });
  }
}

function bodyDecoder(charset: string, fatal: boolean): TextDecoder {
  const decoder = decoderFor(charset, fatal);
  if (decoder !== null) return decoder;
  throw new HTTPUnsupportedMediaType({ text: `Unknown charset: ${charset}` });
}
