import { messageOf } from "../../http/as_error.ts";
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { HttpSyntaxError } from "../../http/http1/head_rules.ts";
import { FingerprintError, ProxyUnreachableError } from "../connect/open_connection.ts";
import { ProxyError } from "../connect/proxy_handshake.ts";
import * as errors from "../errors/client_errors.ts";
import { connectorError, proxyRefusal } from "../errors/make_error.ts";
import { abortOf } from "../hop/hop_abort.ts";
import type { HopRequest } from "../hop/transport.ts";
import { connectFailure, requestInfo } from "./fetch_errors.ts";
import { NoReplyError, type SocketConnection } from "./socket_connection.ts";

/** Converts a failure before the response head to the caller's error. */
export function socketError(
  error: unknown,
  hop: HopRequest,
  proxy: string | null,
  socket: SocketConnection | null,
): Error {
  const { reason } = abortOf(hop);
  if (reason !== null) return reason;
  if (error instanceof NotSupportedError || error instanceof errors.ClientConnectionError) {
    return error;
  }
  const unsent = socket?.uploadFailure ?? null;
  if (unsent !== null) {
    const text = `Cannot send the body to ${hop.url}: ${messageOf(unsent.cause)}`;
    return new errors.ClientPayloadError(text, { cause: unsent.cause });
  }
  if (!(error instanceof Error)) return new errors.ClientConnectionError(String(error));
  const url = new URL(hop.url);
  const options = { cause: error };
  if (error instanceof HttpSyntaxError) {
    return new errors.ClientProtocolError(requestInfo(hop, url), error.message, options);
  }
  if (socket === null) return notConnected(error, hop, url, proxy);
  if (error instanceof NoReplyError) {
    const maybe = hop.once ? "; the server may have received the request" : "";
    return new errors.ServerDisconnectedError(url, `${error.message}${maybe}`, options);
  }
  // In TLS 1.3 a server rejects a client certificate after the client's handshake (RFC 8446 section
  // 4.4.2).
  if (/received fatal alert|SSL routines.*alert/i.test(error.message)) {
    return connectorError(url, "tls", error.message, options);
  }
  if (error instanceof TypeError) return error; // a header that cannot be sent
  return new errors.ClientOSError(`Connection to ${url.host} broke: ${error.message}`, options);
}

function notConnected(error: Error, hop: HopRequest, url: URL, proxy: string | null): Error {
  const options = { cause: error };
  if (error instanceof TypeError && !("code" in error)) return error;
  if (error instanceof FingerprintError) {
    return new errors.ServerFingerprintMismatch(url, "certificate", error.message, options);
  }
  if (error.name === "NotCapable") return connectorError(url, "permission", error.message, options);
  if (error instanceof ProxyUnreachableError) {
    const kind = proxy?.startsWith("unix:") ? "unix" : "proxy";
    return connectorError(url, kind, error.message, options);
  }
  if (error instanceof ProxyError) {
    if (error.status === null) return connectorError(url, "proxy", error.message, options);
    return proxyRefusal(requestInfo(hop, url), error.status, error.message, options);
  }
  return connectorError(url, connectFailure(error.message, url.hostname), error.message, options);
}
