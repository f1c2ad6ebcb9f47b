/**
 * Why no connection could be made: a class for each kind of reason, as aiohttp has them.
 * @module
 */
import { ClientConnectorError, type ConnectFailure } from "./connection_errors.ts";
import { ClientResponseError } from "./client_errors.ts";

/**
 * The name of the host could not be resolved.
 *
 * @example
 * ```ts
 * import { ClientConnectorDNSError, ClientConnectorError } from "@roundtrip/http";
 *
 * const url = new URL("http://nowhere.invalid/");
 * const error = new ClientConnectorDNSError(url, "dns", "name or service not known");
 * console.assert(error instanceof ClientConnectorError && error.host === "nowhere.invalid");
 * ```
 */
export class ClientConnectorDNSError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorDNSError";
}

/**
 * Something is wrong with TLS or with the certificate; base of the errors that say which.
 *
 * @example
 * ```ts
 * import { ClientConnectorCertificateError, ClientSSLError } from "@roundtrip/http";
 *
 * const url = new URL("https://localhost:8443/");
 * const error = new ClientConnectorCertificateError(url, "certificate", "unknown issuer");
 * console.assert(error instanceof ClientSSLError);
 * ```
 */
export class ClientSSLError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ClientSSLError";
}

/**
 * TLS could not be agreed on.
 *
 * @example
 * ```ts
 * import { ClientConnectorSSLError, ClientSession } from "@roundtrip/http";
 *
 * // A server that does not speak TLS at all.
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const answer = listener.accept().then(async (connection) => {
 *   await connection.read(new Uint8Array(1024));
 *   await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
 *   connection.close();
 * });
 * await using session = new ClientSession();
 * const error = await session.get(`https://127.0.0.1:${listener.addr.port}/`)
 *   .catch((error) => error);
 * console.assert(error instanceof ClientConnectorSSLError);
 * await answer;
 * ```
 */
export class ClientConnectorSSLError extends ClientSSLError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorSSLError";
}

/**
 * The server's certificate is not to be trusted.
 *
 * @example
 * ```ts
 * import { ClientConnectorCertificateError } from "@roundtrip/http";
 *
 * const advice = (error: unknown) =>
 *   error instanceof ClientConnectorCertificateError
 *     ? `give the certificate of ${error.host} as connector.caCerts`
 *     : "try again later";
 * const url = new URL("https://localhost:8443/");
 * const error = new ClientConnectorCertificateError(url, "certificate", "unknown issuer");
 * console.assert(advice(error).includes("localhost"));
 * ```
 */
export class ClientConnectorCertificateError extends ClientSSLError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorCertificateError";
}

/**
 * The server's certificate is another one than `connector.fingerprint` names.
 *
 * @example
 * ```ts
 * import { ClientSession, ServerFingerprintMismatch } from "@roundtrip/http";
 *
 * const isPinned = (error: unknown) => !(error instanceof ServerFingerprintMismatch);
 * await using session = new ClientSession({ connector: { fingerprint: "ab".repeat(32) } });
 * console.assert(isPinned(null) && !session.closed);
 * ```
 */
export class ServerFingerprintMismatch extends ClientSSLError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ServerFingerprintMismatch";
}

/**
 * The proxy could not be reached.
 *
 * @example
 * ```ts
 * import { ClientProxyConnectionError, ClientSession } from "@roundtrip/http";
 *
 * using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = free.addr;
 * free.close(); // nobody listens there now
 * await using session = new ClientSession({ proxy: `http://127.0.0.1:${port}` });
 * const error = await session.get("http://example.com/").catch((error) => error);
 * console.assert(error instanceof ClientProxyConnectionError);
 * ```
 */
export class ClientProxyConnectionError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientProxyConnectionError";
}

/**
 * The Unix socket could not be reached.
 *
 * @example
 * ```ts
 * import { ClientSession, UnixClientConnectorError } from "@roundtrip/http";
 *
 * const connector = { proxy: "unix:/nowhere/app.sock" };
 * await using session = new ClientSession({ connector });
 * const error = await session.get("http://localhost/").catch((error) => error);
 * console.assert(error instanceof UnixClientConnectorError);
 * ```
 */
export class UnixClientConnectorError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "UnixClientConnectorError";
}

/**
 * The proxy refused to connect to the server.
 *
 * @example
 * ```ts
 * import { ClientHttpProxyError, ClientResponseError } from "@roundtrip/http";
 *
 * const error = new ClientHttpProxyError({
 *   requestInfo: { method: "GET", url: new URL("https://example.com/"), headers: new Headers() },
 *   history: [],
 *   status: 407,
 *   headers: new Headers(),
 *   reason: "Proxy Authentication Required",
 * });
 * console.assert(error instanceof ClientResponseError && error.status === 407);
 * ```
 */
export class ClientHttpProxyError extends ClientResponseError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientHttpProxyError";
}

const CONNECTOR_ERRORS: Readonly<Partial<Record<ConnectFailure, typeof ClientConnectorError>>> = {
  dns: ClientConnectorDNSError,
  name: ClientConnectorDNSError,
  certificate: ClientConnectorCertificateError,
  tls: ClientConnectorSSLError,
  proxy: ClientProxyConnectionError,
  unix: UnixClientConnectorError,
};

/**
 * Makes the error of the class that fits a failure to connect.
 *
 * @param url URL that was asked for.
 * @param failure What kept the connection from being made.
 * @param reason What the platform said.
 * @param options The error behind it.
 * @returns The error.
 */
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

/** What helps against a certificate that is refused, as sentences behind the reason. */
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
