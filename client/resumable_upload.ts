import { streamSource } from "../http/bytes/body_source.ts";
import { StreamReader } from "../http/bytes/stream_reader.ts";
import { nodeUrl } from "../http/node_modules.ts";
import { OptionTable } from "../http/options.ts";
import {
  ClientConnectionError,
  ClientPayloadError,
  ClientResponseError,
} from "./errors/client_errors.ts";
import { utf8Base64 } from "./hop/basic_auth.ts";
import { headersOf } from "./hop/header_list.ts";
import type { ProgressCallback } from "./hop/progress.ts";
import { ON_DENO } from "./hop/runtime.ts";
import type { RequestData } from "./body/payload_of.ts";
import { pause } from "./middleware/abortable_delay.ts";
import { REQUEST_OPTIONS } from "./request/option_tables.ts";
import type { RequestOptions } from "./request/options.ts";
import type { ClientResponse } from "./response/response.ts";

/** Options of `session.upload()` and its requests; `onUploadProgress` counts the whole file. */
export interface UploadOptions
  extends Omit<RequestOptions, "data" | "json" | "compress" | "raiseForStatus"> {
  /** Whether to upload by tus 1.0, which goes on after a disconnect. @default {false} */
  readonly resumable?: boolean | undefined;
  /** What the server is told about the file. @default `filename` and `filetype` of a `File` */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** URL of an upload that an earlier call began; if the server forgot it, a new one begins. */
  readonly resumeUrl?: string | URL | undefined;
  /** Called with the URL of the upload: keep it for `resumeUrl` of a later call. */
  readonly onUploadUrl?: ((url: string) => void) | undefined;
  /** Largest piece, in bytes, for servers or proxies that limit it. @default no limit */
  readonly chunkSize?: number | undefined;
  /** Failures in a row, without a byte of progress, after which to give up. @default {5} */
  readonly retries?: number | undefined;
  /** Time before the first try again, in ms; it doubles each time. @default {500} */
  readonly retryDelay?: number | undefined;
}

const { data: _, json: _1, compress: _2, raiseForStatus: _3, ...KINDS } = REQUEST_OPTIONS.kinds;
const OWN = {
  resumable: "true or false",
  metadata: "an object",
  resumeUrl: "a string or an object",
  onUploadUrl: "a function",
  chunkSize: "a number",
  retries: "a number",
  retryDelay: "a number",
} as const;

export const UPLOAD_OPTIONS = new OptionTable<UploadOptions>({ ...KINDS, ...OWN }, {
  raiseforstatus: "Other statuses than 200 to 299 are always thrown",
});

/** A complete upload. */
export interface Upload {
  /** Its URL, where the server has it; the URL of the request without `resumable`. */
  readonly url: string;
  /** Size of the file, in bytes. */
  readonly size: number;
}

type Send = (method: string, url: string | URL, options: RequestOptions) => Promise<ClientResponse>;

const PIECE = "application/offset+octet-stream";
const FOR_GOOD = new Set([404, 410]); // the upload is gone

