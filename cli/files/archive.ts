// Folders as archives, packed while they are sent.
import { HTTPBadRequest } from "../../server/mod.ts";
import { basename, join } from "node:path";
import type { Root } from "./folder.ts";

/** Kinds of archive, with their mime types. */
export const ARCHIVES: Readonly<Record<string, string>> = {
  "zip": "application/zip",
  "tar.gz": "application/gzip",
  "tar": "application/x-tar",
};

interface Member {
  readonly name: string;
  readonly size: number;
  readonly modified: Date;
  readonly content: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Name of the text file that lists the members left out of an archive. */
const LEFT_OUT = "LEFT-OUT.txt";

export async function sendArchive(root: Root, folder: string, kind: string): Promise<Response> {
  const type = Object.hasOwn(ARCHIVES, kind) ? ARCHIVES[kind] : undefined;
  if (type === undefined) {
    throw new HTTPBadRequest({
      text: `400: archives are ${Object.keys(ARCHIVES).join(", ")}`,
    });
  }
  const name = folder === root.path ? root.name : basename(folder);
  const file = encodeURIComponent(`${name}.${kind}`).replaceAll("'", "%27");
  return new Response(await archive(root, folder, name, kind), {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename*=UTF-8''${file}`,
      "cache-control": "no-store",
    },
  });
}

async function archive(
  root: Root,
  path: string,
  name: string,
  kind: string,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const members = walk(root, path, name);
  if (kind === "zip") return ReadableStream.from(zip(members));
  const packed = await tar(members);
  return kind === "tar" ? packed : packed.pipeThrough(new CompressionStream("gzip"));
}

/** Files below a folder, then a text file that lists those that could not be packed. */
async function* walk(root: Root, path: string, name: string): AsyncGenerator<Member> {
  const missing: string[] = [];
  yield* walkFolder(root, path, name, missing);
  if (missing.length === 0) return;
  const bytes = new TextEncoder().encode(missing.map((line) => `${line}\n`).join(""));
  const content = new Blob([bytes]).stream();
  yield { name: `${name}/${LEFT_OUT}`, size: bytes.length, modified: new Date(), content };
}

/** Links are left out: they could loop or lead outside of the root. */
async function* walkFolder(
  root: Root,
  path: string,
  name: string,
  missing: string[],
): AsyncGenerator<Member> {
  try {
    for await (const entry of Deno.readDir(path)) {
      if (!root.allows(entry.name)) continue;
      const inner = { path: join(path, entry.name), name: `${name}/${entry.name}` };
      if (entry.isDirectory) yield* walkFolder(root, inner.path, inner.name, missing);
      else if (entry.isFile) yield* member(inner.path, inner.name, missing);
      else missing.push(`${inner.name}: ${entry.isSymlink ? "a link" : "neither file nor folder"}`);
    }
  } catch {
    missing.push(`${name}/: not readable`);
  }
}

async function* member(path: string, name: string, missing: string[]): AsyncGenerator<Member> {
  const file = await Deno.open(path).catch(() => null);
  if (file === null) return void missing.push(`${name}: not readable`);
  try {
    const { size, mtime } = file.statSync(); // for an open file this never waits for the disk
    yield { name, size, modified: mtime ?? new Date(), content: contentOf(file, size) };
  } finally {
    file.close(); // it has been packed, or the archive was given up
  }
}

async function* zip(
  members: AsyncGenerator<Member>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { makeZip } = await import("client-zip");
  const files = async function* () {
    for await (const { name, modified, content } of members) {
      yield { name, lastModified: modified, input: content };
    }
  };
  const reader = (makeZip(files()) as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {}); // it rejects with the reason
    await members.return(undefined); // client-zip closes no file or folder that it is reading
  }
}

async function tar(
  members: AsyncIterable<Member>,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { createTarPacker } = await import("modern-tar");
  const { readable, controller } = createTarPacker();
  const pack = async (): Promise<void> => {
    for await (const { name, size, modified, content } of members) {
      const entry = controller.add({ name, size, mtime: modified, type: "file", mode: 0o644 });
      await content.pipeTo(entry);
    }
    controller.finalize();
  };
  pack().catch((error) => controller.error(error));
  return readable;
}

/**
 * The bytes of an open file, which the caller closes: at most `size`, with which a tar entry begins.
 * A file that became shorter is an error of the tar.
 */
function contentOf(file: Deno.FsFile, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = size;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const buffer = new Uint8Array(Math.min(left, 256 * 1024));
      const count = await file.read(buffer) ?? 0;
      if (count > 0) controller.enqueue(buffer.subarray(0, count));
      left -= count;
      if (count === 0 || left === 0) controller.close();
    },
  }, { highWaterMark: 0 });
}
