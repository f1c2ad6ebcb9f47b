import { OptionTable } from "../../http/options.ts";
import { Application } from "../application/application.ts";
import type { AppContext } from "../request/app_context.ts";
import { ServerRequest } from "../request/request.ts";

/** Options of {@linkcode makeRequest}. */
export interface MakeRequestOptions<Params = Record<string, string>> {
  /** Headers of the request. */
  readonly headers?: HeadersInit;
  /** Body of the request. */
  readonly body?: BodyInit | null;
  /** Values of the path's variables. @default no values */
  readonly matchInfo?: Readonly<Params>;
  /** The application that handles the request. @default a new one */
  readonly app?: AppContext;
  /** Address of the peer. @default {"127.0.0.1"} */
  readonly remote?: string;
  /** Scheme of the URL. @default {"http"} */
  readonly scheme?: "http" | "https";
}

const MAKE_REQUEST_OPTIONS = new OptionTable<MakeRequestOptions<unknown>>({
  headers: "a map or a list of pairs",
  body: "anything",
  matchInfo: "an object",
  app: "an object",
  remote: "a string",
  scheme: "a string",
});

/**
 * Creates a request for calling a handler, aiohttp's `make_mocked_request`; its host is 127.0.0.1
 * unless the headers name another.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const hello = (request: web.ServerRequest<{ name: string }>) =>
 *   web.textResponse(`hello, ${request.matchInfo.name}`);
 * const request = web.makeRequest("GET", "/deno", { matchInfo: { name: "deno" } });
 * console.assert(await hello(request).text() === "hello, deno");
 * ```
 */
export function makeRequest<Params = Record<string, string>>(
  method: string,
  path: string,
  options: MakeRequestOptions<Params> = {},
): ServerRequest<Params> {
  MAKE_REQUEST_OPTIONS.check("web.makeRequest()", options);
  const headers = new Headers(options.headers);
  if (!headers.has("host")) headers.set("host", "127.0.0.1");
  const raw = new Request(`${options.scheme ?? "http"}://${headers.get("host")}${path}`, {
    method: method.toUpperCase(),
    headers,
    body: options.body ?? null,
  });
  const info = { remoteAddr: { transport: "tcp", hostname: options.remote ?? "127.0.0.1" } };
  const matchInfo = options.matchInfo ?? Object.create(null) as Readonly<Params>;
  return new ServerRequest(raw, info, options.app ?? new Application(), matchInfo);
}
