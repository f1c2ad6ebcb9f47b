// Reading bodies ahead into memory to free their connections.
import type { Bytes } from "../../http/bytes/bytes.ts";
import type { BodySource } from "../../http/bytes/body_source.ts";
import type { HopResult } from "../hop/transport.ts";

/** Limit of the bytes read ahead, as in aiohttp. */
export const MAX_AHEAD = 64 * 1024;

/** The read-ahead of each response body, to cancel it when the response is garbage collected. */
export const aheadOf = new WeakMap<HopResult, ReadAhead>();

/** Reads a body ahead until the first read, which gives these bytes; `onEnd` tells its end. */
export class ReadAhead implements BodySource {
  readonly #source: BodySource;
  readonly #onEnd: () => void;
  #pieces: Bytes[] = [];
  #size = 0;
  #reading: Promise<void> | null = null;
  #isAsked = false;
  #isOver = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(source: BodySource, onEnd: () => void) {
    this.#source = source;
    this.#onEnd = onEnd;
    this.#readOne();
  }

  async next(): Promise<Bytes | null> {
    this.#isAsked = true;
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) return piece;
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#isOver) return null;
      if (this.#reading === null) return await this.#source.next();
      await this.#reading;
    }
  }

  cancel(reason?: unknown): Promise<void> {
    this.#isAsked = true;
    this.#pieces = [];
    return this.#source.cancel(reason);
  }

  #readOne(): void {
    this.#reading = this.#source.next().then((piece) => {
      if (piece === null) return this.#end();
      this.#pieces.push(piece);
      this.#size += piece.length;
      if (!this.#isAsked && this.#size <= MAX_AHEAD) this.#readOne();
      else this.#reading = null;
    }, (error) => {
      this.#failure = { error };
      this.#end();
    });
  }

  #end(): void {
    this.#isOver = true;
    this.#onEnd();
  }
}
