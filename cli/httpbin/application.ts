// go-httpbin's routes.
import {
  Application,
  delCookie,
  get,
  type Handler,
  HTTPForbidden,
  HTTPFound,
  jsonResponse,
  route,
  type RouteDef,
  setCookie,
  textResponse,
  webSocket,
} from "../../server/mod.ts";
import { WSMsgType } from "../../shared.ts";
import { authRoutes } from "./auth.ts";
import { contentRoutes } from "./contents.ts";
import { bad, bodyOf, headersOf, headOf, originOf } from "./echo.ts";
import { streamRoutes } from "./streams.ts";
import INDEX from "./index.txt" with { type: "text" };
import { messageOf } from "../errors/errors.ts";

/** The application; `redirectTo` are hosts that `/redirect-to` may redirect to besides its own. */
export function httpbinApplication(
  { redirectTo }: { readonly redirectTo: readonly string[] },
): Application {
  const app = new Application();
  app.addRoutes([
    get("/", () => textResponse(INDEX)),
    ...echoRoutes(),
    ...redirectRoutes(redirectTo),
    ...cookieRoutes(),
    ...authRoutes(),
    ...streamRoutes(),
    ...contentRoutes(),
    get("/websocket/echo", echoSocket),
  ]);
  return app;
}

function echoRoutes(): RouteDef[] {
  const body: Handler = async (request) => jsonResponse(await bodyOf(request));
  const withBody = ["post", "put", "patch", "delete"].map((name) =>
    route(name.toUpperCase(), `/${name}`, body)
  );
  return [
    get("/get", (request) => jsonResponse(headOf(request))),
    get("/head", (request) => jsonResponse(headOf(request))),
    ...withBody,
    route("*", "/anything", body),
    route("*", "/anything/{path:.*}", body),
    route("POST", "/upload", body),
    get("/headers", (request) => jsonResponse({ headers: headersOf(request) })),
    get("/ip", (request) => jsonResponse({ origin: request.remote ?? "" })),
    get(
      "/user-agent",
      (request) => jsonResponse({ "user-agent": request.headers.get("user-agent") ?? "" }),
    ),
    route("*", "/status/{codes}", (request) => statusReply(request.matchInfo.codes)),
    get("/unstable", (request) => {
      const rate = Number(request.query.get("failure_rate") ?? "0.5");
      if (!(rate >= 0 && rate <= 1)) throw bad("failure_rate is a number from 0 to 1");
      return new Response(null, { status: Math.random() < rate ? 500 : 200 });
    }),
    get("/dump/request", (request) => {
      const head = Array.from(request.headers, ([name, value]) => `${name}: ${value}\r\n`);
      return textResponse(`${request.method} ${request.pathQs} HTTP/1.1\r\n${head.join("")}\r\n`);
    }),
    route("*", "/response-headers", (request) => {
      const headers = new Headers();
      for (const [name, value] of request.query) {
        try {
          // deno-lint-ignore no-control-regex -- control characters are what has to be caught here
          if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) throw new TypeError("a control character");
          headers.append(name, value);
        } catch (cause) {
          throw bad(`"${name}" cannot be sent as a header`, cause);
        }
      }
      const body = Object.fromEntries(headers);
      // The body echoes the values: as text/html it would be a page with scripts on this origin.
      if (headers.has("content-type")) headers.append("content-security-policy", "sandbox");
      return jsonResponse(body, { headers });
    }),
  ];
}

/** `/status/200`, `/status/200,500`, `/status/200:0.9,500:0.1`. */
function statusReply(codes: string): Response {
  const choices = codes.split(",").map((each) => {
    const [code = "", weight = "1"] = each.split(":");
    return { status: Number(code), weight: Number(weight), fine: /^[2-5]\d\d$/.test(code) };
  });
  if (!choices.every(({ fine, weight }) => fine && weight >= 0)) {
    throw bad("a status is a number from 200 to 599");
  }
  let at = Math.random() * choices.reduce((sum, { weight }) => sum + weight, 0);
  const chosen = choices.find(({ weight }) => (at -= weight) < 0) ?? choices[0];
  const status = chosen?.status ?? 200;
  const headers: Record<string, string> = {};
  if (status >= 301 && status <= 308 && status !== 304) headers.location = "/redirect/1";
  if (status === 401) headers["www-authenticate"] = 'Basic realm="Fake Realm"';
  return new Response(null, { status, headers });
}

function redirectRoutes(redirectTo: readonly string[]): RouteDef[] {
  return [
    get("/{way:(?:(?:relative|absolute)-)?redirect}/{count:\\d+}", (request) => {
      const { way } = request.matchInfo;
      const count = Number(request.matchInfo.count);
      if (count < 1 || count > 100) throw bad("1 to 100 redirects");
      const path = count === 1 ? "/get" : `/${way}/${count - 1}`;
      const isAsked = way === "redirect" && request.query.get("absolute") === "true";
      const isAbsolute = isAsked || way === "absolute-redirect";
      throw new HTTPFound(isAbsolute ? `${originOf(request)}${path}` : path);
    }),
    route("*", "/redirect-to", (request) => {
      const target = request.query.get("url") ?? "";
      const own = originOf(request);
      const url = URL.parse(target, own);
      // A URL without a host is allowed, for testing how clients handle it.
      if (/^https?:\/\/(?::\d*)?$/.test(target)) return found(target);
      if (url === null || !/^https?:$/.test(url.protocol)) throw bad("url is missing or malformed");
      // An open redirect would help phishing.
      if (url.origin !== new URL(own).origin && !redirectTo.includes(url.hostname)) {
        const how = `start it with --redirect-to ${url.hostname}`;
        throw new HTTPForbidden({ text: `403: only redirects to this server are allowed; ${how}` });
      }
      const status = Number(request.query.get("status_code") ?? "302");
      if (![301, 302, 303, 307, 308].includes(status)) {
        throw bad("status_code is 301, 302, 303, 307 or 308");
      }
      return new Response(null, { status, headers: { location: url.href } });
    }),
  ];
}

function cookieRoutes(): RouteDef[] {
  return [
    get("/cookies", (request) => jsonResponse({ cookies: Object.fromEntries(request.cookies) })),
    get("/cookies/set", ({ query }) =>
      toCookies((response) => {
        for (const [name, value] of query) setCookie(response, name, value);
      })),
    get(
      "/cookies/set/{name}/{value}",
      ({ matchInfo: { name, value } }) => toCookies((response) => setCookie(response, name, value)),
    ),
    get("/cookies/delete", ({ query }) =>
      toCookies((response) => {
        for (const name of query.keys()) delCookie(response, name);
      })),
  ];
}

function found(location: string): Response {
  return new Response(null, { status: 302, headers: { location } });
}

function toCookies(change: (response: Response) => void): Response {
  const response = found("/cookies");
  try {
    change(response);
    return response;
  } catch (cause) {
    throw bad(messageOf(cause), cause);
  }
}

const echoSocket = webSocket(async (socket) => {
  for await (const message of socket) {
    if (message.type === WSMsgType.TEXT) await socket.sendStr(message.data);
    if (message.type === WSMsgType.BINARY) await socket.sendBytes(message.data);
  }
});
