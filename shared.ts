/**
 * Names that client and server share: messages, forms, parts, streams and their errors. `mod.ts`
 * exports them too; import them from here beside `/client` or `/server`.
 *
 * @example
 * ```ts
 * import * as web from "@roundtrip/http/server";
 * import { WSMsgType } from "@roundtrip/http/shared";
 *
 * const echo = web.webSocket(async (socket) => {
 *   for await (const message of socket) {
 *     if (message.type === WSMsgType.TEXT) await socket.sendStr(message.data);
 *   }
 * });
 * console.assert(typeof echo === "function");
 * ```
 *
 * @module
 */
// WebSockets
export { WSCloseCode, type WSMessage, WSMsgType } from "./http/websocket/message.ts";
export * from "./http/websocket/errors.ts";
export type { WebSocketBaseOptions, WebSocketTimeout } from "./http/websocket/limits.ts";
export { type ReceiveOptions, WebSocketBase } from "./http/websocket/socket.ts";

// Forms, parts and files
export {
  BodyPartReader,
  type PartReadOptions,
  type PartTextOptions,
} from "./http/multipart/body_part_reader.ts";
export * from "./http/multipart/errors.ts";
export { MultipartReader, type MultipartReaderOptions } from "./http/multipart/multipart_reader.ts";
export type { ContentDisposition } from "./http/headers/content_disposition.ts";
export type { FormFields, FormValue } from "./http/multipart/form_body.ts";
export type { MultipartLimits } from "./http/multipart/limits.ts";
export type { PartValue, ReadableFile } from "./http/multipart/part_body.ts";

// Bodies
export { IncompleteReadError, LineTooLongError } from "./http/bytes/stream_reader_errors.ts";
export { StreamReader } from "./http/bytes/stream_reader.ts";
export type { BodySource, SourceReader } from "./http/bytes/body_source.ts";
export type { StreamReaderOptions } from "./http/bytes/stream_reader_options.ts";

// Schemas
export type { ContractsOf, RouteContract, Routed } from "./http/schema/routed.ts";
export {
  type SchemaInput,
  type SchemaIssue,
  type SchemaOutput,
  SchemaValidationError,
  type StandardResult,
  type StandardSchemaProps,
  type StandardSchemaV1,
} from "./http/schema/standard_schema.ts";

// Everything else
export { NotSupportedError } from "./http/not_supported_error.ts";
export type { CookieOptions } from "./http/headers/set_cookie.ts";
export type { QueryInit, QueryValue } from "./http/query.ts";
