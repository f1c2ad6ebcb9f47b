/**
 * A program that tests start and stop: prints its URL, serves, ends as `runApp` ends.
 * @module
 */
import { web } from "@roundtrip/http";

const options = JSON.parse(Deno.args[0] ?? "{}");
const routes = new web.RouteTable();
const value = (request: web.ServerRequest): string => {
  // Latin-1, so that a test can name every single byte.
  const text = request.queryString.slice("v=".length);
  return text.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
};

routes.get("/", () => web.textResponse("hello"));
routes.get("/ready", web.readiness());
routes.get("/pid", () => web.textResponse(String(Deno.pid)));
routes.get("/slow", async () => {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return web.textResponse("slow");
});
routes.get("/stuck", () => new Promise<Response>(() => setInterval(() => {}, 1000)));
routes.get("/read", async (request) => web.jsonResponse(await request.text()));
routes.post("/read", async (request) => web.jsonResponse((await request.text()).length));

// every way a header gets out
routes.get("/found", (request) => {
  throw new web.HTTPFound(value(request));
});
routes.get("/redirect", (request) => Response.redirect(`http://localhost/${value(request)}`));
routes.get("/header", (request) => new Response("", { headers: { "x-echo": value(request) } }));
routes.get("/append", (request) => {
  const response = web.textResponse("");
  response.headers.append("x-echo", value(request));
  return response;
});
routes.get("/exception", (request) => {
  throw new web.HTTPBadRequest({ headers: { "x-request-id": value(request) } });
});
routes.get("/cookie", (request) => {
  const response = web.textResponse("");
  web.setCookie(response, "echo", value(request));
  return response;
});
routes.get("/cookie-path", (request) => {
  const response = web.textResponse("");
  web.setCookie(response, "echo", "1", { path: `/${value(request)}` });
  return response;
});
routes.get("/disposition", (request) =>
  web.textResponse("", {
    headers: { "content-disposition": `attachment; filename="${value(request)}"` },
  }));
routes.get("/type", (request) => web.textResponse("", { contentType: value(request) }));
routes.get("/json", (request) => Response.json({}, { headers: { "x-echo": value(request) } }));
routes.get("/status-text", (request) => new Response("", { statusText: value(request) }));
routes.get("/prepared", (request) => {
  request.set(ECHO, value(request));
  return web.textResponse("");
});

const ECHO = new web.AppKey<string>("echo");
const app = new web.Application({
  logger: { error: () => {} },
  middlewares: options.normalize ? [web.normalizePathMiddleware()] : [],
});
app.addRoutes(routes);
app.onResponsePrepare.push((request, response) => {
  if (request.has(ECHO)) response.headers.set("x-prepared", request.get(ECHO));
});
app.onCleanup.push(() => console.log("cleaned up"));
await web.runApp(app, { host: "127.0.0.1", port: 0, ...options });
console.log("ended");
