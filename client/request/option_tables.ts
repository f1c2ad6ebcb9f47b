import { OptionTable } from "../../http/options.ts";
import type { RequestOptions, SessionOptions, SharedOptions } from "./options.ts";

const SHARED_OPTIONS = new OptionTable<SharedOptions>({
  headers: "a map or a list of pairs",
  skipAutoHeaders: "a list",
  auth: "anything",
  timeout: "anything",
  middlewares: "a list",
  retry: "a number",
  proxy: "a string or an object",
  raiseForStatus: "a function or a boolean",
  autoDecompress: "true or false",
  maxDecodedSize: "a number",
  maxBodySize: "a number",
});

const SESSION_REMEDIES = {
  rejectunauthorized: "Give the authorities that you trust: { connector: { caCerts } }",
  verify:
    "Write { connector: { verify } }, or give the authorities that you trust as caCerts there",
  ssl: "Give the authorities that you trust: { connector: { caCerts } }",
  cacerts: "Write { connector: { caCerts } }",
  limit: "Write { connector: { limit } }",
  limitperhost: "Write { connector: { limitPerHost } }",
  agent: 'Write { connector: { … } }, or "proxy"',
  params: "Put them into baseUrl, or give them with each request",
  hooks: 'Write "middlewares" or "traceConfigs"',
};

export const SESSION_OPTIONS = new OptionTable<SessionOptions>({
  ...SHARED_OPTIONS.kinds,
  baseUrl: "a string or an object",
  cookies: "a map or a list of pairs",
  cookieJar: "an object",
  jsonSerialize: "a function",
  fallbackCharsetResolver: "a function",
  connector: "an object",
  app: "an application with a fetch method",
  transport: "an object",
  trustEnv: "true or false",
  traceConfigs: "a list",
}, SESSION_REMEDIES);

const REQUEST_REMEDIES = {
  method: "It is the first argument of session.request(), or the name of the method",
  url: "It is the argument before the options",
  baseurl: "It is an option of the session",
  prefixurl: "It is an option of the session, baseUrl",
  prefix: "It is an option of the session, baseUrl",
  connector: "It is an option of the session",
  cookiejar: "It is an option of the session",
  jsonserialize: "It is an option of the session",
  stream: "A reply is always a stream: read response.content",
  responsetype: "Read the reply by response.json(), text() or read()",
  ssl: "Give the session the authorities that you trust: { connector: { caCerts } }",
  verify: "It is an option of the session: { connector: { verify } }",
  cache: "Give cacheMiddleware() to the session's middlewares",
  credentials: "Cookies are kept by the session: new DummyCookieJar() for none",
  hooks: 'Write "middlewares", or the session\'s "traceConfigs"',
};

export const REQUEST_OPTIONS = new OptionTable<RequestOptions>({
  ...SHARED_OPTIONS.kinds,
  params: "a string, an object or a list",
  encoded: "true or false",
  data: "anything",
  json: "anything",
  compress: "a string or a boolean",
  cookies: "a map or a list of pairs",
  expect100: "true or false",
  allowRedirects: "true or false",
  maxRedirects: "a number",
  traceContext: "anything",
  signal: "an AbortSignal",
  onUploadProgress: "a function",
  onDownloadProgress: "a function",
}, REQUEST_REMEDIES);
