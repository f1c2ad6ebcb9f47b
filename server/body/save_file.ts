import { nodeCrypto } from "../../http/node_modules.ts";
import { fileInfo, nameFile } from "../../http/name_file.ts";
import { OptionTable } from "../../http/options.ts";
import { piecesOf } from "../../http/bytes/stream_reader.ts";
import { BodyPartReader } from "../../http/multipart/body_part_reader.ts";
import { HTTPConflict, HTTPInsufficientStorage } from "../exceptions/replies.ts";
import { sweepOnce } from "./sweep_parts.ts";

/** Whether a file name is a device on Windows: `CON`, `nul.txt`, `com1.tar.gz`. */
export function isDeviceName(name: string): boolean {
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name);
}

/** Turns a full disk or quota into a 507: Deno has no error classes for ENOSPC and EDQUOT. */
export function storageError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code: unknown = Reflect.get(error, "code");
  const isFull = code === "ENOSPC" || code === "EDQUOT" ||
    /os error (28|122)\b/.test(error.message);
  return isFull
    ? new HTTPInsufficientStorage({ text: "There is no room to store the upload", cause: error })
    : error;
}

/** Options of {@linkcode saveFile}. */
export interface SaveFileOptions {
  /** Action if the path exists: `409 Conflict`, or `name-1.ext` for `rename`. @default {"error"} */
  readonly onDuplicate?: "error" | "overwrite" | "rename";
  /** Whether to compute the SHA-256 digest. @default {false} */
  readonly sha256?: boolean;
  /** Called after each piece with the number of bytes so far. */
  readonly onProgress?: (bytes: number) => void;
}

const SAVE_FILE_OPTIONS = new OptionTable<SaveFileOptions>({
  onDuplicate: "a string",
  sha256: "true or false",
  onProgress: "a function",
}, { overwrite: 'Write { onDuplicate: "overwrite" }' });

/** A saved file. */
export interface SavedUpload {
  /** Its path; differs from the requested one with `onDuplicate: "rename"`. */
  readonly path: string;
  /** Its size, in bytes. */
  readonly size: number;
  /** Its digest in hex, `null` if not requested. */
  readonly sha256: string | null;
}

/**
 * Streams bytes of a part, a `FileField` or another source into a temporary file in the same folder
 * (`.`, a UUID and `.part`), which is renamed once complete. A failure leaves nothing behind; the
 * file of a killed process is removed by a later one after an hour.
 *
 * Never use a client's filename in the path unchecked; {@linkcode safeFilename} makes one that stays
 * in its folder.
 * @throws {TypeError} If the path is a folder.
 * @throws {HTTPConflict} If the path exists and `onDuplicate` is `"error"`.
 * @throws {HTTPInsufficientStorage} If the disk or the quota is full.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const folder = await Deno.makeTempDir();
 * const saved = await web.saveFile(new Blob(["hello"]).stream(), `${folder}/a.txt`);
 * console.assert(saved.size === 5 && saved.path.endsWith("a.txt"));
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function saveFile(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  path: string,
  options: SaveFileOptions = {},
): Promise<SavedUpload> {
  SAVE_FILE_OPTIONS.check("web.saveFile()", options);
  const { onDuplicate = "error", onProgress } = options;
  const there = await fileInfo(path);
  if (there?.isDirectory() === true) {
    throw new TypeError(
      `Cannot save to ${JSON.stringify(path)}: it is a folder. ` +
        `Add a name to it, such as web.safeFilename(part.filename)`,
    );
  }
  if (onDuplicate === "error" && there !== null) throw conflict(path);
  const hash = options.sha256 === true ? nodeCrypto().createHash("sha256") : null;
  // The name begins with a dot, which static files and listings hide.
  const folder = /^.*[/\\]/s.exec(path)?.[0] ?? "";
  await sweepOnce(folder);
  const partial = `${folder}.${crypto.randomUUID()}.part`;
  let size = 0;
  try {
    const file = await Deno.open(partial, { write: true, createNew: true });
    try { // not `using`: Node 20 loads applications too, and cannot parse it
      // A piece is written and hashed before the next is read.
      const lent = pieces instanceof BodyPartReader ? pieces.lentPieces() : piecesOf(pieces);
      for await (const piece of lent) {
        for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
        hash?.update(piece);
        size += piece.length;
        onProgress?.(size);
      }
    } finally {
      file.close();
    }
    return {
      path: await publish(partial, path, onDuplicate),
      size,
      sha256: hash?.digest("hex") ?? null,
    };
  } catch (error) {
    await Deno.remove(partial).catch(() => {}); // it may not have been made, or has its name
    throw storageError(error);
  }
}

/**
 * Makes a filename of a client's: its last path segment, without control and reserved characters,
 * leading dots and device names; at most 200 bytes, or the fallback if nothing is left.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * console.assert(web.safeFilename("../../etc/passwd") === "passwd");
 * console.assert(web.safeFilename("C:\\temp\\a?.txt") === "a_.txt");
 * ```
 */
export function safeFilename(filename: string | null, fallback = "file"): string {
  const last = (filename ?? "").toWellFormed().split(/[/\\]/).at(-1) ?? "";
  const clean = last
    // Controls, reserved characters of Windows, and bidi marks (U+202E "exe.gpj").
    .replace(/[\p{Cc}<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "_")
    .replace(/^[.\s]+|[.\s]+$/g, "");
  const name = isDeviceName(clean) ? `_${clean}` : clean;
  return name === "" ? fallback : shorten(name);
}

/** Cuts a name to 200 bytes but keeps its extension. */
function shorten(name: string): string {
  const encoder = new TextEncoder();
  if (encoder.encode(name).length <= 200) return name;
  const [, stem = name, extension = ""] = /^(.*?)(\.[^.]{1,16})?$/su.exec(name) ?? [];
  const room = 200 - encoder.encode(extension).length;
  const { read } = encoder.encodeInto(stem, new Uint8Array(room));
  return stem.slice(0, read) + extension;
}

async function publish(partial: string, path: string, onDuplicate: string): Promise<string> {
  if (onDuplicate === "overwrite") {
    await Deno.rename(partial, path);
    return path;
  }
  for (let count = 0;; count++) {
    const target = count === 0 ? path : numbered(path, count);
    if (await nameFile(partial, target)) return target;
    if (onDuplicate === "error") throw conflict(path);
  }
}

function numbered(path: string, count: number): string {
  const parts = /^(.*?[^/\\])((?:\.[A-Za-z0-9]+){0,2})$/s.exec(path);
  return `${parts?.[1] ?? path}-${count}${parts?.[2] ?? ""}`;
}

function conflict(path: string): HTTPConflict {
  const name = path.split(/[/\\]/).at(-1) ?? path;
  return new HTTPConflict({ text: `A file named ${JSON.stringify(name)} already exists` });
}
