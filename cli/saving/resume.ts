import type { ClientResponse } from "../../client/mod.ts";
import { formatBytes } from "../io/format_bytes.ts";
import { writeErr } from "../io/output.ts";
import { visibleLine } from "../io/visible_text.ts";
import { type DownloadTarget, pathOf } from "./download.ts";
import { fileName } from "./file_name.ts";
import { complete, type Fragment, fragmentOf, type Resumed } from "./fragment.ts";

const NEW = { part: null, isComplete: false, replaces: false } as const;

type Send = (headers: readonly [name: string, value: string][]) => Promise<ClientResponse>;

/**
 * Requests the missing rest of a file. The validator decides whether it is the same file; without
 * one, only the length, with a note to the user.
 */
export async function resumed(send: Send, url: URL, target: DownloadTarget): Promise<Resumed> {
  const say = async (text: string): Promise<void> => {
    if (!target.quiet) await writeErr(`${visibleLine(text)}\n`);
  };
  let path = pathOf(target.output, fileName(null, url));
  let found = await fragmentOf(path);
  if (found === null) {
    const response = await send([]);
    path = pathOf(target.output, fileName(response, url));
    found = response.status === 200 ? await fragmentOf(path) : null; // under the name suggested by the server
    if (found === null) return { ...NEW, response };
    response.release();
  }
  const { size, validator } = found;
  const isSame = ({ headers }: ClientResponse): boolean => {
    const own = headers.get(validator?.startsWith('"') ? "etag" : "last-modified");
    return validator === null || own === null || own === validator;
  };
  let response = await send([
    ["Range", `bytes=${size}-`],
    ...validator === null ? [] : [["If-Range", validator] as [string, string]],
  ]);
  const [, from, length = "*"] =
    /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  const isPart = response.status === 206 || response.status === 416;
  if (isPart && isSame(response) && length === `${size}`) return await finished(response, found);
  if (response.status === 206 && isSame(response) && from === `${size}`) {
    if (validator === null) {
      await say(`${found.path}: its version is unknown, so only its length is checked`);
    }
    return { ...NEW, response, part: found };
  }
  if (isPart) {
    response.release(); // another range than requested, or an unknown length
    response = await send([]);
  }
  if (response.status !== 200) return { ...NEW, response };
  if (response.contentLength === size && isSame(response)) return await finished(response, found);
  const why = isSame(response) && length === "*"
    ? "the server does not support ranges"
    : "it has changed";
  await say(`${found.path}: ${why}; starting over`);
  return { ...NEW, response, replaces: found.path === path };

  async function finished(response: ClientResponse, file: Fragment): Promise<Resumed> {
    response.release();
    await complete(file, path, target.output !== null);
    await say(`${path} is complete (${formatBytes(file.size)}): nothing to do`);
    return { ...NEW, response, isComplete: true };
  }
}
