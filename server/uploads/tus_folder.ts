import { nodeCrypto } from "../../http/node_modules.ts";
import { piecesOf } from "../../http/bytes/stream_reader.ts";
import { HTTPRequestEntityTooLarge } from "../exceptions/replies.ts";
import { storageError } from "../body/save_file.ts";

export interface TusInfo {
  readonly id: string;
  readonly length: number; // bytes of the whole
  readonly metadata: string | null; // Upload-Metadata as sent, null without
}

export interface TusState extends TusInfo {
  readonly offset: number; // bytes that have arrived
  readonly isPublished: boolean; // then the client can no longer change it
  readonly expires: Date; // unless more arrives
}

const OURS = /^\.([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.tus(?:\.json)?$/;
const SWEEP_EVERY = 60_000; // ms

/** Uploads in a folder: `.ID.tus` has the bytes, `.ID.tus.json` the rest; a complete one is `ID`. */
export class TusFolder {
  readonly #folder: string;
  readonly #expiresIn: number;
  readonly #busy = new Set<string>();
  #swept = 0;

  constructor(folder: string, expiresIn: number) {
    this.#folder = folder;
    this.#expiresIn = expiresIn;
  }

  /** Creates an upload; removes expired ones, once a minute. */
  async create(info: TusInfo): Promise<void> {
    if (Date.now() - this.#swept > SWEEP_EVERY) {
      this.#swept = Date.now();
      await this.#sweep();
    }
    try {
      await Deno.writeTextFile(this.#partOf(info.id), "", { createNew: true });
      await Deno.writeTextFile(this.#infoOf(info.id), JSON.stringify(info), { createNew: true });
    } catch (error) {
      throw storageError(error);
    }
  }

  /** Finds an upload; `null` if it is unknown or expired. A complete one has its whole length. */
  async find(id: string): Promise<TusState | null> {
    const part = await orNull(Deno.stat(this.#partOf(id)));
    const touched = part ?? await orNull(Deno.stat(this.#infoOf(id)));
    if (touched === null) return null;
    const expires = new Date((touched.mtime?.getTime() ?? 0) + this.#expiresIn);
    if (expires.getTime() < Date.now()) {
      await this.remove(id);
      return null;
    }
    const info = infoIn(await orNull(Deno.readTextFile(this.#infoOf(id))));
    if (info === null) return null;
    return { ...info, offset: part?.size ?? info.length, isPublished: part === null, expires };
  }

  /** Runs an action on an upload that no other action works on; `null` if one does. */
  async alone<T>(id: string, action: () => Promise<T>): Promise<T | null> {
    if (this.#busy.has(id)) return null;
    this.#busy.add(id);
    try {
      return await action();
    } finally {
      this.#busy.delete(id);
    }
  }

  /** Appends what arrives; returns the new offset. */
  async append(
    { id, offset, length }: TusState,
    pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  ): Promise<number> {
    const file = await Deno.open(this.#partOf(id), { write: true });
    let at = offset;
    try {
      await file.seek(offset, Deno.SeekMode.Start);
      for await (const piece of piecesOf(pieces)) {
        if (piece.length > length - at) throw new HTTPRequestEntityTooLarge(length);
        for (let sent = 0; sent < piece.length;) sent += await file.write(piece.subarray(sent));
        at += piece.length;
      }
      return at;
    } catch (error) {
      throw storageError(error);
    } finally {
      file.close();
    }
  }

  async publish(id: string): Promise<string> {
    const path = `${this.#folder}/${id}`;
    await Deno.rename(this.#partOf(id), path);
    return path;
  }

  async digestOf(path: string): Promise<string> {
    const hash = nodeCrypto().createHash("sha256");
    const file = await Deno.open(path);
    for await (const piece of file.readable) hash.update(piece);
    return hash.digest("hex");
  }

  /** Forgets an upload; a published file stays. */
  async remove(id: string): Promise<void> {
    await orNull(Deno.remove(this.#infoOf(id)));
    await orNull(Deno.remove(this.#partOf(id)));
  }

  async #sweep(): Promise<void> {
    for await (const { name } of Deno.readDir(this.#folder)) {
      const id = OURS.exec(name)?.[1];
      if (id !== undefined && !this.#busy.has(id)) await this.find(id); // removes expired ones
    }
  }

  #infoOf(id: string): string {
    return `${this.#folder}/.${id}.tus.json`;
  }

  #partOf(id: string): string {
    return `${this.#folder}/.${id}.tus`;
  }
}

/** The stored record; `null` if the process was killed while it wrote it. */
function infoIn(text: string | null): TusInfo | null {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
