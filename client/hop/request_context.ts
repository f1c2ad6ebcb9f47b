/**
 * What the hops of one request share.
 * @module
 */
import type { ProgressCallback } from "./progress.ts";
import type { RequestTrace } from "./trace.ts";
import type { HopResult } from "./transport.ts";

/**
 * What the hops of one request share: limits, observers, way out.
 *
 * @example
 * ```ts
 * import { ClientSession, type RequestContext } from "@roundtrip/http";
 *
 * let context: RequestContext | null = null;
 * await using session = new ClientSession({
 *   app: { fetch: () => new Response() },
 *   middlewares: [(request, handler) => (context = request.context, handler(request))],
 * });
 * await using response = await session.get("/a");
 * const seen = context as RequestContext | null;
 * console.assert(response.ok && seen?.initialUrl.pathname === "/a" && !seen.rawBody);
 * ```
 */
export interface RequestContext {
  /** URL that the caller asked for. */
  readonly initialUrl: URL;
  /** Aborts when a limit has passed or the caller gave the request up. */
  readonly signal: AbortSignal;
  /** Time left of `timeout.total` in ms, `Infinity` without a limit. */
  readonly remaining: number;
  /** Where the request is, for its limits. */
  readonly phases: RequestPhases;
  /** Told about the request's way; `null` where nobody listens. */
  readonly trace: RequestTrace | null;
  /** Proxy of this request; `null` for the session's choice. */
  readonly proxy: string | null;
  /** Whether no `Content-Type` is added to a body. */
  readonly skipsContentType: boolean;
  /** Whether bodies have to come as they are on the wire, their content codings not undone. */
  readonly rawBody: boolean;
  /** Told how much of the body was sent, `null` for nobody. */
  readonly onUploadProgress: ProgressCallback | null;
  /**
   * A reply has come; if the request fails now, it is given up.
   *
   * @param reply The reply.
   */
  received(reply: HopResult): void;
}

/**
 * Where a request is, for the limits that do not span all of it.
 *
 * @example
 * ```ts
 * import { ClientSession, type RequestPhases } from "@roundtrip/http";
 *
 * let phases: RequestPhases | undefined;
 * await using session = new ClientSession({
 *   app: { fetch: () => new Response() },
 *   timeout: { sockRead: 1_000 },
 *   middlewares: [(request, handler) => (phases = request.context?.phases, handler(request))],
 * });
 * await using response = await session.get("/");
 * console.assert(response.ok && phases?.watchesReads);
 * ```
 */
export interface RequestPhases {
  /** Whether anybody has to be told of a connection. */
  readonly watchesConnect: boolean;
  /** Whether anybody has to be told of reads. */
  readonly watchesReads: boolean;
  /** A connection is wanted. */
  connecting(): void;
  /** A connection is there. */
  connected(): void;
  /** The peer's next bytes are waited for. */
  reading(): void;
  /** Bytes have come, or nobody waits for any. */
  idle(): void;
}
