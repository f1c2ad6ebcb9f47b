import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  ClientPayloadError,
  ClientRequest,
  ClientSession,
  CookieJar,
  InvalidURLRedirectError,
  NonHttpURLError,
  TooManyRedirectsError,
} from "@roundtrip/http";
import { payloadOf } from "../../client/payload_of.ts";
import { nextRequest } from "../../client/redirect.ts";
import { rawServer, reply } from "./_raw_server.ts";

const CODES = [301, 302, 303, 307, 308] as const;
const BASE = "http://a.example:8080/dir/page?x=1";

function hop(method: string, url = BASE, body: string | null = null): ClientRequest {
  return new ClientRequest({
    method,
    url: new URL(url),
    headers: new Headers({ "content-type": "text/mine" }),
    payload: body === null ? null : payloadOf(body),
  });
}

const METHODS: readonly (readonly [string, Record<number, string>, string])[] = [
  ["GET", { 301: "GET", 302: "GET", 303: "GET", 307: "GET", 308: "GET" }, "3.2.6"],
  ["HEAD", { 301: "HEAD", 302: "HEAD", 303: "HEAD", 307: "HEAD", 308: "HEAD" }, "3.2.6"],
  ["POST", { 301: "GET", 302: "GET", 303: "GET", 307: "POST", 308: "POST" }, "3.2.6"],
  ["PUT", { 301: "PUT", 302: "PUT", 303: "GET", 307: "PUT", 308: "PUT" }, "3.2.6"],
  ["PATCH", { 301: "PATCH", 302: "PATCH", 303: "GET", 307: "PATCH", 308: "PATCH" }, "3.2.6"],
  ["DELETE", { 301: "DELETE", 302: "DELETE", 303: "GET", 307: "DELETE", 308: "DELETE" }, "3.2.6"],
];
for (const [method, becomes, row] of METHODS) {
  Deno.test(`${row} nextRequest() after ${method}: method and body by status`, () => {
    for (const code of CODES) {
      const body = method === "GET" || method === "HEAD" ? null : "body";
      const next = nextRequest(hop(method, BASE, body), code, new Headers({ location: "/b" }));
      assertEquals(next?.method, becomes[code], `${code}`);
      const dropped = becomes[code] !== method;
      assertEquals(next?.payload === null, body === null || dropped, `${code}`);
      assertEquals(next?.headers.get("content-type"), "text/mine", "a type of the caller's stays");
    }
  });
}

const TARGETS: readonly (readonly [string, string, string])[] = [
  ["absolute path", "/b", "http://a.example:8080/b"],
  ["relative to the current URL", "b?y", "http://a.example:8080/dir/b?y"],
  ["query alone; params are not applied again", "?q", "http://a.example:8080/dir/page?q"],
  ["scheme-relative", "//other.example/x", "http://other.example/x"],
  ["absolute", "https://a.example/z", "https://a.example/z"],
  ["escapes are kept", "/%41%2f%zz", "http://a.example:8080/%41%2f%25zz"],
  ["raw UTF-8, as the platform shows it", "/\xc3\xa9", "http://a.example:8080/%C3%A9"],
  ["a fragment is not sent", "/b#frag", "http://a.example:8080/b"],
];
for (const [name, location, expected] of TARGETS) {
  Deno.test(`3.2.8 nextRequest() resolves a Location: ${name}`, () => {
    assertEquals(nextRequest(hop("GET"), 302, new Headers({ location }))?.url.href, expected);
  });
}

Deno.test("3.2.8 nextRequest() takes URI where Location is missing, and stops where both are", () => {
  assertEquals(nextRequest(hop("GET"), 302, new Headers({ uri: "/u" }))?.url.pathname, "/u");
  assertEquals(nextRequest(hop("GET"), 302, new Headers()), null);
  assertEquals(nextRequest(hop("GET"), 302, new Headers({ location: "" })), null);
  for (const code of [200, 300, 304, 305, 306, 399]) {
    assertEquals(nextRequest(hop("GET"), code, new Headers({ location: "/" })), null, `${code}`);
  }
});

Deno.test("3.2.8 nextRequest() refuses what is no http or https URL and says where it came from", () => {
  for (const location of ["ftp://x/", "javascript:alert(1)", "file:///etc/passwd"]) {
    const error = assertThrows(
      () => nextRequest(hop("GET"), 302, new Headers({ location })),
      InvalidURLRedirectError,
      `${BASE} redirects to it`,
    );
    assertInstanceOf(error.cause, NonHttpURLError);
  }
  for (const location of ["http:///x", "http://[::1", "http://h:99999/"]) {
    assertThrows(
      () => nextRequest(hop("GET"), 302, new Headers({ location })),
      InvalidURLRedirectError,
    );
  }
});

Deno.test("3.2.10 nextRequest() cannot send a consumed body again and says what to do", () => {
  const request = new ClientRequest({
    method: "PUT",
    url: new URL(BASE),
    headers: new Headers(),
    payload: payloadOf(new Blob(["x"]).stream()),
  });
  for (const code of [301, 302, 307, 308]) {
    assertThrows(
      () => nextRequest(request, code, new Headers({ location: "/" })),
      ClientPayloadError,
      "allowRedirects: false",
    );
  }
  assertEquals(nextRequest(request, 303, new Headers({ location: "/" }))?.payload, null);
});

