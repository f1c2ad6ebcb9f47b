/**
 * Options of a stream response.
 * @module
 */
import { OptionTable } from "../../http/options.ts";

/** What {@linkcode StreamResponse} takes. */
export interface StreamResponseOptions {
  /** Status code. @default {200} */
  readonly status?: number;
  /** Headers of the response; `application/octet-stream` is its type unless they say another. */
  readonly headers?: HeadersInit;
}

/** Names and types of {@linkcode StreamResponseOptions}. */
export const STREAM_RESPONSE_OPTIONS = new OptionTable<StreamResponseOptions>({
  status: "a number",
  headers: "a map or a list of pairs",
}, { contenttype: 'Write it into "headers"' });
