/**
 * Bodies that are taken into memory before anybody asks for them, so that their connections are free.
 * @module
 */
import type { BodySource } from "../../http/bytes/body_source.ts";
import type { HopResult } from "../hop/transport.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Most bytes of a body that are read ahead, as in aiohttp. */
export const MAX_AHEAD = 64 * 1024;

/** What reads the body of a reply ahead, for who gives up a response that was dropped. */
export const aheadOf = new WeakMap<HopResult, ReadAhead>();

/**
 * Reads a body ahead, up to {@linkcode MAX_AHEAD}, until the first read. What came is given first.
 */
export class ReadAhead implements BodySource {
  readonly #source: BodySource;
  readonly #onEnd: () => void;
  #pieces: Bytes[] = [];
  #size = 0;
  #reading: Promise<void> | null = null;
  #isAsked = false;
  #isOver = false;
  #failure: { readonly error: unknown } | null = null;

  /**
   * Begins to read.
   *
   * @param source The body.
   * @param onEnd Called when the body has ended, read by its owner or not.
   */
  constructor(source: BodySource, onEnd: () => void) {
    this.#source = source;
    this.#onEnd = onEnd;
    this.#readOne();
  }

  /** The next piece, `null` at the end. */
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

  /** Gives the body up. */
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
