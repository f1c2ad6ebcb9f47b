/**
 * Options of `request.clone()`.
 * @module
 */
import { OptionTable } from "../../http/options.ts";

/**
 * What {@linkcode ServerRequest.clone} changes.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * // Behind a proxy that is trusted: its word on scheme and peer.
 * const options: web.CloneOptions = { scheme: "https", remote: "192.0.2.7" };
 * const trusting: web.Middleware = (request, handler) => handler(request.clone(options));
 * const app = new web.Application({ middlewares: [trusting] });
 * app.addRoutes([web.get("/", ({ scheme, remote }) => web.textResponse(`${scheme} ${remote}`))]);
 * console.assert(await (await app.request("/")).text() === "https 192.0.2.7");
 * ```
 */
export interface CloneOptions {
  /** Method. */
  readonly method?: string;
  /** Path and query, encoded. */
  readonly relUrl?: string | { toString(): string };
  /** All headers. */
  readonly headers?: HeadersInit;
  /** The body, in place of the request's own. */
  readonly body?: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** `http` or `https`. */
  readonly scheme?: string;
  /** Host with its port; it goes into the `Host` header too. */
  readonly host?: string;
  /** Address of the peer. */
  readonly remote?: string;
  /** Largest body that the readers accept, in bytes; 0 for no limit. */
  readonly clientMaxSize?: number;
}

/** Names and types of {@linkcode CloneOptions}. */
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
