/**
 * Full disks.
 * @module
 */
import { HTTPInsufficientStorage } from "../exceptions/server_errors.ts";

/**
 * Tells a full disk or quota from other failures to write: ENOSPC and EDQUOT have no class of their
 * own in Deno.
 *
 * @returns A 507 with the error as its cause, or the error itself.
 */
export function storageError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code: unknown = Reflect.get(error, "code");
  const isFull = code === "ENOSPC" || code === "EDQUOT" ||
    /os error (28|122)\b/.test(error.message);
  return isFull
    ? new HTTPInsufficientStorage({ text: "There is no room to store the upload", cause: error })
    : error;
}
