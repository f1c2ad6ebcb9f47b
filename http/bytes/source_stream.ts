import type { BodySource } from "./body_source.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Initial buffer size for a reader without its own memory, in bytes. */
const LARGE_BUFFER = 64 * 1024;

export class BytesSource implements BodySource {
  #left: Bytes | null;

  constructor(bytes: Bytes) {
    this.#left = bytes;
  }

  next(): Promise<Bytes | null> {
    return Promise.resolve(this.#take());
  }

  rest(): Promise<Bytes> {
    return Promise.resolve(this.#take() ?? new Uint8Array(0));
  }

  cancel(): Promise<void> {
    this.#take();
    return Promise.resolve();
  }

  #take(): Bytes | null {
    const left = this.#left;
    this.#left = null;
    return left;
  }
}

/** Creates a byte stream over a source. */
export function sourceStream(source: BodySource): ReadableStream<Bytes> {
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: LARGE_BUFFER,
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
