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
export type { RequestData } from "./payload_of.ts";
export type { RequestCompression } from "./compressed_payload.ts";
export { type BasicAuth, encodeBasicAuth } from "./basic_auth.ts";
export type { ConnectorOptions } from "./connector.ts";
export type { QueryInit, QueryValue } from "../http/query.ts";

// Response
export {
  ClientResponse,
  type ClientResponseInit,
  type FallbackCharsetResolver,
} from "./response.ts";
export type { JsonOptions, TextOptions } from "./response_options.ts";
export type { ResponseLink } from "./response_links.ts";
export {
  type EventsOptions,
  EventTooLongError,
  type ServerSentEvent,
} from "./server_sent_events.ts";
export type {
  SchemaOutput,
  StandardResult,
  StandardSchemaProps,
  StandardSchemaV1,
} from "../http/standard_schema.ts";
export { type SchemaIssue, SchemaValidationError } from "../http/schema_validation_error.ts";
export type { BodyPolicy } from "./response_body.ts";
export type { Progress, ProgressCallback } from "./progress.ts";

// Files
export type { DownloadOptions } from "./download_file.ts";
export type { SavedFile, SaveOptions } from "./save_body.ts";
export { FileExistsError } from "./file_exists_error.ts";
export type { CookieOptions, ResponseCookie } from "../http/cookie.ts";
export type { BodySource } from "../http/body_source.ts";
export { IncompleteReadError } from "../http/incomplete_read_error.ts";
export { LineTooLongError } from "../http/line_too_long_error.ts";
export { StreamReader } from "../http/stream_reader.ts";
export type { StreamReaderOptions } from "../http/stream_reader_options.ts";

// WebSocket
export { type ClientWebSocketInit, ClientWebSocketResponse } from "./websocket.ts";
export type { ClientWSTimeout, WSConnectOptions } from "./websocket_options.ts";
export { reconnect, type ReconnectOptions } from "./websocket_reconnect.ts";
export { WSServerHandshakeError } from "./websocket_errors.ts";
export { type ReceiveOptions, WebSocketBase } from "../http/websocket_base.ts";
export { WSCloseCode, type WSMessage, WSMsgType } from "../http/ws_message.ts";
export {
  WebSocketClosedError,
  WebSocketLimitError,
  WebSocketProtocolError,
  WebSocketTimeoutError,
  WSMessageTypeError,
} from "../http/ws_errors.ts";

// Forms and multipart bodies
export {
  type EncodedForm,
  FormBody,
  type FormBodyOptions,
  type FormFieldOptions,
  type FormFields,
  type FormValue,
} from "../http/form_body.ts";
export { MultipartWriter, type MultipartWriterOptions } from "../http/multipart_writer.ts";
export type { PartOptions } from "../http/multipart_part_headers.ts";
export type { PartValue, ReadableFile } from "../http/multipart_part_body.ts";
export { type BodyPartInit, BodyPartReader, type PartContent } from "../http/body_part_reader.ts";
export type { PartReadOptions, PartTextOptions } from "../http/part_read_options.ts";
export type { ContentDisposition } from "../http/content_disposition.ts";
export { MultipartReader, type MultipartReaderOptions } from "../http/multipart_reader.ts";
export type { MultipartLimits } from "../http/multipart_limits.ts";
export {
  MultipartEncodingError,
  MultipartError,
  MultipartLimitError,
  MultipartSyntaxError,
  MultipartTruncatedError,
} from "../http/multipart_errors.ts";

// Cookies
export { AbstractCookieJar, type JarCookie } from "./abstract_cookie_jar.ts";
export { CookieJar, type CookieJarOptions } from "./cookie_jar.ts";
export type { CookieInit } from "./cookie_pairs.ts";
export { DummyCookieJar } from "./dummy_cookie_jar.ts";

// Middlewares
export type { ClientHandler, ClientMiddleware } from "./middleware.ts";
export { ClientRequest, type ClientRequestInit } from "./request.ts";
export type { RequestContext, RequestPhases } from "./request_context.ts";
export type { Payload } from "./payload.ts";
export { bearerAuthMiddleware, type BearerAuthOptions } from "./bearer_auth_middleware.ts";
export { cacheMiddleware, type CacheOptions } from "./cache_middleware.ts";
export { digestAuthMiddleware, type DigestAuthOptions } from "./digest_auth_middleware.ts";
export { type HopRecord, loggingMiddleware, type LoggingOptions } from "./logging_middleware.ts";
export { replayMiddleware, type ReplayOptions } from "./replay_middleware.ts";
export { rateLimitMiddleware, type RateLimitOptions } from "./rate_limit_middleware.ts";
export { type FailedAttempt, retryMiddleware, type RetryOptions } from "./retry_middleware.ts";

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

// Tests
export { type MockCall, type MockReply, MockResponses, type MockTarget } from "./mock_responses.ts";

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

// Proxies
export { proxyAuthorization } from "./proxy_authorization.ts";
export { proxyAgent, type ProxyAgentOptions } from "./proxy_agent.ts";

// Errors
export {
  ClientConnectionError,
  ClientConnectorError,
  ClientOSError,
  type ConnectFailure,
  ConnectionTimeoutError,
  ServerConnectionError,
  ServerDisconnectedError,
  ServerTimeoutError,
  SocketTimeoutError,
} from "./connection_errors.ts";
export {
  ClientConnectorCertificateError,
  ClientConnectorDNSError,
  ClientConnectorSSLError,
  ClientHttpProxyError,
  ClientProxyConnectionError,
  ClientSSLError,
  UnixClientConnectorError,
} from "./connector_errors.ts";
export {
  ClientError,
  ClientPayloadError,
  ClientResponseError,
  ContentTypeError,
  type HistoryEntry,
  InvalidURLError,
  InvalidURLRedirectError,
  NonHttpURLError,
  type RequestInfo,
  type ResponseErrorInit,
  TooManyRedirectsError,
} from "./errors.ts";
export { NotSupportedError } from "../http/not_supported_error.ts";
