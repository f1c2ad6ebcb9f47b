/**
 * What the hops of one request share.
 * @module
 */
import type { HopAbort } from "./hop_abort.ts";
import type { ProgressCallback } from "./progress.ts";
import type { RequestTrace } from "./trace.ts";
import type { Payload } from "./payload.ts";
import type { HopResult } from "./transport.ts";

/** What the hops of one request share: limits, observers, way out. */
export interface RequestContext {
  /** URL that the caller asked for. */
  readonly initialUrl: URL;
  /** Ends the hops when a limit has passed or the caller gave the request up. */
  readonly abort: HopAbort;
  /** Time left of `timeout.total` in ms, `Infinity` without a limit. */
  readonly remaining: number;
  /** Where the request is, for its limits. */
  readonly phases: RequestPhases;
  /** Told about the request's way; `null` where nobody listens. */
  readonly trace: RequestTrace | null;
  /** Proxy of this request; `null` for the session's choice. */
  readonly proxy: string | null;
  /** Names of headers, in lower case, that are not added by themselves. */
  readonly skipped: ReadonlySet<string>;
  /** Whether bodies have to come as they are on the wire, their content codings not undone. */
  readonly rawBody: boolean;
  /** Told how much of the body was sent, `null` for nobody. */
  readonly onUploadProgress: ProgressCallback | null;
  /** A reply has come; if the request fails now, it is given up. */
  received(reply: HopResult): void;
  /** A body is the request's, to be closed with it. */
  own(body: Payload): void;
}

/** Where a request is, for the limits that do not span all of it. */
export interface RequestPhases {
  /** Whether anybody has to be told of a connection. */
  readonly watchesConnect: boolean;
  /** Whether anybody has to be told of reads. */
  readonly watchesReads: boolean;
  /** A connection is wanted. */
  connecting(): void;
  /** A new connection is made. */
  opening(): void;
  /** A connection is there. */
  connected(): void;
  /** The peer's next bytes are waited for. */
  reading(): void;
  /** Bytes have come, or nobody waits for any. */
  idle(): void;
}
