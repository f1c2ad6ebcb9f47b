/**
 * The client: a session over web-standard `fetch`, with aiohttp's concepts.
 *
 * @example
 * ```ts no-assert
 * import { ClientSession } from "@roundtrip/http/client";
 *
 * export async function latest(url: string): Promise<unknown> {
 *   await using session = new ClientSession({ timeout: { total: 10_000 } });
 *   await using response = await session.get(url, { params: { limit: 10 } });
 *   return await response.json();
 * }
 * ```
 *
 * @module
 */
// Session
export { ClientSession } from "./session.ts";
export { request } from "./one_shot.ts";
export type { RaiseForStatus, RequestOptions, SessionOptions, SharedOptions } from "./options.ts";
export type { ClientTimeout } from "./timeout.ts";
export type { EncodableBody, RequestData } from "./payload_of.ts";
export type { RequestCompression } from "./compressed_payload.ts";
export { type BasicAuth, encodeBasicAuth } from "./basic_auth.ts";
export type { ConnectorOptions } from "./connector.ts";
export type { QueryInit, QueryValue } from "../http/query.ts";

// Response
export {
  ClientResponse,
  type ClientResponseInit,
  type JsonOptions,
  type TextOptions,
} from "./response.ts";
export type { CookieOptions, ResponseCookie } from "../http/cookie.ts";
export {
  IncompleteReadError,
  LineTooLongError,
  StreamReader,
  type StreamReaderOptions,
} from "../http/stream_reader.ts";

// Cookies
export { type CookieInit, CookieJar, type CookieJarOptions } from "./cookie_jar.ts";

// Middlewares
export type { ClientHandler, ClientMiddleware } from "./middleware.ts";
export { ClientRequest, type ClientRequestInit } from "./request.ts";
export type { RequestContext, RequestPhases } from "./request_context.ts";
export type { Payload } from "./payload.ts";
export { bearerAuthMiddleware, type BearerAuthOptions } from "./bearer_auth_middleware.ts";
export { cacheMiddleware, type CacheOptions } from "./cache_middleware.ts";
export { digestAuthMiddleware, type DigestAuthOptions } from "./digest_auth_middleware.ts";
export { type HopRecord, loggingMiddleware, type LoggingOptions } from "./logging_middleware.ts";
export { retryMiddleware, type RetryOptions } from "./retry_middleware.ts";

// Traces
export type {
  RequestTrace,
  TraceChunk,
  TraceConfig,
  TraceContext,
  TraceException,
  TraceReply,
  TraceRequest,
} from "./trace.ts";

// Transport
export { appTransport, type FetchApp } from "./app_transport.ts";
export { fetchTransport } from "./fetch_transport.ts";
export {
  discard,
  type HeaderList,
  type HopBody,
  type HopObserver,
  type HopRequest,
  type HopResult,
  type Transport,
} from "./transport.ts";

// Errors
export {
  ClientConnectorCertificateError,
  ClientConnectorDNSError,
  ClientConnectorSSLError,
  ClientHttpProxyError,
  ClientProxyConnectionError,
  UnixClientConnectorError,
} from "./connector_errors.ts";
export {
  ClientConnectionError,
  ClientConnectorError,
  ClientError,
  ClientOSError,
  ClientPayloadError,
  ClientResponseError,
  type ConnectFailure,
  ConnectionTimeoutError,
  ContentTypeError,
  type HistoryEntry,
  InvalidURLError,
  InvalidURLRedirectError,
  NonHttpURLError,
  type RequestInfo,
  type ResponseErrorInit,
  ServerDisconnectedError,
  ServerTimeoutError,
  SocketTimeoutError,
  TooManyRedirectsError,
} from "./errors.ts";
export { NotSupportedError } from "../http/not_supported_error.ts";
