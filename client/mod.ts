/**
 * The HTTP client, with aiohttp's concepts.
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
export { request } from "./request_function.ts";
export * from "./typed_client.ts";
export type {
  RaiseForStatus,
  RequestOptions,
  SessionOptions,
  SharedOptions,
} from "./request/options.ts";
export type { ClientTimeout } from "./hop/timeout.ts";
export { jsonPayload } from "./body/json_payload.ts";
export { openFile } from "./body/open_file.ts";
export {
  type DataFields,
  payloadOf,
  type RequestCompression,
  type RequestData,
} from "./body/payload_of.ts";
export { type BasicAuth, encodeBasicAuth } from "./hop/basic_auth.ts";
export type { ConnectorOptions, ResolveHost } from "./connect/connector.ts";
export type { QueryFields } from "../http/query.ts";

// Response
export { ClientResponse, type FallbackCharsetResolver } from "./response/response.ts";
export type { JsonOptions, TextOptions } from "./response/response_text.ts";
export type { ResponseLink } from "./response/response_links.ts";
export type { EventsOptions, ServerSentEvent } from "./response/server_sent_events.ts";

export type { Progress, ProgressCallback } from "./hop/progress.ts";

// Files
export type { DownloadOptions } from "./download_file.ts";
export type { Upload, UploadOptions } from "./resumable_upload.ts";
export type { Download, SaveOptions, SaveToOptions } from "./response/save_body.ts";
export type { ResponseCookie } from "../http/headers/set_cookie.ts";

// WebSocket
export { ClientWebSocketResponse } from "./websocket/websocket.ts";
export type { WebSocketConnectOptions } from "./websocket/connect.ts";
export { reconnect, type ReconnectOptions } from "./websocket/reconnect.ts";

// Forms and multipart bodies
export {
  FormBody,
  type FormBodyOptions,
  type FormFieldOptions,
} from "../http/multipart/form_body.ts";
export {
  MultipartWriter,
  type MultipartWriterOptions,
} from "../http/multipart/multipart_writer.ts";
export type { PartOptions } from "../http/multipart/part_headers.ts";

// Cookies
export type { HeadersLike } from "./hop/header_list.ts";
export { AbstractCookieJar, type JarCookie } from "./cookies/abstract_cookie_jar.ts";
export { CookieJar, type CookieJarOptions } from "./cookies/cookie_jar.ts";
export type { CookieInit } from "./cookies/cookie_pairs.ts";
export { DummyCookieJar } from "./cookies/dummy_cookie_jar.ts";

// Middlewares
export type { ClientHandler, ClientMiddleware } from "./hop/middleware.ts";
export { ClientRequest, type ClientRequestInit } from "./hop/request.ts";
export type { SendableBody } from "../http/bytes/sendable_body.ts";
export { bearerAuthMiddleware, type BearerAuthOptions } from "./middleware/bearer_auth.ts";
export { cacheMiddleware, type CacheOptions, type CacheStore } from "./middleware/cache.ts";
export { digestAuthMiddleware, type DigestAuthOptions } from "./middleware/digest_auth.ts";
export { type HopRecord, loggingMiddleware, type LoggingOptions } from "./middleware/logging.ts";
export { replayMiddleware, type ReplayOptions } from "./middleware/replay.ts";
export { rateLimitMiddleware, type RateLimitOptions } from "./middleware/rate_limit.ts";
export { type FailedAttempt, retryMiddleware, type RetryOptions } from "./middleware/retry.ts";

// Traces
export type {
  TraceChunk,
  TraceConfig,
  TraceContext,
  TraceException,
  TraceHook,
  TraceHost,
  TraceInformation,
  TraceReply,
  TraceRequest,
} from "./hop/trace.ts";

// Tests
export * from "./testing/mock_responses.ts";

// Transport
export type { ByteStream } from "../http/bytes/byte_stream.ts";
export { appTransport, type FetchApp } from "./transport/app_transport.ts";
export { fetchTransport } from "./transport/fetch_transport.ts";
export { socketTransport } from "./transport/socket_transport.ts";
export type { Abortable, HopAbort } from "./hop/hop_abort.ts";
export * from "./hop/transport.ts";

// Errors
export * from "./errors/client_errors.ts";
