import { BodyPartReader } from "../../../http/multipart/body_part_reader.ts";
import { MultipartReader } from "../../../http/multipart/multipart_reader.ts";
import type { MultipartReaderOptions } from "../../../http/multipart/multipart_reader.ts";

/** A part as a plain value; `data` has each byte as one character. */
export interface Found {
  name: string | null;
  filename: string | null;
  type: string;
  headers: Record<string, string>;
  data: string;
  parts?: Found[];
}

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** How a stream gives its bytes: as chunks, or into the buffer of a BYOB reader. */
export type StreamKind = "chunks" | "bytes";

export function streamOf(
  chunks: Iterable<Uint8Array<ArrayBuffer>>,
  kind: StreamKind = "chunks",
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.iterator]();
  if (kind === "chunks") {
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        const { value, done } = iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    }, { highWaterMark: 0 });
  }
  let rest = new Uint8Array(0);
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      while (rest.length === 0) {
        const { value, done } = iterator.next();
        if (done) {
          controller.close();
          controller.byobRequest?.respond(0);
          return;
        }
        rest = value;
      }
      const request = controller.byobRequest;
      const view = request?.view;
      if (!request || !view) {
        controller.enqueue(rest.slice());
        rest = new Uint8Array(0);
        return;
      }
      const size = Math.min(rest.length, view.byteLength);
      new Uint8Array(view.buffer, view.byteOffset, size).set(rest.subarray(0, size));
      rest = rest.subarray(size);
      request.respond(size);
    },
  }, { highWaterMark: 0 }) as ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Reads everything. */
export async function collect(reader: MultipartReader): Promise<Found[]> {
  const found: Found[] = [];
  for await (const part of reader) {
    const headers = Object.fromEntries(part.headers);
    if (part instanceof BodyPartReader) {
      let data = "";
      for await (const piece of part) data += latin1(piece);
      const { name, filename, contentType: type } = part;
      found.push({ name, filename, type, headers, data });
    } else {
      const parts = await collect(part);
      const { name, contentType: type } = part;
      found.push({ name, filename: null, type, headers, data: "", parts });
    }
  }
  return found;
}

export function parse(
  chunks: Iterable<Uint8Array<ArrayBuffer>>,
  type: string,
  options: MultipartReaderOptions = {},
  kind: StreamKind = "chunks",
): Promise<Found[]> {
  return collect(new MultipartReader(streamOf(chunks, kind), type, options));
}

/** The name of a read's error, or its result. */
export async function outcome(reading: Promise<unknown>): Promise<string> {
  try {
    return `no error: ${JSON.stringify(await reading)}`;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
