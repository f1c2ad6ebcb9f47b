import { assert, assertEquals } from "@std/assert";
import { ROOT, run } from "./_process.ts";

// The public API. Added and removed names have to be listed here, so that neither happens by
// accident.
const ENTRIES: readonly [entry: string, values: string, types: string][] = [
  [
    "client/mod.ts",
    `
  AbstractCookieJar ClientConnectionError ClientConnectorCertificateError ClientConnectorDNSError
  ClientConnectorError ClientConnectorSSLError ClientError ClientHttpProxyError ClientOSError
  ClientPayloadError ClientProtocolError ClientProxyConnectionError ClientRequest ClientResponse
  ClientResponseError ClientSSLError ClientSession ClientWebSocketResponse ConnectionTimeoutError
  ContentTypeError CookieJar DummyCookieJar EventTooLongError FileExistsError FormBody
  InvalidURLError InvalidURLRedirectError MockResponses MultipartWriter NonHttpURLError
  ServerConnectionError ServerDisconnectedError ServerFingerprintMismatch ServerTimeoutError
  SocketTimeoutError TooManyRedirectsError UnixClientConnectorError WSServerHandshakeError
  appTransport bearerAuthMiddleware cacheMiddleware digestAuthMiddleware discardReply
  encodeBasicAuth fetchTransport jsonPayload loggingMiddleware openFile payloadOf
  rateLimitMiddleware reconnect replayMiddleware request retryMiddleware socketTransport typedClient
`,
    `
  Abortable BasicAuth BearerAuthOptions ByteStream CacheOptions CacheStore ClientHandler
  ClientMiddleware ClientRequestInit ClientTimeout ConnectFailure ConnectorOptions ContractAt
  CookieInit CookieJarOptions DataFields DigestAuthOptions Download DownloadOptions ErrorStatus
  EventsOptions FailedAttempt FallbackCharsetResolver FetchApp FormBodyOptions FormFieldOptions
  HeaderList HeadersLike HistoryEntry HopAbort HopAddress HopBody HopConnection HopObserver
  HopRecord HopRequest HopResult HopTls JSONOf JarCookie JsonOptions LoggingOptions MockCall
  MockReply MockTarget MultipartWriterOptions PartOptions PathsOf PeerCertificate Progress
  ProgressCallback QueryFields RaiseForStatus RateLimitOptions ReconnectOptions ReplayOptions
  ReplyValue RequestCompression RequestData RequestDetails RequestOptions ResolveHost
  ResponseCookie ResponseErrorInit ResponseLink RetryOptions SaveOptions SaveToOptions SendableBody
  ServerSentEvent SessionOptions SharedOptions TextOptions TraceChunk TraceConfig TraceContext
  TraceException TraceHook TraceHost TraceInformation TraceReply TraceRequest Transport TypedCall
  TypedClient TypedInput TypedOptions TypedPart TypedParts TypedReply TypedText Upload
  UploadOptions WebSocketConnectOptions
`,
  ],
  [
    "server/mod.ts",
    `
  AddressInUseError AppKey AppRunner Application BaseRequest ConnectionResetError
  EncryptedCookieStorage EventGroup FileField FileResponse HTTPAccepted HTTPBadGateway
  HTTPBadRequest HTTPClientError HTTPConflict HTTPCreated HTTPError HTTPException
  HTTPExpectationFailed HTTPFailedDependency HTTPForbidden HTTPFound HTTPGatewayTimeout HTTPGone
  HTTPInsufficientStorage HTTPInternalServerError HTTPLengthRequired HTTPMethodNotAllowed
  HTTPMisdirectedRequest HTTPMove HTTPMovedPermanently HTTPMultipleChoices
  HTTPNetworkAuthenticationRequired HTTPNoContent HTTPNonAuthoritativeInformation
  HTTPNotAcceptable HTTPNotExtended HTTPNotFound HTTPNotImplemented HTTPNotModified HTTPOk
  HTTPPartialContent HTTPPaymentRequired HTTPPermanentRedirect HTTPPreconditionFailed
  HTTPPreconditionRequired HTTPProxyAuthenticationRequired HTTPRedirection
  HTTPRequestEntityTooLarge HTTPRequestHeaderFieldsTooLarge HTTPRequestRangeNotSatisfiable
  HTTPRequestTimeout HTTPRequestURITooLong HTTPResetContent HTTPSeeOther HTTPServerError
  HTTPServiceUnavailable HTTPSuccessful HTTPTemporaryRedirect HTTPTooManyRequests HTTPUnauthorized
  HTTPUnavailableForLegalReasons HTTPUnprocessableEntity HTTPUnsupportedMediaType
  HTTPUpgradeRequired HTTPUseProxy HTTPVariantAlsoNegotiates HTTPVersionNotSupported KeyedStorage
  MemoryStorage PostData Provider RelativeURL Resource Route RouteTable Router SSEResponse
  ServerRequest Session SimpleCookieStorage StreamResponse TestClient
  TestServer View WebSocketGroup WebSocketResponse auth chooseEncoding compressMiddleware
  decompressMiddleware del delCookie delete denoEngine get getSession head jsonResponse
  makeRequest metrics newSession normalizePathMiddleware openapi openapiRoutes options patch post
  problemDetails provide proxy put rateLimit readiness renewSession requestId route
  runApp safeFilename saveFile sessionMiddleware setCookie setETag setLastModified
  setupSessions socketEngine sseResponse static sweepParts textResponse timeout tusUploads
  validate view webSocket
`,
    `
  AbstractResource AccessLogOptions AppContext AppRunnerOptions ApplicationOptions Auth
  AuthOptions BackgroundWork BodyLimits CanonicalPath CheckOrigin CleanupContext CloneOptions
  CollectRoute CompressOptions ContentCoding ContractOf DefineRoute ETag EarlyAnswer
  Engine EngineHandler EnginePort EngineServer EventGroupOptions EveryOptions FileResponseOptions
  Forwarded Frozen GetRouteOptions GroupBroker GroupMessage GroupOptions HTTPExceptionOptions
  HTTPRange Handler HandlerDecorator HandlerResult Hooks IdentityPolicy JSONSchema JoinOptions
  JsonResponseOptions KeptMessage KeyReader ListenOptions Logger MakeRequestOptions
  Middleware NormalizePathOptions OpenAPIDocument
  OpenAPIOperation OpenAPIOptions OpenAPIRoutesOptions PathParamNames PathParams
  PostOptions PostValue PrefixedContracts PrepareSignal
  ProvideOptions Provided ProxyOptions RateLimitPolicy RateLimitResult RateLimitStore RawHeaders
  RedirectTarget RequestIssue RequestSchemas ResourceInfo ResourceRegistry
  Responder ResponseOptions ResultOf RouteContracts RouteDef RouteMatch RouteMiss RouteOperation
  RouteOptions RouteResolution RouteSchemas RouteSpec RouteTableOptions RunAppOptions SSEEvent
  SSEOptions SaveFileOptions SavedUpload SchemaHandler SchemaSide ServeInfo SessionCookieOptions
  SessionData SessionInit SessionStorage SessionStore SocketEvents SocketLimits
  SocketPort SocketUpgrade StaticDef StaticOptions StaticUrlParts StreamResponseOptions
  TestRequestInit ToJSONSchema TusFile TusOptions TusUpload TypedResponse UpgradeOptions
  ValidateOptions Validated ViewClass WebSocketGroupOptions WebSocketHandler WebSocketReady
  WebSocketResponseOptions
`,
  ],
  [
    "shared.ts",
    `
  BodyPartReader IncompleteReadError LineTooLongError MultipartEncodingError MultipartError
  MultipartLimitError MultipartReader MultipartSyntaxError MultipartTruncatedError
  NotSupportedError SchemaValidationError StreamReader WSCloseCode WSMessageTypeError WSMsgType
  WebSocketBase WebSocketClosedError WebSocketLimitError WebSocketProtocolError
  WebSocketTimeoutError
`,
    `
  BodySource ContentDisposition ContractsOf CookieOptions FormFields FormValue MultipartLimits
  MultipartReaderOptions PartReadOptions PartTextOptions PartValue QueryInit QueryValue
  ReadableFile ReceiveOptions RouteContract Routed SchemaInput SchemaIssue SchemaOutput
  SourceReader StandardResult StandardSchemaProps StandardSchemaV1 StreamReaderOptions WSMessage
  WebSocketBaseOptions WebSocketTimeout
`,
  ],
  [
    "server/hono.ts",
    `
  corsRoutes fromHono
`,
    `

`,
  ],
  [
    "server/node.ts",
    `
  nodeEngine
`,
    `

`,
  ],
  [
    "server/redis.ts",
    `
  RedisCounter redisBroker redisCache redisStore
`,
    `
  RedisBroker RedisBrokerOptions RedisCache RedisCacheOptions RedisClient RedisConnection
  RedisCounterOptions
`,
  ],
];

