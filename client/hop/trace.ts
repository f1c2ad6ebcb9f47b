import { OptionTable } from "../../http/options.ts";
import type { HistoryEntry, RequestDetails } from "../errors/client_errors.ts";
import type { HeaderList } from "./transport.ts";

/** First argument of every hook. */
export interface TraceContext {
  /** The request's `traceContext`. */
  readonly request: unknown;
  /** Start of the request by `performance.now()`, in ms. */
  readonly start: number;
  /** State for the hooks of one `TraceConfig`, separate for each request. */
  readonly state: Map<unknown, unknown>;
}

/** A hook of a {@linkcode TraceConfig}. */
export type TraceHook<Params> = ((context: TraceContext, params: Params) => void) | undefined;

/** Event of {@linkcode TraceConfig.onRequestStart} and other hooks. */
export interface TraceRequest {
  /** The request: method, URL, headers. */
  readonly request: RequestDetails;
}

/** Event of {@linkcode TraceConfig.onRequestChunkSent}. */
export interface TraceChunk extends TraceRequest {
  /** The bytes. */
  readonly chunk: Uint8Array;
}

/** Event of {@linkcode TraceConfig.onRequestEnd} and other hooks. */
export interface TraceReply extends TraceRequest {
  /** Status, URL and headers of the response. */
  readonly response: HistoryEntry;
}

/** Event of {@linkcode TraceConfig.onDnsResolvehostStart} and other hooks. */
export interface TraceHost extends TraceRequest {
  /** Host name. */
  readonly host: string;
}

/** Event of {@linkcode TraceConfig.onInformation}. */
export interface TraceInformation extends TraceRequest {
  /** Status: 100, 102 or 103. */
  readonly status: number;
  /** Headers; those of 103 (Early Hints, RFC 8297) are hints for the final response. */
  readonly headers: HeaderList;
}

/** Event of {@linkcode TraceConfig.onRequestException}. */
export interface TraceException extends TraceRequest {
  /** The error that the caller gets. */
  readonly error: unknown;
}

/**
 * Hooks for the phases of a session's requests, aiohttp's `TraceConfig`. They are called in order
 * and not awaited; an exception is thrown to the caller of the request. Those for DNS, connections,
 * TLS and 1xx responses are called over sockets alone.
 */
export interface TraceConfig {
  /** A request starts. */
  readonly onRequestStart?: TraceHook<TraceRequest>;
  /** The transport accepted a chunk of the body. */
  readonly onRequestChunkSent?: TraceHook<TraceChunk>;
  /** A hop was passed to the transport. */
  readonly onRequestHeadersSent?: TraceHook<TraceRequest>;
  /** A redirect is followed. */
  readonly onRequestRedirect?: TraceHook<TraceReply>;
  /** The head of the final response arrived. */
  readonly onRequestEnd?: TraceHook<TraceReply>;
  /** The request failed before the final response. */
  readonly onRequestException?: TraceHook<TraceException>;
  /** A chunk of the final response's body was read from the transport. */
  readonly onResponseChunkReceived?: TraceHook<TraceChunk>;
  /** All connections are in use; the request waits for one. */
  readonly onConnectionQueuedStart?: TraceHook<TraceRequest>;
  /** The request has a connection slot. */
  readonly onConnectionQueuedEnd?: TraceHook<TraceRequest>;
  /** A new connection is being opened. */
  readonly onConnectionCreateStart?: TraceHook<TraceRequest>;
  /** The connection is open, including TLS and proxy. */
  readonly onConnectionCreateEnd?: TraceHook<TraceRequest>;
  /** A connection is reused. */
  readonly onConnectionReuseconn?: TraceHook<TraceRequest>;
  /** The addresses of a host are cached. */
  readonly onDnsCacheHit?: TraceHook<TraceHost>;
  /** The addresses of a host are not cached. */
  readonly onDnsCacheMiss?: TraceHook<TraceHost>;
  /** DNS resolution of a host starts. */
  readonly onDnsResolvehostStart?: TraceHook<TraceHost>;
  /** DNS resolution has finished. */
  readonly onDnsResolvehostEnd?: TraceHook<TraceHost>;
  /** The TLS handshake of a new connection starts. */
  readonly onTlsStart?: TraceHook<TraceRequest>;
  /** The TLS handshake has finished. */
  readonly onTlsEnd?: TraceHook<TraceRequest>;
  /** A 1xx response arrived before the final one. */
  readonly onInformation?: TraceHook<TraceInformation>;
  /** The response head of a hop arrived, including redirects. */
  readonly onResponseHead?: TraceHook<TraceReply>;
}

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

/** The hooks of all trace configs for one request. */
export class RequestTrace {
  readonly #traces: readonly (readonly [TraceConfig, TraceContext])[];
  /** Whether a hook observes chunks of the request body. */
  readonly seesSent: boolean;
  /** Whether a hook observes chunks of the response body. */
  readonly seesReceived: boolean;

  constructor(configs: readonly TraceConfig[], request: unknown) {
    const start = performance.now();
    this.#traces = configs.map((each) => [each, { request, start, state: new Map() }]);
    this.seesSent = configs.some((each) => each.onRequestChunkSent !== undefined);
    this.seesReceived = configs.some((each) => each.onResponseChunkReceived !== undefined);
  }

  emit<K extends keyof TraceConfig>(
    hook: K,
    params: Parameters<NonNullable<TraceConfig[K]>>[1],
  ): void {
    for (const [config, context] of this.#traces) {
      (config[hook] as TraceHook<unknown>)?.(context, params);
    }
  }
}
