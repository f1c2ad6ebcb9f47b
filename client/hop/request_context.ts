import type { SendableBody } from "../../http/bytes/sendable_body.ts";
import type { HopAbort } from "./hop_abort.ts";
import type { ProgressCallback } from "./progress.ts";
import type { RequestTrace } from "./trace.ts";
import type { HopResult } from "./transport.ts";

/** State shared by all hops of one request: deadlines, observers, abort signal. */
export interface RequestContext extends HopAbort {
  readonly initialUrl: URL;
  /** Remaining time of `timeout.total` in ms, `Infinity` without a timeout. */
  readonly remaining: number;
  readonly trace: RequestTrace | null;
  /** Proxy of this request; `null` for the session's. */
  readonly proxy: string | null;
  /** Automatic headers to omit, names in lower case. */
  readonly skipped: ReadonlySet<string>;
  readonly rawBody: boolean;
  readonly onUploadProgress: ProgressCallback | null;
  /** Whether there is a timeout of connecting, or of reading. */
  readonly watchesConnect: boolean;
  readonly watchesReads: boolean;
  /** Waiting for a connection. */
  connecting(): void;
  /** A new connection is opened. */
  opening(): void;
  connected(): void;
  /** Waiting for bytes of the peer. */
  reading(): void;
  /** Bytes arrived, or reading has paused. */
  idle(): void;
  /** Remembers the response so that a failure can cancel its body. */
  received(reply: HopResult): void;
  /** Registers a body to close after the request. */
  own(body: SendableBody): void;
}
