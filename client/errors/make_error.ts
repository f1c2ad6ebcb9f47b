// Errors for what has failed.
import { nameErrors } from "../../http/as_error.ts";
import * as errors from "./client_errors.ts";

nameErrors(errors);

export function incompletePayload(reason: string, cause: unknown): errors.ClientPayloadError {
  return new errors.ClientPayloadError(`Response payload is not completed: ${reason}`, { cause });
}

/** Adds to a timeout error what the request was waiting for. */
export function withDetail(reason: unknown, detail: () => string): unknown {
  if (!(reason instanceof errors.ServerTimeoutError)) return reason;
  const { url, phase, limit, elapsed } = reason;
  const type = reason.constructor as typeof errors.ServerTimeoutError;
  return new type(url, phase, limit, elapsed, detail());
}

export function asError(reason: unknown): Error {
  if (reason instanceof Error) return reason;
  return new errors.ClientConnectionError(`The request was aborted: ${reason}`, { cause: reason });
}

export function proxyRefusal(
  request: errors.RequestDetails,
  status: number,
  reason: string,
  { cause }: ErrorOptions,
): errors.ClientHttpProxyError {
  const requestInfo = { ...request, method: "CONNECT" };
  const reply = { history: [], status, headers: new Headers() };
  return new errors.ClientHttpProxyError({ requestInfo, ...reply, reason, cause });
}

const CONNECTOR_ERRORS = new Map<errors.ConnectFailure, typeof errors.ClientConnectorError>([
  ["dns", errors.ClientConnectorDNSError],
  ["name", errors.ClientConnectorDNSError],
  ["certificate", errors.ClientConnectorCertificateError],
  ["tls", errors.ClientConnectorSSLError],
  ["proxy", errors.ClientProxyConnectionError],
  ["unix", errors.UnixClientConnectorError],
]);

export function connectorError(
  url: URL,
  failure: errors.ConnectFailure,
  reason: string,
  options?: ErrorOptions,
): errors.ClientConnectorError {
  const remedy = failure === "certificate" ? certificateRemedy(url.hostname, reason) : "";
  const type = CONNECTOR_ERRORS.get(failure) ?? errors.ClientConnectorError;
  return new type(url, failure, `${reason}${remedy}`, options);
}

/** Advice for a rejected certificate, as sentences after the reason. */
function certificateRemedy(host: string, reason: string): string {
  const name = host.includes(":") || /^[\d.]+$/.test(host)
    ? `IP:${host.replace(/[[\]]/g, "")}`
    : `DNS:${host}`;
  if (reason.includes("CaUsedAsEndEntity")) {
    return '. The server shows the certificate of an authority, as "openssl req -x509" makes it: ' +
      `make one with -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=${name}, ` +
      "and give it as connector.caCerts";
  }
  if (reason.includes("UnknownIssuer")) {
    return ". Give the certificate of its authority as connector.caCerts; " +
      "one that has signed itself is its own authority";
  }
  if (/valid for name/i.test(reason)) {
    return `. Ask for a name that it has, or make one with -addext subjectAltName=${name}`;
  }
  return "";
}
