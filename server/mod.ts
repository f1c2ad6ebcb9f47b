/**
 * The server: aiohttp.web's concepts on Hono.
 *
 * @example
 * ```ts
 * import * as web from "@roundtrip/http/server";
 *
 * const app = new web.Application();
 * app.addRoutes([
 *   web.get("/", () => web.textResponse("hello, world")),
 *   web.get("/{name}", (request) => web.textResponse(`hello, ${request.matchInfo.name}`)),
 * ]);
 * const response = await app.fetch(new Request("http://localhost/deno"));
 * console.assert(await response.text() === "hello, deno");
 * ```
 *
 * @module
 */
// Application
export { Application } from "./application.ts";
export type { ApplicationOptions } from "./application_options.ts";
export { AppKey } from "./app_key.ts";
export type {
  AppContext,
  KeyReader,
  Logger,
  ResourceInfo,
  ResourceRegistry,
} from "./app_context.ts";
export type { CleanupContext, Signal } from "./lifecycle.ts";
export type { PrepareSignal } from "./prepare_response.ts";
export type { Handler, HandlerResult, Middleware, Responder } from "./middleware.ts";

// Routes
export { del, get, head, options, patch, post, put, route, view } from "./route_def.ts";
export type { GetRouteOptions, RouteDef, RouteOptions } from "./route_def.ts";
export { RouteTable } from "./route_table.ts";
export type { HandlerDecorator } from "./route_decorator.ts";
export { normalizePathMiddleware, type NormalizePathOptions } from "./normalize_path.ts";
export { View, type ViewClass } from "./view.ts";
export type { PathParamNames, PathParams, PathTemplate } from "./path_template.ts";
export { RelativeURL } from "./relative_url.ts";
export { Resource } from "./resource.ts";
export { type AbstractResource, type Found, type Missed, type Resolution, Route } from "./route.ts";
export { Router } from "./router.ts";

// Requests
export { ServerRequest } from "./request.ts";
export type { CloneOptions } from "./clone_options.ts";
export type { EarlyAnswer } from "./early_answer.ts";
export { BaseRequest } from "./base_request.ts";
export type { Forwarded } from "./forwarded.ts";
export type { HTTPRange } from "./http_range.ts";
export { type ETag, setETag, setLastModified } from "./etag.ts";
export type { PostOptions } from "./read_form.ts";
export { PostData, type PostValue } from "./post_data.ts";
export { FileField, type FileFieldInit } from "./file_field.ts";
export type { Spooled } from "./spool.ts";
export { safeFilename, type SavedFile, saveFile, type SaveFileOptions } from "./save_file.ts";
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
export type { BodySource } from "../http/body_source.ts";
export { IncompleteReadError } from "../http/incomplete_read_error.ts";
export { LineTooLongError } from "../http/line_too_long_error.ts";
export { StreamReader } from "../http/stream_reader.ts";
export type { StreamReaderOptions } from "../http/stream_reader_options.ts";

export { validate } from "./validate.ts";
export type { RequestIssue, RequestSchemas, Validated, ValidateOptions } from "./validate.ts";
export type {
  SchemaOutput,
  StandardResult,
  StandardSchemaProps,
  StandardSchemaV1,
} from "../http/standard_schema.ts";
export { type SchemaIssue, SchemaValidationError } from "../http/schema_validation_error.ts";

// Responses
export { delCookie, jsonResponse, setCookie, textResponse } from "./response.ts";
export type { JsonResponseOptions, ResponseOptions } from "./response.ts";
export type { CookieOptions } from "../http/cookie.ts";
export type { QueryInit, QueryValue } from "../http/query.ts";
export { StreamResponse, type StreamResponseOptions } from "./stream_response.ts";
export { type SSEEvent, type SSEOptions, SSEResponse, sseResponse } from "./sse_response.ts";
export { ConnectionResetError } from "./connection_reset_error.ts";
export { chooseEncoding } from "./accept_encoding.ts";
export { compress, type CompressOptions } from "./compress.ts";
export { decompress } from "./decompress.ts";
export type { ContentCoding } from "./content_coding.ts";

// WebSockets
export { WebSocketResponse } from "./websocket_response.ts";
export type { WebSocketOptions, WebSocketReady } from "./websocket_response.ts";
export type { CheckOrigin } from "./websocket_handshake.ts";
export { webSocket, type WebSocketHandler } from "./websocket_handler.ts";
export { WebSocketGroup } from "./websocket_group.ts";
export type {
  GroupBroker,
  GroupMessage,
  SlowPeerPolicy,
  WebSocketGroupOptions,
} from "./websocket_group.ts";
export { type ReceiveOptions, WebSocketBase } from "../http/websocket_base.ts";
export type { SocketEvents, SocketPort } from "../http/websocket_port.ts";
export { WSCloseCode, type WSMessage, WSMsgType } from "../http/ws_message.ts";
export {
  WebSocketClosedError,
  WebSocketLimitError,
  WebSocketProtocolError,
  WebSocketTimeoutError,
  WSMessageTypeError,
} from "../http/ws_errors.ts";

// Files
export { FileResponse, type FileResponseOptions } from "./file_response.ts";
export { staticFiles as static } from "./static_files.ts";
export type { StaticDef, StaticOptions, StaticUrlParts } from "./static_files.ts";

// Sessions
export {
  getSession,
  newSession,
  renewSession,
  saveSession,
  sessionMiddleware,
  setupSessions,
} from "./sessions.ts";
export { Session, type SessionData, type SessionInit } from "./session.ts";
export type { SessionCookieOptions, SessionStorage } from "./session_storage.ts";
export { SimpleCookieStorage } from "./simple_cookie_storage.ts";
export { MemoryStorage, type MemoryStorageOptions } from "./memory_storage.ts";
export { EncryptedCookieStorage } from "./encrypted_cookie_storage.ts";
export { KeyedStorage, type SessionStore } from "./keyed_storage.ts";

// Running
export { runApp, type RunAppOptions } from "./run_app.ts";
export { AppRunner, type AppRunnerOptions } from "./runner.ts";
export { ShutdownTimeoutError } from "./shutdown_timeout_error.ts";
export { readiness } from "./readiness.ts";
export type { AccessLogOptions } from "./access_log.ts";
export { denoEngine } from "./deno_engine.ts";
export { AddressInUseError } from "./engine.ts";
export { NotSupportedError } from "../http/not_supported_error.ts";
export type {
  Engine,
  EngineHandler,
  EnginePort,
  EngineServer,
  ListenOptions,
  RawHeaders,
  ServeInfo,
  SocketUpgrade,
  UpgradeOptions,
} from "./engine.ts";

// Testing
export { TestServer } from "./test_server.ts";
export { TestClient, type TestRequestInit } from "./test_client.ts";
export type { FormFields, FormValue } from "../http/form_body.ts";
export type { PartValue, ReadableFile } from "../http/multipart_part_body.ts";
export { makeRequest, type MakeRequestOptions } from "./make_request.ts";

// HTTP exceptions
export { HTTPError, HTTPException, type HTTPExceptionOptions } from "./http_exception.ts";
export * from "./http_successes.ts";
export * from "./http_redirects.ts";
export * from "./http_client_errors.ts";
export * from "./http_message_errors.ts";
export * from "./http_server_errors.ts";
