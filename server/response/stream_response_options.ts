import { OptionTable } from "../../http/options.ts";
import { copyPiece } from "../engine/spare_pieces.ts";

/** Options of {@linkcode StreamResponse}. */
export interface StreamResponseOptions {
  /** Status code. @default {200} */
  readonly status?: number;
  /** Headers of the response; the default type is `application/octet-stream`. */
  readonly headers?: HeadersInit;
}

export const STREAM_RESPONSE_OPTIONS = new OptionTable<StreamResponseOptions>({
  status: "a number",
  headers: "a map or a list of pairs",
}, { contenttype: 'Write it into "headers"' });

export function checkStatus(status: number): number {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new RangeError(`Cannot answer with status ${status}: expected 200 to 599`);
}

export function bytesOf(data: unknown): Uint8Array<ArrayBuffer> {
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return copyPiece(data);
  throw new TypeError(`Cannot write ${typeof data}: expected a Uint8Array or a string`);
}
