import { BodyPartReader } from "../../http/multipart/body_part_reader.ts";
import { MultipartSyntaxError } from "../../http/multipart/errors.ts";
import type { MultipartReader } from "../../http/multipart/multipart_reader.ts";
import { FileField } from "./file_field.ts";
import { PostData, type PostValue } from "./post_data.ts";
import { spool, type Spooled } from "./spool.ts";

/** A form that owns its files until it is closed. */
export interface ParsedForm {
  readonly data: PostData;
  /** Frees the memory and disk of its files. */
  close(): void;
}

/** Memory for the files of one form; the rest goes to disk. */
const MAX_MEMORY = 1024 * 1024;

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
