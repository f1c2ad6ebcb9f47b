import { assertEquals } from "@std/assert";

// The public surface. A name that comes or goes has to be written down here, so that neither
// happens by accident.
const CLIENT = `
  AbstractCookieJar BodyPartReader ClientConnectionError ClientConnectorCertificateError
  ClientConnectorDNSError ClientConnectorError ClientConnectorSSLError ClientError
  ClientHttpProxyError ClientOSError ClientPayloadError ClientProtocolError ClientProxyConnectionError ClientRequest
  ClientResponse ClientResponseError ClientSSLError ClientSession ClientWebSocketResponse
  ConnectionTimeoutError ContentTypeError CookieJar DummyCookieJar EventTooLongError
  FileExistsError FormBody IncompleteReadError InvalidURLError InvalidURLRedirectError
  LineTooLongError MockResponses MultipartEncodingError MultipartError MultipartLimitError
  MultipartReader MultipartSyntaxError MultipartTruncatedError MultipartWriter NonHttpURLError
  NotSupportedError SchemaValidationError ServerConnectionError ServerDisconnectedError ServerFingerprintMismatch ServerTimeoutError
  SocketTimeoutError StreamReader TooManyRedirectsError UnixClientConnectorError WSCloseCode
  WSMessageTypeError WSMsgType WSServerHandshakeError WebSocketBase WebSocketClosedError
  WebSocketLimitError WebSocketProtocolError WebSocketTimeoutError appTransport
  bearerAuthMiddleware cacheMiddleware digestAuthMiddleware discardReply encodeBasicAuth
  fetchTransport jsonPayload loggingMiddleware payloadOf proxyAgent proxyAuthorization rateLimitMiddleware reconnect replayMiddleware request
  retryMiddleware socketTransport
`;
const SERVER = `
  AddressInUseError AppKey AppRunner Application BaseRequest BodyPartReader ConnectionResetError
  EncryptedCookieStorage FileField FileResponse HTTPAccepted HTTPBadGateway HTTPBadRequest
  HTTPClientError HTTPConflict HTTPCreated HTTPError HTTPException HTTPExpectationFailed
  HTTPFailedDependency HTTPForbidden HTTPFound HTTPGatewayTimeout HTTPGone
  HTTPInsufficientStorage HTTPInternalServerError HTTPLengthRequired HTTPMethodNotAllowed
  HTTPMisdirectedRequest HTTPMove HTTPMovedPermanently HTTPMultipleChoices
  HTTPNetworkAuthenticationRequired HTTPNoContent HTTPNonAuthoritativeInformation
  HTTPNotAcceptable HTTPNotExtended HTTPNotFound HTTPNotImplemented HTTPNotModified HTTPOk
  HTTPPartialContent HTTPPaymentRequired HTTPPermanentRedirect HTTPPreconditionFailed
  HTTPPreconditionRequired HTTPProxyAuthenticationRequired HTTPRedirection
  HTTPRequestEntityTooLarge HTTPRequestHeaderFieldsTooLarge HTTPRequestRangeNotSatisfiable
  HTTPRequestTimeout HTTPRequestURITooLong HTTPResetContent HTTPSeeOther HTTPServerError
  HTTPServiceUnavailable HTTPSuccessful HTTPTemporaryRedirect HTTPTooManyRequests
  HTTPUnauthorized HTTPUnavailableForLegalReasons HTTPUnprocessableEntity
  HTTPUnsupportedMediaType HTTPUpgradeRequired HTTPUseProxy HTTPVariantAlsoNegotiates
  HTTPVersionNotSupported IncompleteReadError KeyedStorage LineTooLongError MemoryStorage
  MultipartEncodingError MultipartError MultipartLimitError MultipartReader MultipartSyntaxError
  MultipartTruncatedError NotSupportedError PostData RelativeURL Resource Route RouteTable
  Router SSEResponse SchemaValidationError ServerRequest Session ShutdownTimeoutError
  SimpleCookieStorage StreamReader StreamResponse TestClient TestServer View WSCloseCode
  WSMessageTypeError WSMsgType WebSocketBase WebSocketClosedError WebSocketGroup
  WebSocketLimitError WebSocketProtocolError WebSocketResponse WebSocketTimeoutError
  chooseEncoding compressMiddleware decompressMiddleware del delCookie delete denoEngine get getSession head jsonResponse makeRequest
  newSession normalizePathMiddleware options patch post proxy put readiness renewSession route runApp
  safeFilename saveFile saveSession sessionMiddleware setCookie setETag setLastModified
  setupSessions socketEngine sseResponse static sweepParts textResponse validate view webSocket
`;

const names = (text: string): string[] => text.trim().split(/\s+/);

Deno.test("client/mod.ts exports what is listed here", async () => {
  assertEquals(Object.keys(await import("@roundtrip/http/client")).sort(), names(CLIENT));
});

Deno.test("server/mod.ts exports what is listed here", async () => {
  assertEquals(Object.keys(await import("@roundtrip/http/server")).sort(), names(SERVER));
});

Deno.test("mod.ts exports the client's names, and the server as web", async () => {
  const { web, ...rest } = await import("@roundtrip/http");
  assertEquals(Object.keys(rest).sort(), names(CLIENT));
  assertEquals(Object.keys(web).sort(), names(SERVER));
});
