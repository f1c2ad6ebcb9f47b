import { OptionTable } from "../../http/options.ts";

/** Changes for {@linkcode ServerRequest.clone}. */
export interface CloneOptions {
  /** Method. */
  readonly method?: string;
  /** Path and query, encoded. */
  readonly relUrl?: string | { toString(): string };
  /** All headers. */
  readonly headers?: HeadersInit;
  /** The body, instead of the request's own. */
  readonly body?: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** `http` or `https`. */
  readonly scheme?: string;
  /** Host with its port; it also sets the `Host` header. */
  readonly host?: string;
  /** Address of the peer. */
  readonly remote?: string;
  /** Largest body that the readers accept, in bytes; 0 for no limit. */
  readonly clientMaxSize?: number;
}

export const CLONE_OPTIONS = new OptionTable<CloneOptions>({
  method: "a string",
  relUrl: "a string or an object",
  headers: "a map or a list of pairs",
  body: "an object",
  scheme: "a string",
  host: "a string",
  remote: "a string",
  clientMaxSize: "a number",
});