// security_reliability, figure 16: {codes} x {changes of origin} x {kinds of header}.
const SECRETS = {
  authorization: "Basic secret",
  "proxy-authorization": "Basic secret",
  cookie: "own=secret",
  "x-api-key": "secret",
  "x-auth-token": "secret",
  "x-csrf-token": "secret",
  "x-amz-security-token": "secret",
  origin: "http://secret",
  referer: "http://secret",
};
const ORIGINS: readonly (readonly [string, string, string])[] = [
  ["host", BASE, "http://b.example:8080/"],
  ["port", BASE, "http://a.example:8081/"],
  ["scheme up", "http://a.example/", "https://a.example/"],
  ["scheme down", "https://a.example/", "http://a.example/"],
  ["scheme up on one port", "http://a.example:444/", "https://a.example:444/"],
  ["subdomain", BASE, "http://sub.a.example:8080/"],
  ["parent domain", "http://sub.a.example/", "http://a.example/"],
  ["IP address", "http://localhost/", "http://127.0.0.1/"],
];
Deno.test("3.2.9 nextRequest() lets no secret cross an origin: 5 codes, 8 changes, 9 headers, 3 bodies", () => {
  let rows = 0;
  for (const code of CODES) {
    for (const [name, from, to] of ORIGINS) {
      for (const body of [null, "text", "a=b"]) {
        for (const [header, value] of Object.entries(SECRETS)) {
          const request = new ClientRequest({
            method: body === null ? "GET" : "PUT",
            url: new URL(from),
            headers: new Headers({ [header]: value, accept: "a/b" }),
            cookies: new Map([["request", "secret"]]),
            payload: body === null ? null : payloadOf(body),
          });
          const next = nextRequest(request, code, new Headers({ location: to }));
          assert(next !== null);
          assertEquals([...next.headers], [["accept", "a/b"]], `${code} ${name} ${header}`);
          assertEquals(next.cookies.size, 0);
          const back = nextRequest(next, code, new Headers({ location: from }));
          assertEquals(back?.headers.has(header), false, `${code} ${name} ${header}, back again`);
          const same = nextRequest(request, code, new Headers({ location: `${from}#` }));
          assertEquals([same?.headers.get(header), same?.cookies.size], [value, 1]);
          rows++;
        }
      }
    }
  }
  assertEquals(rows, 1080);
});

Deno.test("3.2.9 credentials in a Location count, whatever was sent before", () => {
  const next = nextRequest(hop("GET"), 302, new Headers({ location: "http://u:%C3%A9@h/" }));
  assertEquals(next?.headers.get("authorization"), "Basic dTrDqQ==");
  assertEquals(next?.url.href, "http://h/");
});

Deno.test("3.2.7 maxRedirects: N is an error at redirect number N, with status 0 and history of N", async () => {
  await using server = rawServer(({ head }) => {
    const n = Number(/\/(\d+)/.exec(head)?.[1]);
    return n < 12 ? reply("", "HTTP/1.1 302 Found", `location: /${n + 1}\r\n`) : reply("end");
  });
  await using session = new ClientSession();
  for (const [maxRedirects, first] of [[10, 0], [1, 11], [3, 5]] as const) {
    const error = await assertRejects(
      () => session.get(`${server.url}/${first}`, { maxRedirects }),
      TooManyRedirectsError,
    );
    assertEquals([error.status, error.history.length], [0, maxRedirects]);
    assertEquals(error.requestInfo.url.pathname, `/${first}`);
  }
  await using nine = await session.get(`${server.url}/3`);
  assertEquals([await nine.text(), nine.history.length], ["end", 9]);
  await using all = await session.get(`${server.url}/0`, { maxRedirects: 0 });
  assertEquals(all.history.length, 12);
});

Deno.test("3.2.8 a redirect without a target is the reply, and in its own history", async () => {
  await using server = rawServer(() => reply("body", "HTTP/1.1 302 Found"));
  await using session = new ClientSession();
  await using response = await session.get(server.url);
  assertEquals([response.status, await response.text()], [302, "body"]);
  assertEquals(response.history.map((each) => each.status), [302]);
});

Deno.test("3.2.9, 3.2.11 cookies over hops: the jar's by origin, the request's only at home", async () => {
  await using other = rawServer(({ head }) => reply(/^cookie: (.*)$/im.exec(head)?.[1] ?? "none"));
  await using server = rawServer(({ head }) =>
    head.startsWith("GET /start")
      ? reply("", "HTTP/1.1 302 Found", "location: /next\r\nset-cookie: hop=1\r\n")
      : reply(
        "",
        "HTTP/1.1 307 Go",
        `location: ${other.url.replace("127.0.0.1", "localhost")}\r\nset-cookie: hop2=2\r\n`,
      )
  );
  await using session = new ClientSession({ cookieJar: new CookieJar({ unsafe: true }) });
  await using response = await session.get(`${server.url}/start`, { cookies: { mine: "m" } });
  assertEquals(await response.text(), "none");
  assert(
    /^cookie: hop=1; mine=m$/im.test(server.requests[1]?.head ?? ""),
    server.requests[1]?.head,
  );
  assertEquals(response.cookies.size, 0);
  assertEquals([...session.cookieJar.filterCookies(new URL(server.url)).keys()], ["hop", "hop2"]);
});
