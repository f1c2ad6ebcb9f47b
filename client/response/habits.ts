// Hints for names of other HTTP clients.

export const RESPONSE_HABITS: Readonly<Record<string, string>> = {
  "status_code statusCode": "write response.status",
  "statusText": "write response.reason",
  "data": "write await response.json(), text() or read()",
  "body": "write await response.read(), or for await (const piece of response.content.iterAny())",
  "bodyUsed": "a body may be read as often as you like, by read(), text() and json()",
  "arrayBuffer() bytes() buffer()": "write await response.read()",
  "blob()": "write new Blob([await response.read()])",
  "formData()": "write response.multipart()",
  "raise_for_status()": "write response.raiseForStatus()",
  "request_info content_type content_length content_disposition": "write response.*",
  "get_encoding()": "write await response.getEncoding()",
  "iter_content() iter_bytes() aiter_bytes() iter_any() iter_chunked()":
    "write for await (const piece of response.content.iterChunked(65536))",
  "iter_lines() aiter_lines()": "write for await (const line of response.content)",
  "set_cookie()": "it is the server that sets cookies; response.cookies has them",
};

export const SESSION_HABITS: Readonly<Record<string, string>> = {
  "fetch() send()": "write session.request(method, url, options), session.get(url) and so on",
  "del()": "write session.delete(url)",
  "ws_connect() websocket() ws()": "write session.wsConnect(url)",
  "getJson() get_json()": "write await (await session.get(url)).json()",
  "extend() create()": "write new ClientSession({ baseUrl, headers, timeout, … })",
  "use() interceptors hooks": "write new ClientSession({ middlewares: [middleware] })",
  "defaults":
    "write new ClientSession({ headers, timeout, … }), or session.headers.set(name, value)",
  "auth params proxies timeout base_url baseURL baseUrl raise_for_status trust_env":
    "options are given once: new ClientSession({ auth, proxy, timeout, baseUrl, … })",
  "verify cert": "write new ClientSession({ connector: { caCerts, cert, key } })",
  "cookies cookie_jar jar": "write session.cookieJar, or new ClientSession({ cookies })",
  "mount() connector": "write new ClientSession({ connector, transport })",
  "aclose() end() destroy()": "write await session.close(), or await using",
};
