import {
  HTTPBadRequest,
  HTTPConflict,
  HTTPForbidden,
  HTTPNotFound,
  HTTPRequestEntityTooLarge,
  safeFilename,
  saveFile,
  type ServerRequest,
} from "../../server/mod.ts";
import type { Root } from "./folder.ts";
import type { FilesOptions } from "./options.ts";
import { join } from "node:path";

type UploadOptions = FilesOptions["uploads"];

/** A saved file: its path below the root, with slashes, and its size in bytes. */
type Uploaded = Awaited<ReturnType<typeof save>>;

const MAX_FOLDERS = 32; // depth of a folder upload

/** Saves the files of a form as they arrive. */
export async function receive(
  request: ServerRequest,
  root: Root,
  folder: string,
  options: UploadOptions,
): Promise<Uploaded[]> {
  const saved: Uploaded[] = [];
  // `await using` cancels a refused form: a browser would send all of it before it reads the reply.
  await using form = await request.multipart({
    maxFileSize: Infinity, // `save()` refuses with 413 and a shorter reason
    maxTotalSize: Infinity,
    maxDuration: 24 * 60 * 60 * 1000,
  });
  for await (const part of form) {
    // An unread part is skipped by the next iteration.
    if (!("filename" in part) || part.filename === null) continue;
    const [target, base] = await placeOf(root, folder, part.filename);
    saved.push(await save(part, root, target, base, options));
  }
  return saved;
}

export async function receivePut(
  request: ServerRequest,
  root: Root,
  folder: string,
  name: string | null,
  options: UploadOptions,
): Promise<Uploaded> {
  if (name === null || !root.allows(name) || safeFilename(name) !== name) {
    throw new HTTPBadRequest({ text: "400: the path does not end in a name for a file" });
  }
  // RFC 9110 section 14.5: a part must not replace the whole.
  if (request.headers.has("content-range")) {
    throw new HTTPBadRequest({ text: "400: a PUT has the whole file; tus resumes, at /.uploads" });
  }
  return await save(request.content.iterAny(), root, folder, name, options);
}

async function save(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  root: Root,
  folder: string,
  name: string,
  { onDuplicate, maxSize }: UploadOptions,
) {
  if (onDuplicate !== "rename") await refuseFolder(folder, name);
  const { path, size } = await saveFile(pieces, join(folder, name), {
    onDuplicate,
    onProgress(bytes) {
      if (maxSize !== null && bytes > maxSize) throw new HTTPRequestEntityTooLarge(maxSize);
    },
  });
  return { name: path.slice(root.path.length).replaceAll("\\", "/").replace(/^\//, ""), size };
}

/** The folder, made if necessary, and the name for a client's filename. */
export async function placeOf(
  root: Root,
  folder: string,
  filename: string,
): Promise<[folder: string, name: string]> {
  const names = filename.split(/[\\/]+/).filter((each) => each !== "" && each !== ".");
  if (names.includes("..")) {
    throw new HTTPBadRequest({ text: '400: a filename may not contain ".."' });
  }
  if (names.length - 1 > MAX_FOLDERS) {
    throw new HTTPBadRequest({
      text: `400: a filename may lead through ${MAX_FOLDERS} folders, not ${names.length - 1}`,
    });
  }
  const [base = "", ...folders] = names.map((each) => safeFilename(each)).reverse();
  return [await makeFolders(root, folder, folders.reverse()), base];
}

/** Refuses cross-site forms: any page can post a form to any server. */
export function checkOrigin(request: ServerRequest): void {
  const origin = request.headers.get("origin");
  if (origin === null) return; // not a browser
  if (URL.parse(origin)?.host === request.host) return;
  throw new HTTPForbidden({ text: "403: requests from other sites are not accepted" });
}

/** Makes one folder at a time and checks it: a link must not lead out of the root. */
async function makeFolders(root: Root, start: string, names: readonly string[]): Promise<string> {
  let path = start;
  for (const name of names) {
    const next = join(path, name);
    try {
      await Deno.mkdir(next);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
    const real = await root.real(next);
    if (real === null) throw new HTTPForbidden({ text: `403: ${name} is not a folder here` });
    path = real;
  }
  return path;
}

/** Refuses a file in place of a folder before its bytes are read. */
export async function refuseFolder(folder: string, name: string): Promise<void> {
  try {
    if (!(await Deno.lstat(join(folder, name))).isDirectory) return;
  } catch {
    return; // it does not exist, or saving reports the error
  }
  throw new HTTPConflict({ text: `409: ${JSON.stringify(name)} is a folder` });
}

const MAX_FORM = 64 * 1024; // bytes; a name has at most 255

/** Reads a form of at most 64 KiB, sent by the listing page or by `curl -d`. */
export async function readChange(request: ServerRequest): Promise<URLSearchParams> {
  return new URLSearchParams(await request.clone({ clientMaxSize: MAX_FORM }).text());
}

export async function makeFolder(root: Root, folder: string, name: string): Promise<void> {
  checkName(root, name);
  try {
    await Deno.mkdir(join(folder, name));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
    throw new HTTPConflict({ text: `409: ${name} exists`, cause });
  }
}

/** Deletes a file, or a folder with its contents. A link is deleted, not its target. */
export async function remove(root: Root, folder: string, name: string): Promise<void> {
  checkName(root, name);
  const path = join(folder, name);
  try {
    const { isDirectory } = await Deno.lstat(path);
    await Deno.remove(path, { recursive: isDirectory });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new HTTPNotFound({ text: `404: ${name} does not exist here`, cause });
    }
    throw cause;
  }
}

function checkName(root: Root, name: string): void {
  // No file system has longer names.
  if (root.allows(name) && new TextEncoder().encode(name).length <= 255) return;
  throw new HTTPBadRequest({ text: `400: "${name}" is not a valid name here` });
}

/** Turns an operation that the system forbids into 403. */
export function refused(cause: unknown): unknown {
  if (!(cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable)) {
    return cause;
  }
  return new HTTPForbidden({ text: "403: the system does not allow that", cause });
}
