/**
 * The server: aiohttp.web's concepts on Hono.
 * @example
 * ```ts
 * import * as web from "@roundtrip/http/server";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/{name}", (request) => web.textResponse(request.matchInfo.name))]);
 * const response = await app.fetch(new Request("http://localhost/deno"));
 * console.assert(await response.text() === "deno");
 * ```
 * @module
 */
// Application
export { Application } from "./application/application.ts";
export type { ApplicationOptions } from "./application/application_options.ts";
export type { EveryOptions } from "./application/background.ts";
export { AppKey } from "./request/app_key.ts";
export type {
  AppContext,
  BackgroundWork,
  KeyReader,
  Logger,
  ResourceInfo,
  ResourceRegistry,
} from "./request/app_context.ts";
export type { CleanupContext, Hooks } from "./application/lifecycle.ts";
export type { PrepareSignal } from "./response/prepare_response.ts";
export type { Handler, HandlerResult, Middleware, Responder } from "./request/middleware.ts";

// Routes
export * from "./routes/route_def.ts";
export { del as delete } from "./routes/route_def.ts";
export * from "./routes/route_table.ts";
export type { HandlerDecorator } from "./routes/route_decorator.ts";
export { normalizePathMiddleware, type NormalizePathOptions } from "./routing/normalize_path.ts";
export { View, type ViewClass } from "./routes/view.ts";
export type { CanonicalPath, PathParamNames, PathParams } from "./routing/path_template.ts";
export { RelativeURL } from "./request/relative_url.ts";
export { Resource } from "./routing/resource.ts";
export {
  type AbstractResource,
  type OpenAPIOperation,
  Route,
  type RouteMatch,
  type RouteMiss,
  type RouteOperation,
  type RouteResolution,
} from "./routing/route.ts";
export { Router } from "./routing/router.ts";

// Guards
export { type Auth, auth, type AuthOptions, type IdentityPolicy } from "./guards/auth.ts";
export * from "./guards/problem_details.ts";
export {
  rateLimit,
  type RateLimitPolicy,
  type RateLimitResult,
  type RateLimitStore,
} from "./guards/rate_limit.ts";
export { requestId } from "./guards/request_id.ts";
export { timeout } from "./guards/timeout.ts";
export { openapi, type OpenAPIDocument, type OpenAPIOptions } from "./openapi/openapi.ts";
export { openapiRoutes, type OpenAPIRoutesOptions } from "./openapi/openapi_routes.ts";
export type { JSONSchema, SchemaSide, ToJSONSchema } from "./openapi/components.ts";

// Requests
export { ServerRequest } from "./request/request.ts";
export type { CloneOptions } from "./request/clone_options.ts";
export type { EarlyAnswer } from "./request/answer_slot.ts";
export { BaseRequest } from "./request/base_request.ts";
export type { Forwarded } from "../http/headers/forwarded.ts";
export type { HTTPRange } from "../http/headers/range_header.ts";
export { type ETag, setETag, setLastModified } from "../http/headers/etag.ts";
export type { PostOptions } from "./body/read_form.ts";
export { PostData, type PostValue } from "./body/post_data.ts";
export { FileField } from "./body/file_field.ts";
export { sweepParts } from "./body/sweep_parts.ts";
export {
  safeFilename,
  type SavedUpload,
  saveFile,
  type SaveFileOptions,
} from "./body/save_file.ts";
export * from "./uploads/tus_uploads.ts";
export { validate, type ValidateOptions } from "./request/validate.ts";
export * from "./request/route_schemas.ts";
export { provide, type Provided, type ProvideOptions, Provider } from "./provide/provide.ts";

// Responses
export * from "./response/response.ts";
export { StreamResponse, type StreamResponseOptions } from "./response/stream_response.ts";
export {
  type SSEEvent,
  type SSEOptions,
  SSEResponse,
  sseResponse,
} from "./response/sse_response.ts";
export { ConnectionResetError } from "./response/connection_reset_error.ts";
export { chooseEncoding } from "../http/headers/accept_encoding.ts";
export { compressMiddleware, type CompressOptions } from "./response/compress.ts";
export { decompressMiddleware } from "./response/decompress.ts";
export { proxy, type ProxyOptions } from "./proxy/proxy.ts";
export type { ContentCoding } from "../http/coding/content_coding.ts";

// WebSockets
export * from "./websocket/websocket_response.ts";
export type { CheckOrigin } from "./websocket/handshake.ts";
export { webSocket, type WebSocketHandler } from "./websocket/handler.ts";
export type { SocketEvents, SocketPort } from "../http/websocket/port.ts";

// Groups
export * from "./groups/websocket_group.ts";
export { EventGroup, type EventGroupOptions } from "./groups/event_group.ts";
export type { GroupOptions, JoinOptions } from "./groups/room.ts";
export type { GroupBroker, GroupMessage, KeptMessage } from "./groups/group_broker.ts";

// Files
export { FileResponse, type FileResponseOptions } from "./files/file_response.ts";
export { staticFiles as static } from "./routes/static_files.ts";
export type { StaticDef, StaticOptions, StaticUrlParts } from "./routes/static_files.ts";

// Sessions
export * from "./sessions/session_middleware.ts";
export { Session, type SessionData, type SessionInit } from "./sessions/session.ts";
export type { SessionCookieOptions, SessionStorage } from "./sessions/session_storage.ts";
export { SimpleCookieStorage } from "./sessions/simple_cookie_storage.ts";
export { MemoryStorage } from "./sessions/memory_storage.ts";
export { EncryptedCookieStorage } from "./sessions/encrypted_cookie_storage.ts";
export { KeyedStorage, type SessionStore } from "./sessions/keyed_storage.ts";

// Running
export { runApp, type RunAppOptions } from "./run/run_app.ts";
export { AppRunner, type AppRunnerOptions } from "./run/runner.ts";
export { metrics } from "./run/metrics.ts";
export { readiness } from "./run/readiness.ts";
export type { AccessLogOptions } from "./run/access_log.ts";
export { denoEngine } from "./engine/deno_engine.ts";
export type { BodyLimits } from "./body/incoming_body.ts";
export { socketEngine } from "./sockets/socket_engine.ts";
export type { SocketLimits } from "./sockets/socket_limits.ts";
export * from "./engine/engine.ts";

// Testing
export { TestServer } from "./testing/test_server.ts";
export { TestClient, type TestRequestInit } from "./testing/test_client.ts";
export { makeRequest, type MakeRequestOptions } from "./testing/make_request.ts";

// HTTP exceptions
export {
  HTTPError,
  HTTPException,
  type HTTPExceptionOptions,
} from "./exceptions/http_exception.ts";
export * from "./exceptions/replies.ts";
