/**
 * Credentials for a proxy.
 * @module
 */
import { percentDecoded } from "./percent_decoded.ts";
import { utf8Base64 } from "../hop/basic_auth.ts";

/**
 * Makes the `Proxy-Authorization` header of the credentials in a proxy's URL (RFC 7617), for
 * transports of your own.
 *
 * @param proxy URL of the proxy.
 * @returns Value of the header, `null` for a URL without credentials.
 *
 * @example
 * ```ts
 * import { proxyAuthorization } from "@roundtrip/http";
 *
 * console.assert(proxyAuthorization(new URL("http://u:p@localhost:3128")) === "Basic dTpw");
 * console.assert(proxyAuthorization(new URL("http://localhost:3128")) === null);
 * ```
 */
export function proxyAuthorization(proxy: URL): string | null {
  const { username, password } = proxy;
  if (username === "" && password === "") return null;
  return `Basic ${utf8Base64(`${percentDecoded(username)}:${percentDecoded(password)}`)}`;
}
