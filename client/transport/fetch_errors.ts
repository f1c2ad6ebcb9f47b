/**
 * What the failures of `fetch` mean.
 * @module
 */
import { NotSupportedError } from "../../http/not_supported_error.ts";
import {
  asError,
  ClientConnectionError,
  ClientConnectorError,
  ClientOSError,
  type ConnectFailure,
  ServerDisconnectedError,
} from "../errors/connection_errors.ts";
import { ClientHttpProxyError, connectorError } from "../errors/connector_errors.ts";
import {
  ClientPayloadError,
  ClientProtocolError,
  type RequestDetails,
} from "../errors/client_errors.ts";
import { abortOf } from "../hop/hop_abort.ts";
import type { HopRequest } from "../hop/transport.ts";

const CONNECT_FAILURES: readonly (readonly [RegExp, ConnectFailure])[] = [
  [/^invalid host/i, "name"],
  [/requests to port \d+ are blocked|invalid port/i, "port"],
  [/dns error|failed to lookup address/i, "dns"],
  [/received fatal alert/i, "tls"], // also CertificateRequired: it is ours that is missed
  [/certificate/i, "certificate"],
  [/tls|ssl|EPROTO|handshake|corrupt message|AlertReceived|InvalidContentType/i, "tls"],
  [/connection refused|ECONNREFUSED/i, "refused"],
  [/unreach|timed ?out|assign requested address|^bind E/i, "unreachable"],
];
// What the HTTP library says about a reply that it cannot read.
const MALFORMED =
  /^(?:invalid (?:HTTP|content-length|transfer-encoding)|message head is too large)/;

/**
 * A failure before the head of the reply as the caller sees it. fetch says "fetch failed" and keeps
 * the reason in `cause`, as text of the HTTP library beneath.
 */
export function sendError(error: unknown, hop: HopRequest, proxy: string | null): Error {
  const { reason: ended } = abortOf(hop);
  if (ended !== null) return ended;
  if (error instanceof NotSupportedError || error instanceof ClientConnectionError) return error;
  if (!(error instanceof Error)) return new ClientConnectionError(String(error));
  const options = { cause: error };
  const url = new URL(hop.url);
  if (error.name === "NotCapable") {
    return new ClientConnectorError(url, "permission", error.message, options);
  }
  // Before Deno 2.9 the reason was the message itself, without a cause.
  const { cause = error.message } = error;
  const text = cause instanceof Error ? cause.message : String(cause);
  const stage = /client error \((\w+)\)/.exec(text)?.[1];
  const reason = reasonOf(text);
  // In TLS 1.3 a server refuses a client's certificate when the client is through (RFC 8446, 4.4.2).
  if (
    stage === "Connect" || connectFailure(reason) === "port" || /received fatal alert/.test(reason)
  ) {
    return connectError(url, proxy, reason, options);
  }
  // Broken while in use: no reply came, and the server may have acted on the request.
  if (/connection reset|broken pipe/i.test(text)) {
    return new ClientOSError(`Connection to ${url.host} broke: ${reason}`, options);
  }
  if (stage === "SendRequest" && MALFORMED.test(reason)) {
    return new ClientProtocolError(requestInfo(hop, url), reason, options);
  }
  if (stage === "SendRequest") return new ServerDisconnectedError(url, reason, options);
  const streams = hop.body !== null && hop.body.bytes === null;
  // No stage: it is what the body's own stream failed with.
  if (stage === undefined && error.cause !== undefined && streams) {
    return new ClientPayloadError(`Cannot send the body to ${hop.url}: ${reason}`, options);
  }
  return new ClientConnectionError(`Cannot request ${hop.url}: ${reason}`, options);
}

/** A failure while the body is read as the caller sees it. */
export function bodyError(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return asError(signal.reason);
  const text = error instanceof Error ? error.message : String(error);
  return new ClientPayloadError(`Response payload is not completed: ${reasonOf(text)}`, {
    cause: error,
  });
}

/**
 * What kept a connection from being made, by what the platform says.
 *
 * @param reason Its text.
 * @param host Host that was to be reached, to tell names that cannot be from those that are missing.
 */
export function connectFailure(reason: string, host = ""): ConnectFailure {
  const failure = CONNECT_FAILURES.find(([pattern]) => pattern.test(reason))?.[1] ?? "other";
  return failure === "dns" && !isHostName(host) ? "name" : failure;
}

/** What the request was, for the errors that say so. */
export function requestInfo(hop: HopRequest, url: URL): RequestDetails {
  return { method: hop.method, url, headers: new Headers(hop.headers as [string, string][]) };
}

/** Labels of 1 to 63 characters, 253 in all (RFC 1035 section 2.3.4), `_` being in use. */
function isHostName(host: string): boolean {
  const name = host.replace(/\.$/, "");
  return name.length <= 253 && /^(?:[\w-]{1,63}\.)*[\w-]{1,63}$/.test(name);
}

function connectError(
  url: URL,
  proxy: string | null,
  reason: string,
  options: ErrorOptions,
): Error {
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
  const own = connectFailure(reason, proxy === null ? url.hostname : "proxy");
  // Through a proxy nothing but the proxy is connected to, save for TLS, which goes through it.
  const viaProxy = proxy !== null && own !== "certificate" && own !== "tls" && own !== "port";
  const failure = !viaProxy ? own : proxy.startsWith("unix:") ? "unix" : "proxy";
  return connectorError(url, failure, reason, options);
}

/** The last part of a reason, "Connection refused (os error 111)", or all of it. */
function reasonOf(text: string): string {
  return text.replace(/^error sending request.*?: (?=client error)/, "")
    .replace(/^client error \(\w+\): /, "")
    .slice(0, 200); // it may quote what the peer sent
}
