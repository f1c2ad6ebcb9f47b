import { headersOf } from "./hop/header_list.ts";
import { REQUEST_OPTIONS } from "./request/option_tables.ts";
import { OptionTable } from "../http/options.ts";
import { ClientResponseError } from "./errors/client_errors.ts";
import type { RequestOptions } from "./request/options.ts";
import { PartFile } from "./response/part_file.ts";
import type { ClientResponse } from "./response/response.ts";
import { encodeQuery } from "../http/query.ts";
import {
  type BodyPlace,
  digestOf,
  type Download,
  isEncoded,
  SAVE_OPTIONS,
  saveInto,
  type SaveOptions,
  wholePlace,
} from "./response/save_body.ts";
import { disposing } from "../http/since_node_20.ts";

/** Options of `session.downloadToFile()`; any status without the file is an error. */
export interface DownloadOptions extends SaveOptions, Omit<RequestOptions, "raiseForStatus"> {
  /** Whether to resume the part of an earlier download of an unchanged file. @default {false} */
  readonly resume?: boolean | undefined;
}

const { raiseForStatus: _, ...KINDS } = REQUEST_OPTIONS.kinds;

export const DOWNLOAD_OPTIONS = new OptionTable<DownloadOptions>({
  ...KINDS,
  ...SAVE_OPTIONS.kinds,
  resume: "true or false",
}, { raiseforstatus: "Other statuses than 200 are always thrown" });

export async function downloadFile(
  get: (headers: Headers) => Promise<ClientResponse>,
  url: string,
  path: string | URL,
  options: DownloadOptions,
): Promise<Download> {
  return await disposing(new PartFile(path), async (file) => {
    if (options.overwrite !== true) await file.assertFree();
    const headers = headersOf(options.headers);
    // Ranges of a compressed body are not ranges of the file.
    headers.set("accept-encoding", "identity");
    const query = options.params === undefined ? "" : encodeQuery(options.params);
    const digest = digestOf(`${url}\n${query}`);
    const save = (response: ClientResponse, place: BodyPlace): Promise<Download> =>
      saveInto(file, response, place, digest, options);
    const part = options.resume === true ? await file.existing() : null;
    if (part !== null && part.origin.urlDigest === digest) {
      const { size, origin: { validator } } = part;
      const ranged = new Headers(headers);
      ranged.set("range", `bytes=${size}-`);
      ranged.set("if-range", validator);
      const saved = await disposing(await get(ranged), async (response) => {
        const next = continuation(response, size, validator);
        if (next === "again") return null;
        if (next !== "complete") return await save(await checked(response, true), next);
        await file.publish(options.overwrite ?? false);
        return { path: file.path, size, resumedFrom: size };
      });
      if (saved !== null) return saved;
    }
    const whole = await checked(await get(headers), headers.has("range"));
    return await disposing(whole, (response) => save(response, wholePlace(response)));
  });
}

/** Meaning of a response to a range request for a part of `size` bytes. */
function continuation(
  response: ClientResponse,
  size: number,
  validator: string,
): BodyPlace | "complete" | "again" {
  const range = response.headers.get("content-range") ?? "";
  // aiohttp's static files ignore an If-Range with a tag, so the response's validator is compared.
  const header = validator.startsWith('"') ? "etag" : "last-modified";
  const isSame = (response.headers.get(header) ?? validator) === validator;
  if (response.status === 416) {
    if (!isSame) return "again";
    return /^bytes \*\/(\d+)$/.exec(range)?.[1] === String(size) ? "complete" : "again";
  }
  if (response.status !== 206) return wholePlace(response);
  const [, start, total = "*"] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range) ?? [];
  // Another range than the requested one would corrupt the file.
  if (start !== String(size) || !isSame || isEncoded(response)) return "again";
  return { start: size, total: total === "*" ? null : Number(total) };
}

/** The response, if it has the file or the requested range. */
async function checked(response: ClientResponse, askedForPiece: boolean): Promise<ClientResponse> {
  try {
    const error = await response.statusError();
    if (error !== null) throw error;
    if (response.status < 300 && (response.status !== 206 || askedForPiece)) return response;
    // 304 to the caller's condition, or a redirect that is not followed: no file.
    const { requestInfo, history, status, headers } = response;
    const reason = `Attempt to save a reply that is not the file: ${response.reason}`;
    throw new ClientResponseError({ requestInfo, history, status, headers, reason });
  } catch (error) {
    response.release();
    throw error;
  }
}
