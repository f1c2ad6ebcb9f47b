import { assert, assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { ENGINES, everyWay, sentStatus } from "../_engines.ts";
import { exchange, quietApp } from "../_raw.ts";

/** Every exception of aiohttp 3.14 with a status: `web_exceptions.__all__`. */
const EXCEPTIONS = `
HTTPOk 200 OK
HTTPCreated 201 Created
HTTPAccepted 202 Accepted
HTTPNonAuthoritativeInformation 203 Non-Authoritative Information
HTTPNoContent 204 No Content
HTTPResetContent 205 Reset Content
HTTPPartialContent 206 Partial Content
HTTPMultipleChoices 300 Multiple Choices
HTTPMovedPermanently 301 Moved Permanently
HTTPFound 302 Found
HTTPSeeOther 303 See Other
HTTPNotModified 304 Not Modified
HTTPUseProxy 305 Use Proxy
HTTPTemporaryRedirect 307 Temporary Redirect
HTTPPermanentRedirect 308 Permanent Redirect
HTTPBadRequest 400 Bad Request
HTTPUnauthorized 401 Unauthorized
HTTPPaymentRequired 402 Payment Required
HTTPForbidden 403 Forbidden
HTTPNotFound 404 Not Found
HTTPMethodNotAllowed 405 Method Not Allowed
HTTPNotAcceptable 406 Not Acceptable
HTTPProxyAuthenticationRequired 407 Proxy Authentication Required
HTTPRequestTimeout 408 Request Timeout
HTTPConflict 409 Conflict
HTTPGone 410 Gone
HTTPLengthRequired 411 Length Required
HTTPPreconditionFailed 412 Precondition Failed
HTTPRequestEntityTooLarge 413 Request Entity Too Large
HTTPRequestURITooLong 414 Request-URI Too Long
HTTPUnsupportedMediaType 415 Unsupported Media Type
HTTPRequestRangeNotSatisfiable 416 Requested Range Not Satisfiable
HTTPExpectationFailed 417 Expectation Failed
HTTPMisdirectedRequest 421 Misdirected Request
HTTPUnprocessableEntity 422 Unprocessable Entity
HTTPFailedDependency 424 Failed Dependency
HTTPUpgradeRequired 426 Upgrade Required
HTTPPreconditionRequired 428 Precondition Required
HTTPTooManyRequests 429 Too Many Requests
HTTPRequestHeaderFieldsTooLarge 431 Request Header Fields Too Large
HTTPUnavailableForLegalReasons 451 Unavailable For Legal Reasons
HTTPInternalServerError 500 Internal Server Error
HTTPNotImplemented 501 Not Implemented
HTTPBadGateway 502 Bad Gateway
HTTPServiceUnavailable 503 Service Unavailable
HTTPGatewayTimeout 504 Gateway Timeout
HTTPVersionNotSupported 505 HTTP Version Not Supported
HTTPVariantAlsoNegotiates 506 Variant Also Negotiates
HTTPInsufficientStorage 507 Insufficient Storage
HTTPNotExtended 510 Not Extended
HTTPNetworkAuthenticationRequired 511 Network Authentication Required
`.trim().split("\n").map((line) => /^(\w+) (\d+) (.+)$/.exec(line)?.slice(1) ?? []);

/** Arguments of the exceptions whose first argument is not a record of options. */
const FIRST: Readonly<Record<string, readonly unknown[]>> = {
  HTTPMethodNotAllowed: ["GET", ["POST"]],
  HTTPRequestEntityTooLarge: [9],
  HTTPUnavailableForLegalReasons: ["http://law/"],
};
const TEXTS: Readonly<Record<string, string>> = {
  HTTPRequestEntityTooLarge: "Maximum request body size 9 exceeded.",
};

type Constructor = new (...args: readonly unknown[]) => web.HTTPException;

function make(name: string, status: number): web.HTTPException {
  const moves = status >= 300 && status < 400 && name !== "HTTPNotModified";
  const constructor = Reflect.get(web, name) as Constructor;
  return new constructor(...FIRST[name] ?? (moves ? ["/there"] : []));
}

Deno.test("HTTPError is the base of exactly the 4xx and 5xx exceptions", () => {
  for (const [name = "", status = ""] of EXCEPTIONS) {
    const thrown = make(name, Number(status));
    assertEquals(thrown instanceof web.HTTPError, Number(status) >= 400, name);
  }
  assertEquals(new web.HTTPError(418, "Teapot").name, "HTTPError");
});

everyWay(
  "every exception of aiohttp is there, with its status, reason and body",
  async (ask, way) => {
    const app = quietApp();
    app.addRoutes([web.get("/{name}/{status}", (request) => {
      throw make(request.matchInfo.name, Number(request.matchInfo.status));
    })]);
    assertEquals(EXCEPTIONS.length, 51);
    for (const [name = "", status = "", reason] of EXCEPTIONS) {
      const { reason: its } = make(name, Number(status));
      assertEquals(its, reason, `${name}`);
      const response = await ask(app, `/${name}/${status}`);
      const empty = ["204", "205", "304"].includes(status);
      assertEquals(
        [response.status, await response.text()],
        [sentStatus(Number(status), way), empty ? "" : TEXTS[name] ?? `${status}: ${reason}`],
        name,
      );
    }
    for (const status of [418, 423, 425, 508]) {
      const names = EXCEPTIONS.filter((each) => Number(each[1]) === status);
      assertEquals(names, [], `no ${status}`);
    }
  },
);

for (const [name, engine] of ENGINES) {
  Deno.test(`headers of the connection (${name})`, async () => {
    const app = quietApp();
    app.addRoutes([
      web.get("/text", () => web.textResponse("hello")),
      web.get(
        "/nothing",
        () => new Response(null, { status: 204, headers: { "content-type": "a/b" } }),
      ),
    ]);
    await using server = await web.TestServer.start(app, { engine });
    const two = await exchange(
      server.port,
      "GET /text HTTP/1.1\r\nHost: a\r\n\r\n" +
        "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    const [first = "", second = ""] = two.split(/(?=HTTP\/1\.1 )/).map((each) =>
      each.toLowerCase()
    );
    assert(/^date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} gmt\r$/m.test(first), first);
    assert(/^content-length: 5\r$/m.test(first), first);
    assert(!/^connection: close\r$/m.test(first), "the connection is kept");
    assert(/^http\/1\.1 204 /.test(second) && /^content-type: a\/b\r$/m.test(second), second);
    assert(!/^(content-length|transfer-encoding):/m.test(second), "204 has no body to measure");
    // aiohttp's Server header reveals its version; there is none here.
    assert(!/^server:/m.test(two.toLowerCase()), two);
  });
}
