/**
 * Folders as archives, made while they are sent.
 * @module
 */
import { join } from "./paths.ts";
import type { Root } from "./folder.ts";

/** Kinds of archive, with their mime types. */
export const ARCHIVES: Readonly<Record<string, string>> = {
  "zip": "application/zip",
  "tar.gz": "application/gzip",
  "tar": "application/x-tar",
};

/** A file of an archive. */
interface Member {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly modified: Date;
}

/**
 * Packs a folder.
 *
 * @param root The folder that is served.
 * @param path Real path of the folder.
 * @param name Name of the folder in the archive.
 * @param kind `zip`, `tar.gz` or `tar`.
 * @returns The archive, as it is made.
 */
export async function archive(
  root: Root,
  path: string,
  name: string,
  kind: string,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const members = walk(root, path, name);
  if (kind === "zip") return await zip(members);
  const packed = await tar(members);
  return kind === "tar" ? packed : packed.pipeThrough(new CompressionStream("gzip"));
}

/** Files below a folder; links are left out, so that no loop and nothing from outside gets in. */
async function* walk(root: Root, path: string, name: string): AsyncGenerator<Member> {
  for await (const entry of Deno.readDir(path)) {
    if (!root.allows(entry.name)) continue;
    const inner = { path: join(path, entry.name), name: `${name}/${entry.name}` };
    if (entry.isDirectory) yield* walk(root, inner.path, inner.name);
    if (!entry.isFile) continue;
    try {
      const { size, mtime } = await Deno.lstat(inner.path);
      yield { ...inner, size, modified: mtime ?? new Date() };
    } catch {
      continue; // gone since
    }
  }
}

async function zip(
  members: AsyncGenerator<Member>,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { makeZip } = await import("client-zip");
  let content: Content | null = null;
  const files = async function* () {
    for await (const { name, path, modified } of members) {
      content = contentOf(path);
      yield { name, lastModified: modified, input: content.stream };
    }
  };
  const reader = (makeZip(files()) as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  // client-zip lets go of neither the file nor the folder that it is reading.
  const end = async (reason: unknown): Promise<void> => {
    await reader.cancel(reason).catch(() => {}); // it fails with the reason it was given
    content?.close();
    await members.return(undefined);
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        await end(error);
        throw error;
      }
    },
    cancel: end,
  }, { highWaterMark: 0 });
}

async function tar(
  members: AsyncIterable<Member>,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { createTarPacker } = await import("modern-tar");
  const { readable, controller } = createTarPacker();
  const pack = async (): Promise<void> => {
    for await (const { name, path, size, modified } of members) {
      const entry = controller.add({ name, size, mtime: modified, type: "file", mode: 0o644 });
      await exactly(contentOf(path).stream, size).pipeTo(entry);
    }
    controller.finalize();
  };
  pack().catch((error) => controller.error(error));
  return readable;
}

/** The bytes of a file, which is open from the first read to the last one. */
interface Content {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  close(): void;
}

function contentOf(path: string): Content {
  let file: Deno.FsFile | null = null;
  let closed = false;
  const close = (): void => {
    closed = true;
    file?.close();
    file = null;
  };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (file === null) {
        const opened = await Deno.open(path);
        // Given up while it was being opened, or read once more after that.
        if (closed) {
          opened.close();
          return controller.error(new Error(`the archive of ${path} is given up`));
        }
        file = opened;
      }
      const buffer = new Uint8Array(256 * 1024);
      const count = await file.read(buffer);
      if (count !== null) return controller.enqueue(buffer.subarray(0, count));
      close();
      controller.close();
    },
    cancel: close,
  }, { highWaterMark: 0 });
  return { stream, close };
}

/** The head of a tar entry has told its size: a file that grows meanwhile is cut, a short one fails. */
function exactly(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  size: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = size;
  return source.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        const part = piece.subarray(0, left);
        left -= part.length;
        if (part.length > 0) controller.enqueue(part);
      },
      flush() {
        if (left > 0) throw new Error("a file has become shorter while it was packed");
      },
    }),
  );
}
