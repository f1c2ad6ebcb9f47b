import { type Bytes, utf8Text } from "./bytes.ts";
import type { BodySource } from "./body_source.ts";

/** Initial buffer size for a reader without its own memory, in bytes. */
const LARGE_BUFFER = 64 * 1024;

export class BytesSource implements BodySource {
  #left: Bytes | null;
  readonly #giveBack: (() => void) | null;

  /** @param giveBack Takes back their memory if it is only lent; they are copied then. */
  constructor(bytes: Bytes, giveBack: (() => void) | null = null) {
    this.#left = bytes;
    this.#giveBack = giveBack;
  }

  next(): Promise<Bytes | null> {
    return Promise.resolve(this.#take());
  }

  rest(): Promise<Bytes> {
    return Promise.resolve(this.#take() ?? new Uint8Array(0));
  }

  text(): string | null {
    const text = this.#left === null ? null : utf8Text(this.#left);
    if (text !== null) this.#end();
    return text;
  }

  cancel(): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  #take(): Bytes | null {
    const left = this.#giveBack === null ? this.#left : this.#left?.slice() ?? null;
    this.#end();
    return left;
  }

  #end(): void {
    if (this.#left !== null) this.#giveBack?.();
    this.#left = null;
  }
}

export function sourceStream(source: BodySource): ReadableStream<Bytes> {
  return new ReadableStream({
    type: "bytes",
    ...(source.into === undefined ? {} : { autoAllocateChunkSize: LARGE_BUFFER }),
    async pull(controller) {
      const request = controller.byobRequest as ReadableStreamBYOBRequest | null;
      const view = request?.view ?? null;
      if (request === null || view === null || source.into === undefined) {
        const piece = await source.next();
        if (piece !== null) return controller.enqueue(piece);
        controller.close();
        return request?.respond(0);
      }
      const room = new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
      const piece = await source.into(room);
      if (piece === null) controller.close();
      request.respond(piece?.length ?? 0);
    },
    cancel: (reason) => source.cancel(reason),
  });
}
