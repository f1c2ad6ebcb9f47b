// Errors of connecting: a class for each kind of reason, as in aiohttp.
import { ClientConnectorError, type ConnectFailure } from "./connection_errors.ts";
import { ClientResponseError, type RequestDetails } from "./client_errors.ts";

/**
 * The host name could not be resolved.
 *
 * @example
 * ```ts
 * import { ClientConnectorDNSError, ClientSession } from "@roundtrip/http";
 *
 * await using session = new ClientSession();
 * const error = await session.get("http://nowhere.invalid/").catch((error) => error);
 * console.assert(error instanceof ClientConnectorDNSError);
 * ```
 */
export class ClientConnectorDNSError extends ClientConnectorError {
  /** Name of the class. */
  override readonly name = "ClientConnectorDNSError";
}

/** A TLS or certificate error; base class. */
export class ClientSSLError extends ClientConnectorError {
  /** Name of the class. */
  override readonly name: string = "ClientSSLError";
}

/** The TLS handshake failed. */
export class ClientConnectorSSLError extends ClientSSLError {
  /** Name of the class. */
  override readonly name = "ClientConnectorSSLError";
}

/** The server's certificate is not trusted. */
export class ClientConnectorCertificateError extends ClientSSLError {
  /** Name of the class. */
  override readonly name = "ClientConnectorCertificateError";
}

/** The server's certificate does not match `connector.fingerprint`. */
export class ServerFingerprintMismatch extends ClientSSLError {
  /** Name of the class. */
  override readonly name = "ServerFingerprintMismatch";
}

/** The proxy could not be reached. */
export class ClientProxyConnectionError extends ClientConnectorError {
  /** Name of the class. */
  override readonly name = "ClientProxyConnectionError";
}

/** The Unix socket could not be reached. */
export class UnixClientConnectorError extends ClientConnectorError {
  /** Name of the class. */
  override readonly name = "UnixClientConnectorError";
}

/** The proxy refused to connect to the server. */
export class ClientHttpProxyError extends ClientResponseError {
  /** Name of the class. */
  override readonly name = "ClientHttpProxyError";
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
