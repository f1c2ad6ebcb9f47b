import { GrowingBytes } from "../../http/bytes/growing_bytes.ts";
import { fairTurn } from "../../http/bytes/read_turns.ts";
import { storageError } from "./save_file.ts";
import { sweepOnce } from "./sweep_parts.ts";

/** Bytes written once and readable many times, while the form or a response holds them. */
export class Spooled {
  readonly size: number;
  #store: Store | null;
  #holders = 1; // the form itself

  constructor(size: number, store: Store) {
    this.size = size;
    this.#store = store;
  }

  /** Reads at most `size` bytes from an offset, none at the end; `into` is a buffer for them. */
  async readAt(
    at: number,
    size: number,
    into?: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#store === null) throw closedError();
    return await this.#store.readAt(at, size, into);
  }

  /** Keeps them until one more `release()`. */
  retain(): void {
    if (this.#store === null) throw closedError();
    this.#holders++;
  }

  /** The last one, with that of the form, frees memory or disk; later reads throw. */
  release(): void {
    if (--this.#holders > 0) return;
    this.#store?.free();
    this.#store = null;
  }
}

interface Store extends Pick<Spooled, "readAt"> {
  free(): void;
}

interface DiskStore extends Store {
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>;
}

const PREFIX = "roundtrip-upload-";
let swept: Promise<void> | null = null;

/**
 * Spools pieces, each of which may change when the next is read; to disk once the budget of the
 * form is exceeded. The file on disk has no name, so that no crash leaves it behind; on Windows,
 * which refuses that, it is removed when closed, or by a later process once it is an hour old.
 */
export async function spool(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  budget: { left: number }, // bytes of memory, for all files of a form
): Promise<Spooled> {
  const held = new GrowingBytes();
  let size = 0;
  let disk: DiskStore | null = null;
  try {
    for await (const piece of pieces) {
      size += piece.length;
      if (disk === null && piece.length <= budget.left) {
        budget.left -= piece.length;
        held.append(piece);
        continue;
      }
      if (disk === null) {
        disk = await openDisk();
        await disk.write(held.take());
      }
      await disk.write(piece);
    }
  } catch (error) {
    disk?.free();
    throw storageError(error);
  }
  return disk === null ? inMemory(held.take()) : new Spooled(size, disk);
}

/** Holds bytes, which must not change. */
export function inMemory(bytes: Uint8Array<ArrayBuffer>): Spooled {
  return new Spooled(bytes.length, {
    readAt: (at, length) => Promise.resolve(bytes.slice(at, at + length)),
    free() {},
  });
}

/** A temporary file to write once, then to read. */
async function openDisk(): Promise<DiskStore> {
  swept ??= sweep();
  await swept;
  const path = await Deno.makeTempFile({ prefix: PREFIX });
  const file = await Deno.open(path, { read: true, write: true });
  const isNamed = await Deno.remove(path).then(() => false, () => true);
  let size = 0;
  let unfair = 0; // bytes not yet counted by fairTurn()
  let isFree = false;
  let reading: Promise<unknown> = Promise.resolve();
  const readNext: Store["readAt"] = async (at, wanted, into) => {
    if (isFree) throw closedError();
    const turn = fairTurn(file, unfair, 0, 0);
    if (turn !== null) await turn;
    if (isFree) throw closedError();
    file.seekSync(at, Deno.SeekMode.Start);
    const length = Math.min(wanted, size - at);
    const buffer = into === undefined ? new Uint8Array(length) : into.subarray(0, length);
    unfair = (buffer.length === 0 ? 0 : await file.read(buffer)) ?? 0;
    return buffer.subarray(0, unfair);
  };
  return {
    async write(piece) {
      for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
      size += piece.length;
    },
    readAt(at, wanted, into) {
      // One at a time: a file has one position, and reads are asynchronous.
      const read = reading.then(() => readNext(at, wanted, into));
      reading = read.catch(() => {});
      return read;
    },
    free() {
      isFree = true;
      file.close();
      if (isNamed) Deno.remove(path).catch(() => {});
    },
  };
}

/** Removes leftovers of a crash; only needed on Windows. */
async function sweep(): Promise<void> {
  if (Deno.build.os !== "windows") return;
  const own = await Deno.makeTempFile({ prefix: PREFIX });
  await Deno.remove(own);
  await sweepOnce(own.slice(0, own.lastIndexOf("\\") + 1), new RegExp(`^${PREFIX}`));
}

function closedError(): TypeError {
  return new TypeError("Cannot read the uploaded file: it is gone once the request was answered");
}
