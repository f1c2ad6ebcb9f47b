// Members of other servers' APIs, and ours for each.

const ROUTE = "write app.addRoutes([web.get(path, handler)]), web.post(…) and so on";

export const APPLICATION_HABITS: Readonly<Record<string, string>> = {
  "post() put() patch() delete() del() all() options() head() view() route() api_route()": ROUTE,
  "add_route() add_get() add_post() addRoute() addGet() addPost() on()": ROUTE,
  "add_routes() add_domain()": "write app.*(…)",
  "static() add_static()": "write app.addRoutes([web.static(prefix, folder)])",
  "ws() websocket()": "write app.addRoutes([web.get(path, web.webSocket({ onMessage }))])",
  "use() middleware() add_middleware() addMiddleware() register()":
    "write new web.Application({ middlewares: [middleware] }); wrap a Hono middleware in fromHono()",
  "onError() notFound() exception_handler() setErrorHandler()":
    "write a middleware that catches what `await handler(request)` throws",
  "listen() run() serve() run_app()": "write await web.runApp(app, { port })",
  "add_subapp() mount() include_router()": "write app.addSubapp(prefix, application)",
  "on_startup on_shutdown on_cleanup on_response_prepare cleanup_ctx": "write app.*.push(callback)",
  "client_max_size": "it is app.*, set by new web.Application({ clientMaxSize })",
  "state locals": 'write app.set(KEY, value), with const KEY = new web.AppKey("name")',
  "inject() test_client()": "write await app.request(path, { method, body }), or web.TestClient",
};

export const ROUTER_HABITS: Readonly<Record<string, string>> = {
  "add_get() add_post() add_put() add_patch() add_delete() add_head() add_options()": ROUTE,
  "addGet() addPost() addPut() addPatch() addDelete() addHead() addOptions()": ROUTE,
  "get() post() put() patch() delete() all() use()": ROUTE,
  "add_routes() addRoutes()": "write app.addRoutes(routes)",
  "add_view() addView()": "write app.addRoutes([web.view(path, ViewClass)])",
  "add_static() addStatic()": "write app.addRoutes([web.static(prefix, folder)])",
  "add_route() add_resource() register_resource() named_resources()": "write app.router.*(…)",
  "url() url_for() urlFor()": "write app.router.named(name).urlFor(values)",
};

const HONO = "wrap a Hono middleware in fromHono(), add a Hono route to app.hono";
const READ = "write await request.json(), text(), read() or post(); the stream is request.content";

export const REQUEST_HABITS: Readonly<Record<string, string>> = {
  "req res": HONO,
  "header()": "write request.headers.get(name), response.headers.set(name, value); " + HONO,
  "param()": "write request.matchInfo.name; " + HONO,
  "html()": 'write web.textResponse(html, { contentType: "text/html" }); ' + HONO,
  "redirect()": "write throw new web.HTTPFound(location); " + HONO,
  "params path_params match_info": "write request.matchInfo.name",
  "query_params args searchParams": "write request.query.get(name)",
  "body": READ + "; an answer is what the handler returns, web.jsonResponse(value)",
  "arrayBuffer() bytes() blob()": "write await request.read()",
  "formData() form() parseBody()": "write await request.post(), or request.multipart()",
  "query_string content_type content_length rel_url path_qs raw_path can_read_body body_exists":
    "write request.*",
  "if_modified_since if_unmodified_since if_match if_none_match if_range http_range config_dict":
    "write request.*",
  "ip": "write request.remote",
  "hostname": "write request.host",
  "protocol": "write request.scheme",
  "originalUrl": "write request.pathQs",
  "session": "write await web.getSession(request), with sessionMiddleware() in the application",
};
