/**
 * Why no connection could be made: a class for each kind of reason, as aiohttp has them.
 * @module
 */
import { ClientConnectorError, ClientResponseError } from "./errors.ts";

/** The name of the host could not be resolved. */
export class ClientConnectorDNSError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorDNSError";
}

/** TLS could not be agreed on. */
export class ClientConnectorSSLError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorSSLError";
}

/** The server's certificate is not to be trusted. */
export class ClientConnectorCertificateError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorCertificateError";
}

/** The proxy could not be reached. */
export class ClientProxyConnectionError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientProxyConnectionError";
}

/** The Unix socket could not be reached. */
export class UnixClientConnectorError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "UnixClientConnectorError";
}

/** The proxy refused to connect to the server. */
export class ClientHttpProxyError extends ClientResponseError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientHttpProxyError";
}