interface Symbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly location: { readonly filename: string };
  }[];
}

const wordsOf = (text: string): string[] => text.trim().split(/\s+/).filter((word) => word !== "");

/**
 * Exported symbols by entry, one `deno doc` call per entry: entries of one call that share a name
 * would refer to each other.
 */
async function symbolsOf(...entries: string[]): Promise<[string, readonly Symbol[]][]> {
  const { code, stdout, stderr } = await run([Deno.execPath(), "doc", "--json", ...entries]);
  assertEquals(code, 0, stderr);
  const nodes: Record<string, { readonly symbols: readonly Symbol[] }> = JSON.parse(stdout).nodes;
  return Object.entries(nodes).map(([url, { symbols }]) => [url.slice(ROOT.href.length), symbols]);
}

const surface = new Map([
  ...await symbolsOf(...ENTRIES.map(([entry]) => entry)),
  ...await symbolsOf("mod.ts"),
]);

function namesIn(entry: string): string[] {
  return [...new Set(surface.get(entry)?.map(({ name }) => name))].sort();
}

for (const [entry, values, types] of ENTRIES) {
  Deno.test(`${entry} exports the names listed here`, async () => {
    assertEquals(namesIn(entry), [...wordsOf(values), ...wordsOf(types)].sort());
    const module = await import(new URL(entry, ROOT).href);
    assertEquals(Object.keys(module).sort(), wordsOf(values));
  });
}

