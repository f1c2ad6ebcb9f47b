import { messageOf } from "../../http/as_error.ts";
import { NotSupportedError } from "../../http/not_supported_error.ts";
import * as errors from "../errors/client_errors.ts";
import { asError, connectorError, incompletePayload, proxyRefusal } from "../errors/make_error.ts";
import { abortOf } from "../hop/hop_abort.ts";
import type { HopRequest } from "../hop/transport.ts";

const CONNECT_FAILURES: readonly (readonly [RegExp, errors.ConnectFailure])[] = [
  [/^invalid host/i, "name"],
  [/requests to port \d+ are blocked|invalid port/i, "port"],
  [/dns error|failed to lookup address/i, "dns"],
  [/received fatal alert/i, "tls"], // also CertificateRequired: the client certificate is missing
  [/certificate/i, "certificate"],
  [/tls|ssl|EPROTO|handshake|corrupt message|AlertReceived|InvalidContentType/i, "tls"],
  [/connection refused|ECONNREFUSED/i, "refused"],
  [/unreach|timed ?out|assign requested address|^bind E/i, "unreachable"],
];
// Messages of the HTTP library for malformed responses.
const MALFORMED =
  /^(?:invalid (?:HTTP|content-length|transfer-encoding)|message head is too large)/;

/** Converts a failure of `fetch`, whose `cause` has the HTTP library's message. */
export function sendError(error: unknown, hop: HopRequest, proxy: string | null): Error {
  const { reason: ended } = abortOf(hop);
  if (ended !== null) return ended;
  if (error instanceof NotSupportedError || error instanceof errors.ClientConnectionError) {
    return error;
  }
  if (!(error instanceof Error)) return new errors.ClientConnectionError(String(error));
  const options = { cause: error };
  const url = new URL(hop.url);
  if (error.name === "NotCapable") {
    return new errors.ClientConnectorError(url, "permission", error.message, options);
  }
  // Before Deno 2.9 the message has the reason, without a cause.
  const { cause = error.message } = error;
  const text = messageOf(cause);
  const stage = /client error \((\w+)\)/.exec(text)?.[1];
  const reason = reasonOf(text);
  // In TLS 1.3 a server rejects a client certificate after the client's handshake (RFC 8446 section
  // 4.4.2).
  if (
    stage === "Connect" || connectFailure(reason) === "port" || /received fatal alert/.test(reason)
  ) {
    return connectError(url, proxy, reason, options);
  }
  // Broken while in use: the server may have processed the request.
  if (/connection reset|broken pipe/i.test(text)) {
    return new errors.ClientOSError(`Connection to ${url.host} broke: ${reason}`, options);
  }
  if (stage === "SendRequest" && MALFORMED.test(reason)) {
    return new errors.ClientProtocolError(requestInfo(hop, url), reason, options);
  }
  if (stage === "SendRequest") return new errors.ServerDisconnectedError(url, reason, options);
  const streams = hop.body !== null && hop.body.bytes === null;
  // No stage: an error of the body's stream.
  if (stage === undefined && error.cause !== undefined && streams) {
    return new errors.ClientPayloadError(`Cannot send the body to ${hop.url}: ${reason}`, options);
  }
  return new errors.ClientConnectionError(`Cannot request ${hop.url}: ${reason}`, options);
}

export function bodyError(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return asError(signal.reason);
  return incompletePayload(reasonOf(messageOf(error)), error);
}

/** Returns the kind of a connection failure by the platform's message. */
export function connectFailure(reason: string, host = ""): errors.ConnectFailure {
  const failure = CONNECT_FAILURES.find(([pattern]) => pattern.test(reason))?.[1] ?? "other";
  return failure === "dns" && !isHostName(host) ? "name" : failure;
}

export function requestInfo(hop: HopRequest, url: URL): errors.RequestDetails {
  return { method: hop.method, url, headers: new Headers(hop.headers as [string, string][]) };
}

/** Labels of 1 to 63 characters, 253 in total (RFC 1035 section 2.3.4); `_` is used in practice. */
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
  // The status of CONNECT was not 200 (RFC 9110 section 9.3.6).
  if (/proxy authentication required|unsuccessful tunnel/.test(reason)) {
    const status = reason.startsWith("proxy auth") ? 407 : 502;
    const details = { method: "CONNECT", url, headers: new Headers() };
    return proxyRefusal(details, status, `the proxy refused to connect: ${reason}`, options);
  }
  const own = connectFailure(reason, proxy === null ? url.hostname : "proxy");
  // With a proxy, only TLS reaches the server; all other failures are the proxy's.
  const viaProxy = proxy !== null && own !== "certificate" && own !== "tls" && own !== "port";
  const failure = !viaProxy ? own : proxy.startsWith("unix:") ? "unix" : "proxy";
  return connectorError(url, failure, reason, options);
}

/** The last part of a message, "Connection refused (os error 111)", or all of it. */
function reasonOf(text: string): string {
  return text.replace(/^error sending request.*?: (?=client error)/, "")
    .replace(/^client error \(\w+\): /, "")
    .slice(0, 200); // it may quote bytes of the peer
}
