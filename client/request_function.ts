// A request without a session.
import { REQUEST_OPTIONS, SESSION_OPTIONS } from "./request/option_tables.ts";
import { OptionTable } from "../http/options.ts";
import type { QueryFields } from "../http/query.ts";
import type { DataFields } from "./body/payload_of.ts";
import type { RequestOptions, SessionOptions } from "./request/options.ts";
import type { ClientResponse } from "./response/response.ts";
import { ClientSession, closeAtEnd } from "./session.ts";

const BOTH_OPTIONS = new OptionTable<RequestOptions & SessionOptions>({
  ...SESSION_OPTIONS.kinds,
  ...REQUEST_OPTIONS.kinds,
});

/**
 * Sends a request in its own session, as `aiohttp.request()`. The connection closes at the end of
 * the body: read it, or release the response (`await using` does).
 * @param method Method, case-insensitive.
 * @param url URL, absolute unless there is a `baseUrl`.
 * @returns The response, once its head has arrived.
 * @throws {ClientError} If no response was received.
 * @throws {TypeError} If an option is invalid.
 * @example
 * ```ts
 * import { request } from "@roundtrip/http";
 *
 * const app = { fetch: (each: Request) => new Response(new URL(each.url).search) };
 * await using response = await request("GET", "http://localhost/", { app, params: { a: 1 } });
 * console.assert(await response.text() === "?a=1");
 * ```
 */
export function request<
  P extends object & QueryFields<P> = never,
  D extends object & DataFields<D> = never,
>(
  method: string,
  url: string | URL,
  options?: RequestOptions<P, D> & SessionOptions,
): Promise<ClientResponse>;
export async function request(
  method: string,
  url: string | URL,
  options: RequestOptions & SessionOptions = {},
): Promise<ClientResponse> {
  BOTH_OPTIONS.check("request()", options);
  // Cookies and the like of a session would be sent to other origins.
  const { cookies: _c, headers: _h, auth: _a, middlewares: _m, retry: _r, ...own } = SESSION_OPTIONS
    .pick(options);
  const both = REQUEST_OPTIONS.pick(options);
  // These belong to the caller and stay open; the session rejects more than one of them.
  if (own.app !== undefined || own.transport !== undefined) {
    return await new ClientSession(own).request(method, url, both);
  }
  const session = new ClientSession({ ...own, connector: { ...own.connector, forceClose: true } });
  closeAtEnd(session);
  try {
    return await session.request(method, url, both);
  } catch (error) {
    await session.close();
    throw error;
  }
}
