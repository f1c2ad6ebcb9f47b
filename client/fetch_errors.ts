/**
 * What fetch failed with, as the error that the caller sees. fetch says "fetch failed" and keeps the
 * reason in `cause`, as text of the HTTP library beneath; those texts are known here and nowhere
 * else.
 * @module
 */
import {
  ClientConnectorCertificateError,
  ClientConnectorDNSError,
  ClientConnectorSSLError,
  ClientHttpProxyError,
  ClientProxyConnectionError,
  UnixClientConnectorError,
} from "./connector_errors.ts";
import {
  ClientConnectionError,
  ClientConnectorError,
  ClientOSError,
  ClientPayloadError,
  type ConnectFailure,
  ServerDisconnectedError,
} from "./errors.ts";

/** What was being sent when fetch failed. */
export interface FailedHop {
  /** Method in upper case. */
  readonly method: string;
  /** URL that was asked for. */
  readonly url: URL;
  /** Whether the body was a stream, which may fail itself. */
  readonly streams: boolean;
  /** Proxy that was used, `null` for none. */
  readonly proxy: string | null;
  /** Aborts the hop; its reason is the error to throw. */
  readonly signal: AbortSignal;
}

const CONNECT_FAILURES: readonly (readonly [RegExp, ConnectFailure])[] = [
  [/dns error|failed to lookup address/i, "dns"],
  [/certificate/i, "certificate"],
  [/tls|handshake|corrupt message|AlertReceived|InvalidContentType/i, "tls"],
  [/connection refused/i, "refused"],
  [/unreachable|timed out|cannot assign requested address/i, "unreachable"],
];

const CONNECTOR_ERRORS: Readonly<Partial<Record<ConnectFailure, typeof ClientConnectorError>>> = {
  dns: ClientConnectorDNSError,
  certificate: ClientConnectorCertificateError,
  tls: ClientConnectorSSLError,
  proxy: ClientProxyConnectionError,
  unix: UnixClientConnectorError,
};

/**
 * Classifies a failure before the head of the reply.
 *
 * @param error What fetch threw.
 * @param hop What was being sent.
 * @returns The error to throw.
 */
export function sendError(error: unknown, hop: FailedHop): Error {
  if (hop.signal.aborted) return asError(hop.signal.reason);
  if (!(error instanceof Error)) return new ClientConnectionError(String(error));
  const options = { cause: error };
  if (error.name === "NotCapable") {
    return new ClientConnectorError(hop.url, "permission", error.message, options);
  }
  // Before Deno 2.9 the reason was the message itself, without a cause.
  const { cause = error.message } = error;
  const text = cause instanceof Error ? cause.message : String(cause);
  const stage = /client error \((\w+)\)/.exec(text)?.[1];
  const reason = reasonOf(text);
  if (stage === "Connect") return connectError(hop, reason, options);
  // Broken while in use: no reply came, and the server may have acted on the request.
  if (/connection reset|broken pipe/i.test(text)) {
    return new ClientOSError(`Connection to ${hop.url.host} broke: ${reason}`, options);
  }
  if (stage === "SendRequest") return new ServerDisconnectedError(hop.url, reason, options);
  // No stage: it is what the body's own stream failed with.
  if (stage === undefined && error.cause !== undefined && hop.streams) {
    return new ClientPayloadError(`Cannot send the body to ${hop.url.href}: ${reason}`, options);
  }
  return new ClientConnectionError(`Cannot request ${hop.url.href}: ${reason}`, options);
}

/**
 * Classifies a failure while the reply's body is read.
 *
 * @param error What the stream failed with.
 * @param signal Aborts the hop.
 * @returns The error to throw.
 */
export function bodyError(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return asError(signal.reason);
  const text = error instanceof Error ? error.message : String(error);
  return new ClientPayloadError(`Response payload is not completed: ${reasonOf(text)}`, {
    cause: error,
  });
}

function connectError(hop: FailedHop, reason: string, options: ErrorOptions): Error {
  const { proxy, url } = hop;
  // CONNECT was answered with something else than 200 (RFC 9110 section 9.3.6).
  if (/proxy authentication required|unsuccessful tunnel/.test(reason)) {
    const status = reason.startsWith("proxy auth") ? 407 : 502;
    return new ClientHttpProxyError({
      requestInfo: { method: "CONNECT", url, headers: new Headers() },
      history: [],
      status,
      headers: new Headers(),
      reason: `the proxy refused to connect: ${reason}`,
      ...options,
    });
  }
  const own = CONNECT_FAILURES.find(([pattern]) => pattern.test(reason))?.[1] ?? "other";
  // Through a proxy nothing but the proxy is connected to, save for TLS, which goes through it.
  const viaProxy = proxy !== null && own !== "certificate" && own !== "tls";
  const failure = !viaProxy ? own : proxy.startsWith("unix:") ? "unix" : "proxy";
  return new (CONNECTOR_ERRORS[failure] ?? ClientConnectorError)(url, failure, reason, options);
}

/** The last part of a reason, "Connection refused (os error 111)", or all of it. */
function reasonOf(text: string): string {
  return text.replace(/^error sending request.*?: (?=client error)/, "")
    .replace(/^client error \(\w+\): /, "")
    .slice(0, 200); // it may quote what the peer sent
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new ClientConnectionError(String(reason));
}
