/**
 * One hop: cookies in, transport, cookies out.
 * @module
 */
import type { CookieJar } from "./cookie_jar.ts";
import type { ClientRequest } from "./request.ts";
import type { HopResult, Transport } from "./transport.ts";

/**
 * Sends one hop.
 *
 * @param request The hop.
 * @param transport What carries it.
 * @param jar Where its cookies come from and go to.
 * @param signal Aborts it.
 * @returns The head of the reply.
 */
export async function send(
  request: ClientRequest,
  transport: Transport,
  jar: CookieJar,
  signal: AbortSignal,
): Promise<HopResult> {
  const { method, url, payload } = request;
  let headers = request.headers;
  const cookies = jar.cookieHeader(url, request.cookies);
  if (cookies !== "") {
    headers = new Headers(headers);
    const own = headers.get("cookie");
    headers.set("cookie", own === null ? cookies : `${cookies}; ${own}`);
  }
  const body = payload?.body ?? null;
  const result = await transport.send({ method, url, headers, body, signal });
  if (result.headers.has("set-cookie")) {
    jar.updateFromHeaders(result.headers.getSetCookie(), url);
  }
  return result;
}
