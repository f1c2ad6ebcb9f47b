// Errors for what has failed.
import {
  ClientConnectionError,
  ClientConnectorCertificateError,
  ClientConnectorDNSError,
  ClientConnectorError,
  ClientConnectorSSLError,
  ClientHttpProxyError,
  ClientPayloadError,
  ClientProxyConnectionError,
  type ConnectFailure,
  type RequestDetails,
  ServerTimeoutError,
  UnixClientConnectorError,
} from "./client_errors.ts";

/** Creates the error for a response body that broke off. */
export function incompletePayload(reason: string, cause: unknown): ClientPayloadError {
  return new ClientPayloadError(`Response payload is not completed: ${reason}`, { cause });
}

/** Adds to a timeout error what the request was waiting for. */
export function withDetail(reason: unknown, detail: () => string): unknown {
  if (!(reason instanceof ServerTimeoutError)) return reason;
  const { url, phase, limit, elapsed } = reason;
  const type = reason.constructor as typeof ServerTimeoutError;
  return new type(url, phase, limit, elapsed, detail());
}

/** Converts an abort reason to an error. */
export function asError(reason: unknown): Error {
  if (reason instanceof Error) return reason;
  return new ClientConnectionError(`The request was aborted: ${reason}`, { cause: reason });
}

/** Creates the error for a CONNECT that a proxy refused. */
export function proxyRefusal(
  request: RequestDetails,
  status: number,
  reason: string,
  { cause }: ErrorOptions,
): ClientHttpProxyError {
  const requestInfo = { ...request, method: "CONNECT" };
  const headers = new Headers();
  return new ClientHttpProxyError({ requestInfo, history: [], status, headers, reason, cause });
}

const CONNECTOR_ERRORS: Readonly<Partial<Record<ConnectFailure, typeof ClientConnectorError>>> = {
  dns: ClientConnectorDNSError,
  name: ClientConnectorDNSError,
  certificate: ClientConnectorCertificateError,
  tls: ClientConnectorSSLError,
  proxy: ClientProxyConnectionError,
  unix: UnixClientConnectorError,
};

export function connectorError(
  url: URL,
  failure: ConnectFailure,
  reason: string,
  options?: ErrorOptions,
): ClientConnectorError {
  const remedy = failure === "certificate" ? certificateRemedy(url.hostname, reason) : "";
  const text = `${reason}${remedy}`;
  return new (CONNECTOR_ERRORS[failure] ?? ClientConnectorError)(url, failure, text, options);
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