export async function uploadFile(
  send: Send,
  url: string | URL,
  file: Blob | string | URL,
  options: UploadOptions,
): Promise<Upload> {
  const { chunkSize = Infinity, retries = 5, retryDelay = 500, onUploadProgress } = options;
  if (!(chunkSize >= 1 && retries >= 0 && retryDelay >= 0)) {
    throw new RangeError(
      "session.upload(): chunkSize is from 1 byte on, retries and retryDelay from 0",
    );
  }
  const given = REQUEST_OPTIONS.pick(options);
  const { size, slice } = file instanceof Blob ? slicesOf(file) : await slicesOfPath(file);
  const ask = async (
    method: string,
    at: string | URL,
    headers: Record<string, string>,
    more: RequestOptions = {},
  ): Promise<ClientResponse> => {
    const all = headersOf(given.headers);
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    const own = at === url ? {} : { params: undefined }; // the URL of an upload is complete
    const response = await send(method, at, { ...given, ...more, ...own, headers: all });
    const error = await response.statusError();
    await response.read();
    if (error !== null) throw error;
    return response;
  };
  if (options.resumable !== true) {
    const response = await ask("POST", url, {}, { data: await slice(0, size) });
    return { url: response.url.href, size };
  }
  const tus = (headers: Record<string, string>) => ({ "tus-resumable": "1.0.0", ...headers });
  const create = async (): Promise<string> => {
    const metadata = metadataOf(file, options.metadata);
    const described = metadata === "" ? {} : { "upload-metadata": metadata };
    const asked = tus({ "upload-length": `${size}`, ...described });
    const { headers, url: from } = await ask("POST", url, asked);
    const made = new URL(headers.get("location") ?? "", from).href;
    options.onUploadUrl?.(made);
    return made;
  };
  let resumed = options.resumeUrl === undefined ? null : `${options.resumeUrl}`;
  let place = resumed;
  let offset: number | null = null; // unknown
  let reached = 0;
  let failures = 0; // in a row, without progress
  for (;;) {
    try {
      if (place === null) {
        place = await create();
        offset = reached = 0;
        if (size === 0) return { url: place, size };
      }
      offset ??= offsetOf(await ask("HEAD", place, tus({})));
      if (offset > reached) failures = 0; // also of a piece that failed half-way
      reached = offset;
      if (offset >= size) return { url: place, size };
      const start: number = offset;
      offset = null; // unknown until the server tells
      const headers = tus({ "upload-offset": `${start}`, "content-type": PIECE });
      const data = await slice(start, Math.min(size, start + chunkSize));
      const report: ProgressCallback | undefined = onUploadProgress &&
        (({ bytes }) => onUploadProgress({ bytes: start + bytes, total: size }));
      offset = offsetOf(await ask("PATCH", place, headers, { data, onUploadProgress: report }));
      if (offset === start) throw new ClientPayloadError("the server kept no byte of the piece");
    } catch (error) {
      given.signal?.throwIfAborted();
      const isGone = error instanceof ClientResponseError && FOR_GOOD.has(error.status);
      if (isGone && place !== null && place === resumed) {
        place = resumed = null; // begins anew, once
        continue;
      }
      if (!isPassing(error)) throw error;
      if (++failures > retries) throw error;
      await pause(retryDelay * 2 ** (failures - 1), given.signal ?? new AbortController().signal);
    }
  }
}

/** Whether another try may succeed: the connection failed, or the server is busy. */
function isPassing(error: unknown): boolean {
  return error instanceof ClientResponseError
    ? error.status >= 500 || [408, 409, 423, 429, 460].includes(error.status)
    : error instanceof ClientConnectionError || error instanceof ClientPayloadError;
}

function offsetOf({ headers, status }: ClientResponse): number {
  const text = headers.get("upload-offset") ?? "";
  if (/^\d+$/.test(text)) return Number(text);
  throw new TypeError(
    `session.upload(): the reply ${status} has no Upload-Offset; is it a tus server?`,
  );
}

interface Slices {
  readonly size: number;
  readonly slice: (start: number, end: number) => RequestData | Promise<RequestData>;
}

function slicesOf(blob: Blob): Slices {
  return { size: blob.size, slice: (start, end) => blob.slice(start, end) };
}

async function slicesOfPath(path: string | URL): Promise<Slices> {
  // Deno's openAsBlob() reads the whole file.
  if (!ON_DENO) {
    const { openAsBlob } = await import("node:fs"); // which not every runtime exports
    return slicesOf(await openAsBlob(path instanceof URL ? nodeUrl().fileURLToPath(path) : path));
  }
  const { size } = await Deno.stat(path);
  return {
    size,
    slice: async (start, end) => {
      const file = await Deno.open(path);
      if ((await file.stat()).size < size) {
        file.close();
        throw new TypeError("Cannot upload the file: it became shorter");
      }
      await file.seek(start, Deno.SeekMode.Start);
      if (end === size) return file; // the request closes it
      const piece = new StreamReader(streamSource(file.readable));
      try {
        return await piece.readExactly(end - start);
      } finally {
        await piece.cancel();
      }
    },
  };
}

function metadataOf(file: Blob | string | URL, given: UploadOptions["metadata"]): string {
  const byDefault = file instanceof File ? { filename: file.name, filetype: file.type } : {};
  return Object.entries<string>(given ?? byDefault)
    .map(([name, text]) => `${name} ${utf8Base64(text)}`).join(",");
}
