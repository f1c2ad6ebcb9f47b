/**
 * New folders, and what is deleted.
 * @module
 */
import {
  HTTPBadRequest,
  HTTPConflict,
  HTTPForbidden,
  HTTPNotFound,
  HTTPRequestEntityTooLarge,
  type ServerRequest,
} from "../../server/mod.ts";
import type { Root } from "./folder.ts";
import { join } from "./paths.ts";

const MAX_FORM = 64 * 1024; // bytes; a name has 255 at most

/**
 * Reads a form of the listing page, which may be sent by `curl -d` too.
 *
 * @throws {HTTPRequestEntityTooLarge} If it is longer than such a form can be.
 */
export async function readChange(request: ServerRequest): Promise<URLSearchParams> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const piece of request.raw.body ?? []) {
    size += piece.length;
    if (size > MAX_FORM) throw new HTTPRequestEntityTooLarge(MAX_FORM);
    text += decoder.decode(piece, { stream: true });
  }
  return new URLSearchParams(text + decoder.decode());
}

/**
 * Makes a folder.
 *
 * @param root The folder that is served.
 * @param folder Real path of the folder it is made in.
 * @param name Its name.
 * @throws {HTTPBadRequest} If the name is none that would be served.
 * @throws {HTTPConflict} If there is something of that name.
 */
export async function makeFolder(root: Root, folder: string, name: string): Promise<void> {
  checkName(root, name);
  try {
    await Deno.mkdir(join(folder, name));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw refused(cause);
    throw new HTTPConflict({ text: `409: ${name} exists`, cause });
  }
}

/**
 * Deletes a file, or a folder with all that is in it. Of a link, the link is deleted, not what it
 * leads to.
 *
 * @param root The folder that is served.
 * @param folder Real path of the folder it lies in.
 * @param name Its name.
 * @throws {HTTPNotFound} If there is nothing of that name, or nothing that is served.
 */
export async function remove(root: Root, folder: string, name: string): Promise<void> {
  checkName(root, name);
  const path = join(folder, name);
  try {
    const { isDirectory } = await Deno.lstat(path);
    await Deno.remove(path, { recursive: isDirectory });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new HTTPNotFound({ text: `404: there is no ${name} here`, cause });
    }
    throw refused(cause);
  }
}

function checkName(root: Root, name: string): void {
  // Longer names have no place in any file system.
  if (root.allows(name) && new TextEncoder().encode(name).length <= 255) return;
  throw new HTTPBadRequest({ text: `400: "${name}" is no name of a file or folder here` });
}

/**
 * What the system does not allow is no error of this program.
 *
 * @returns The reply's exception, or `cause` itself.
 */
export function refused(cause: unknown): unknown {
  if (!(cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable)) {
    return cause;
  }
  return new HTTPForbidden({ text: "403: the system does not allow that", cause });
}
