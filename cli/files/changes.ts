import {
  HTTPBadRequest,
  HTTPConflict,
  HTTPForbidden,
  HTTPNotFound,
  type ServerRequest,
} from "../../server/mod.ts";
import type { Root } from "./folder.ts";
import { join } from "node:path";

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
