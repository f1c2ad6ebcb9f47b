// Errors of connecting: a class for each kind of reason, as in aiohttp.
import { ClientConnectorError } from "./connection_errors.ts";
import { ClientResponseError } from "./client_errors.ts";

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
