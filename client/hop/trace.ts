/**
 * Watching requests on their way.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import type { HistoryEntry, RequestDetails } from "../errors/client_errors.ts";
import type { HeaderList } from "./transport.ts";

/** What every hook is given first. */
export interface TraceContext {
  /** What the request gave as `traceContext`. */
  readonly request: unknown;
  /** When the request began, of `performance.now()`, in ms. */
  readonly start: number;
  /** Place for what the hooks of one `TraceConfig` tell each other; its own for each request. */
  readonly state: Map<unknown, unknown>;
}

/** A request, as {@linkcode TraceConfig.onRequestStart} and others see it. */
export interface TraceRequest {
  /** What is asked for: method, URL, headers. */
  readonly request: RequestDetails;
}

/** A piece of a body, as {@linkcode TraceConfig.onRequestChunkSent} sees it. */
export interface TraceChunk extends TraceRequest {
  /** The bytes. */
  readonly chunk: Uint8Array;
}

/** A reply, as {@linkcode TraceConfig.onRequestEnd} and others see it. */
export interface TraceReply extends TraceRequest {
  /** Status, URL and headers of the reply. */
  readonly response: HistoryEntry;
}

/** The name of a host, as {@linkcode TraceConfig.onDnsResolvehostStart} and others see it. */
export interface TraceHost extends TraceRequest {
  /** The name. */
  readonly host: string;
}

/** A reply of 1xx, as {@linkcode TraceConfig.onInformation} sees it. */
export interface TraceInformation extends TraceRequest {
  /** Its status: 100, 102 or 103. */
  readonly status: number;
  /** Its headers; those of 103 (Early Hints, RFC 8297) say what the reply will need. */
  readonly headers: HeaderList;
}

/** A failure, as {@linkcode TraceConfig.onRequestException} sees it. */
export interface TraceException extends TraceRequest {
  /** What the caller will be thrown. */
  readonly error: unknown;
}

/**
 * Hooks on the way of a session's requests, aiohttp's `TraceConfig`. They are called one after the
 * other and not waited for; an error in one is the caller's error.
 *
 * Those about names, connections, TLS and replies of 1xx are called over sockets alone: `fetch` does not
 * show these. Names that Deno looks up while it connects are not told, see `connector.dnsCache`.
 * Chunks are those that the platform took or gave, which may be before they are on the wire.
 */
export interface TraceConfig {
  /** A request begins. */
  readonly onRequestStart?: ((context: TraceContext, params: TraceRequest) => void) | undefined;
  /** A piece of its body was taken by the transport. */
  readonly onRequestChunkSent?: ((context: TraceContext, params: TraceChunk) => void) | undefined;
  /** A hop was handed to the transport. */
  readonly onRequestHeadersSent?:
    | ((context: TraceContext, params: TraceRequest) => void)
    | undefined;
  /** A redirect is followed. */
  readonly onRequestRedirect?: ((context: TraceContext, params: TraceReply) => void) | undefined;
  /** The head of the last reply has come. */
  readonly onRequestEnd?: ((context: TraceContext, params: TraceReply) => void) | undefined;
  /** The request failed before that. */
  readonly onRequestException?:
    | ((context: TraceContext, params: TraceException) => void)
    | undefined;
  /** A piece of the last reply's body was read, as it came from the transport. */
  readonly onResponseChunkReceived?:
    | ((context: TraceContext, params: TraceChunk) => void)
    | undefined;
  /** All connections are in use, the request waits for one. */
  readonly onConnectionQueuedStart?:
    | ((context: TraceContext, params: TraceRequest) => void)
    | undefined;
  /** The wait is over. */
  readonly onConnectionQueuedEnd?:
    | ((context: TraceContext, params: TraceRequest) => void)
    | undefined;
  /** A new connection is made. */
  readonly onConnectionCreateStart?:
    | ((context: TraceContext, params: TraceRequest) => void)
    | undefined;
  /** It is there, TLS and proxy included. */
  readonly onConnectionCreateEnd?:
    | ((context: TraceContext, params: TraceRequest) => void)
    | undefined;
  /** A connection is used again. */
  readonly onConnectionReuseconn?:
    | ((context: TraceContext, params: TraceRequest) => void)
    | undefined;
  /** The addresses of a host are known from before. */
  readonly onDnsCacheHit?: ((context: TraceContext, params: TraceHost) => void) | undefined;
  /** They are not. */
  readonly onDnsCacheMiss?: ((context: TraceContext, params: TraceHost) => void) | undefined;
  /** The system is asked for them. */
  readonly onDnsResolvehostStart?: ((context: TraceContext, params: TraceHost) => void) | undefined;
  /** It has answered. */
  readonly onDnsResolvehostEnd?: ((context: TraceContext, params: TraceHost) => void) | undefined;
  /** TLS begins on a new connection. */
  readonly onTlsStart?: ((context: TraceContext, params: TraceRequest) => void) | undefined;
  /** TLS was agreed on. */
  readonly onTlsEnd?: ((context: TraceContext, params: TraceRequest) => void) | undefined;
  /** A reply of 1xx has come, before the one that counts. */
  readonly onInformation?:
    | ((context: TraceContext, params: TraceInformation) => void)
    | undefined;
  /** The head of a hop's reply has come, a redirect's too. */
  readonly onResponseHead?: ((context: TraceContext, params: TraceReply) => void) | undefined;
}

/** Names and types of {@linkcode TraceConfig}. */
export const TRACE_CONFIG = new OptionTable<TraceConfig>({
  onRequestStart: "a function",
  onRequestChunkSent: "a function",
  onRequestHeadersSent: "a function",
  onRequestRedirect: "a function",
  onRequestEnd: "a function",
  onRequestException: "a function",
  onResponseChunkReceived: "a function",
  onConnectionQueuedStart: "a function",
  onConnectionQueuedEnd: "a function",
  onConnectionCreateStart: "a function",
  onConnectionCreateEnd: "a function",
  onConnectionReuseconn: "a function",
  onDnsCacheHit: "a function",
  onDnsCacheMiss: "a function",
  onDnsResolvehostStart: "a function",
  onDnsResolvehostEnd: "a function",
  onTlsStart: "a function",
  onTlsEnd: "a function",
  onInformation: "a function",
  onResponseHead: "a function",
});

/** The hooks of all of a session's traces, for one request. */
export class RequestTrace {
  readonly #traces: readonly (readonly [TraceConfig, TraceContext])[];
  /** Whether pieces of the request's body have to be shown. */
  readonly seesSent: boolean;
  /** Whether pieces of the reply's body have to be shown. */
  readonly seesReceived: boolean;

  /**
   * Creates one.
   *
   * @param configs The session's traces.
   * @param request What the request gave as `traceContext`.
   */
  constructor(configs: readonly TraceConfig[], request: unknown) {
    const start = performance.now();
    this.#traces = configs.map((each) => [each, { request, start, state: new Map() }]);
    this.seesSent = configs.some((each) => each.onRequestChunkSent !== undefined);
    this.seesReceived = configs.some((each) => each.onResponseChunkReceived !== undefined);
  }

  /** Calls a hook of all traces. */
  emit<K extends keyof TraceConfig>(
    hook: K,
    params: Parameters<NonNullable<TraceConfig[K]>>[1],
  ): void {
    for (const [config, context] of this.#traces) {
      const call = config[hook] as ((context: TraceContext, params: unknown) => void) | undefined;
      call?.(context, params);
    }
  }
}