Deno.test("mod.ts exports the client's and the shared names, and the server as web", async () => {
  const names = [...namesIn("client/mod.ts"), ...namesIn("shared.ts"), "web"];
  assertEquals(namesIn("mod.ts"), names.sort());
  const { web } = await import("../mod.ts");
  assertEquals(web, await import("../server/mod.ts"));
});

Deno.test("a name is exported by one entry, from one place", () => {
  const places = new Map<string, string>();
  for (const [entry] of ENTRIES) {
    for (const { name, declarations } of surface.get(entry) ?? []) {
      assert(!places.has(name), `${name} is exported by ${places.get(name)} and ${entry}`);
      places.set(name, entry);
      const files = new Set(declarations.map(({ location }) => location.filename));
      assertEquals(files.size, 1, `${name} is declared in ${[...files].join(" and ")}`);
    }
  }
});

Deno.test("exported names do not shadow globals", async () => {
  const { stdout } = await run([Deno.execPath(), "types"]);
  const declared =
    /^(?:declare )?(?:abstract )?(?:interface|type|class|var|const|function) (\w+)/gm;
  const platform = new Set([...stdout.matchAll(declared)].map(([, name]) => name));
  assert(platform.has("RequestInit") && platform.has("WebSocketOptions"), "the types were read");
  const taken = (name: string) => platform.has(name) || name in globalThis;
  for (const [entry] of ENTRIES) assertEquals(namesIn(entry).filter(taken), [], entry);
});
