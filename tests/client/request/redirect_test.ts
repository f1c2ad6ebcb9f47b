import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  ClientPayloadError,
  ClientRequest,
  ClientSession,
  CookieJar,
  InvalidURLRedirectError,
  NonHttpURLError,
  request,
  ServerTimeoutError,
  TooManyRedirectsError,
} from "@roundtrip/http";
import { payloadOf } from "../../../client/body/payload_of.ts";
import { nextRequest } from "../../../client/request/redirect.ts";
import { type RawAnswer, type RawRequest, rawServer, reply } from "../_raw_server.ts";
import { overEach } from "../_transports.ts";

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

const METHODS: readonly (readonly [string, Record<number, string>])[] = [
  ["GET", { 301: "GET", 302: "GET", 303: "GET", 307: "GET", 308: "GET" }],
  ["HEAD", { 301: "HEAD", 302: "HEAD", 303: "HEAD", 307: "HEAD", 308: "HEAD" }],
  ["POST", { 301: "GET", 302: "GET", 303: "GET", 307: "POST", 308: "POST" }],
  ["PUT", { 301: "PUT", 302: "PUT", 303: "GET", 307: "PUT", 308: "PUT" }],
  ["PATCH", { 301: "PATCH", 302: "PATCH", 303: "GET", 307: "PATCH", 308: "PATCH" }],
  ["DELETE", { 301: "DELETE", 302: "DELETE", 303: "GET", 307: "DELETE", 308: "DELETE" }],
];
for (const [method, becomes] of METHODS) {
  Deno.test(`nextRequest() after ${method}: method and body by status`, () => {
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
  ["only a query; params are not applied again", "?q", "http://a.example:8080/dir/page?q"],
  ["scheme-relative", "//other.example/x", "http://other.example/x"],
  ["absolute", "https://a.example/z", "https://a.example/z"],
  ["escapes are unchanged", "/%41%2f%zz", "http://a.example:8080/%41%2f%25zz"],
  ["raw Latin-1", "/\xe9?q=\xfc", "http://a.example:8080/%E9?q=%FC"],
  ["a host in raw UTF-8", "http://\xc3\xa4.example/", "http://xn--4ca.example/"],
  ["raw UTF-8, as shown by the platform", "/\xc3\xa9", "http://a.example:8080/%C3%A9"],
  ["a fragment is not sent", "/b#frag", "http://a.example:8080/b"],
];
for (const [name, location, expected] of TARGETS) {
  Deno.test(`nextRequest() resolves a Location: ${name}`, () => {
    assertEquals(nextRequest(hop("GET"), 302, new Headers({ location }))?.url.href, expected);
  });
}

Deno.test("two different Location lines are refused, equal ones are one", async () => {
  await using server = rawServer(({ head }) => {
    const lines = /^GET \/(\S*)/.exec(head)?.[1]?.split("~") ?? [];
    if (lines.length < 2) return "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    const headers = lines.map((each) => `Location: /${each}\r\n`).join("");
    return `HTTP/1.1 302 Found\r\ncontent-length: 0\r\n${headers}\r\n`;
  });
  await using session = new ClientSession({ connector: { transport: "sockets" } });
  await using equal = await session.get(`${server.url}/a~a~a`);
  assertEquals([equal.url.pathname, await equal.text()], ["/a", "ok"]);
  for (const lines of ["a~b", "a~a~b"]) {
    await assertRejects(
      () => session.get(`${server.url}/${lines}`),
      InvalidURLRedirectError,
      "redirects to /b too",
    );
  }
  await using comma = await session.get(`${server.url}/a,%20b~a,%20b`);
  assertEquals(comma.url.pathname, "/a,%20b");
});

Deno.test("nextRequest() falls back to URI, and stops without both", () => {
  assertEquals(nextRequest(hop("GET"), 302, new Headers({ uri: "/u" }))?.url.pathname, "/u");
  assertEquals(nextRequest(hop("GET"), 302, new Headers()), null);
  assertEquals(nextRequest(hop("GET"), 302, new Headers({ location: "" })), null);
  for (const code of [200, 300, 304, 305, 306, 399]) {
    assertEquals(nextRequest(hop("GET"), code, new Headers({ location: "/" })), null, `${code}`);
  }
});

Deno.test("nextRequest() refuses URLs of other schemes and names the source", () => {
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

Deno.test("nextRequest() cannot resend a consumed body and gives advice", () => {
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

// {codes} x {changes of origin} x {kinds of header}.
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
Deno.test("nextRequest() sends no secret to another origin: 5 codes, 8 changes, 9 headers, 3 bodies", () => {
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

Deno.test("credentials in a Location override earlier ones", () => {
  const next = nextRequest(hop("GET"), 302, new Headers({ location: "http://u:%C3%A9@h/" }));
  assertEquals(next?.headers.get("authorization"), "Basic dTrDqQ==");
  assertEquals(next?.url.href, "http://h/");
});

/** A raw redirect response. */
function redirectTo(location: string, code = 302, headers = ""): string {
  return reply("", `HTTP/1.1 ${code} Go`, `location: ${location}\r\n${headers}`);
}

/** A request as seen by the peer: method, target, relevant headers, body. */
function shown({ head, body }: RawRequest): string {
  const names = ["cookie", "authorization", "content-type", "x-api-key"];
  const sent = names.map((name) => new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[0].trim())
    .filter((line) => line !== undefined);
  return [head.split(" HTTP/1.1", 1)[0], ...sent, body].join(" | ");
}

for (const [method, becomes] of METHODS) {
  overEach(`${method}: what the server sees behind each status`, async (open) => {
    await using network = open(({ head }) => {
      const code = /^\S+ \/(\d+)/.exec(head)?.[1];
      return code === undefined ? reply("end") : redirectTo("/end?q#f", Number(code));
    });
    await using session = new ClientSession(network.options);
    const hasBody = method !== "GET" && method !== "HEAD";
    for (const code of CODES) {
      await using response = await session.request(method, `${network.peer.url}/${code}?p`, {
        allowRedirects: true,
        headers: { "content-type": "a/b" },
        ...(hasBody ? { data: "body" } : {}),
      });
      const now = becomes[code];
      assertEquals(await response.text(), now === "HEAD" ? "" : "end", `${code}`);
      assertEquals(response.method, now);
      assertEquals(response.url.href, `${network.peer.url}/end?q`);
      assertEquals(response.history.map(({ status, url }) => `${status} ${url.pathname}`), [
        `${code} /${code}`,
      ]);
      const last = network.peer.requests.at(-1);
      assert(last !== undefined);
      const body = hasBody && now === method ? "body" : "";
      assertEquals(shown(last), `${now} /end?q | content-type: a/b | ${body}`, `${code}`);
    }
  });
}

overEach(
  "credentials, cookies and keys are not sent to another origin, for every status and body",
  async (open) => {
    let target = "";
    await using network = open(
      ({ head }) => redirectTo(`${target}/x`, Number(/\/(\d+)/.exec(head)?.[1])),
      () => reply("end"),
    );
    const [home, away] = network.peers;
    assert(home !== undefined && away !== undefined);
    target = away.url;
    await using session = new ClientSession({
      ...network.options,
      cookieJar: new CookieJar({ unsafe: true }),
    });
    for (const code of CODES) {
      for (const data of [undefined, "text", new Blob(["blob"]), { a: "b" }]) {
        await using response = await session.put(`${home.url}/${code}`, {
          auth: { login: "u", password: "secret" },
          cookies: { own: "secret" },
          headers: { "x-api-key": "secret" },
          ...(data === undefined ? {} : { data }),
        });
        assertEquals(await response.text(), "end");
        const last = away.requests.at(-1);
        assert(last !== undefined && !last.head.includes("secret"), last?.head);
        assertEquals(last.body === "", code === 303 || data === undefined, `${code}`);
        assert(home.requests.at(-1)?.head.match(/secret/g)?.length === 2, "it was not sent at all");
      }
    }
  },
);

overEach("credentials in a Location count, and are not shown in the URL", async (open) => {
  const location = (url: string) => url.replace("//", "//new:%C3%A9@");
  await using there = open(({ head }) =>
    head.startsWith("GET /start") ? redirectTo(`${location(there.peer.url)}/end`) : reply("end")
  );
  await using session = new ClientSession(there.options);
  await using response = await session.get(`${there.peer.url}/start`, { auth: { login: "old" } });
  assertEquals(response.url.href, `${there.peer.url}/end`);
  assertEquals(there.peer.requests.map(shown), [
    "GET /start | authorization: Basic b2xkOg== | ",
    "GET /end | authorization: Basic bmV3OsOp | ",
  ]);
});

overEach(
  "an invalid Location is an error, and nothing is left open",
  async (open) => {
    let location = "";
    await using network = open(() => redirectTo(location));
    await using session = new ClientSession(network.options);
    for (location of ["ftp://x/", "javascript:alert(1)", "http:///x", "http://[::1"]) {
      await assertRejects(() => session.get(network.peer.url), InvalidURLRedirectError, location);
    }
    assertEquals(network.peer.requests.length, 4);
  },
);

overEach(
  "a consumed body is an error with advice, except for 303",
  async (open) => {
    await using network = open(({ head, body }) =>
      head.includes(" /end ") ? reply(body) : redirectTo("/end", Number(/\/(\d+)/.exec(head)?.[1]))
    );
    await using session = new ClientSession(network.options);
    for (const code of CODES) {
      const put = () =>
        session.put(`${network.peer.url}/${code}`, { data: new Blob(["once"]).stream() });
      if (code !== 303) await assertRejects(put, ClientPayloadError, "allowRedirects: false");
      else assertEquals(await (await put()).text(), "");
    }
  },
);

overEach(
  "maxRedirects: N is an error at redirect number N, with status 0 and history of N",
  async (open) => {
    await using network = open(({ head }): RawAnswer => {
      const n = Number(/\/(\d+)/.exec(head)?.[1]);
      return n < 12 ? redirectTo(`/${n + 1}`) : reply("end");
    });
    const { url } = network.peer;
    await using session = new ClientSession(network.options);
    for (const [maxRedirects, first] of [[10, 0], [1, 11], [3, 5]] as const) {
      const error = await assertRejects(
        () => session.get(`${url}/${first}`, { maxRedirects }),
        TooManyRedirectsError,
      );
      assertEquals([error.status, error.history.length], [0, maxRedirects]);
      assertEquals(error.requestInfo.url.pathname, `/${first}`);
    }
    await using nine = await session.get(`${url}/3`);
    assertEquals([await nine.text(), nine.history.length], ["end", 9]);
    await using all = await session.get(`${url}/0`, { maxRedirects: 0 });
    assertEquals(all.history.length, 12);
  },
);

overEach("a redirect without a target is the reply, and in its own history", async (open) => {
  await using network = open(() => reply("body", "HTTP/1.1 302 Found"));
  await using session = new ClientSession(network.options);
  await using response = await session.get(network.peer.url);
  assertEquals([response.status, await response.text()], [302, "body"]);
  assertEquals(response.history.map((each) => each.status), [302]);
});

overEach(
  "cookies over hops: the jar's by origin, the request's only for its own origin",
  async (open) => {
    let target = "";
    await using network = open(
      ({ head }) =>
        head.startsWith("GET /start")
          ? redirectTo("/next", 302, "set-cookie: hop=1\r\n")
          : redirectTo(target, 307, "set-cookie: hop2=2\r\n"),
      ({ head }) => reply(/^cookie: (.*)$/im.exec(head)?.[1] ?? "none"),
    );
    const [home, away] = network.peers;
    assert(home !== undefined && away !== undefined);
    target = away.url.replace("127.0.0.1", "localhost");
    await using session = new ClientSession({
      ...network.options,
      cookieJar: new CookieJar({ unsafe: true }),
    });
    await using response = await session.get(`${home.url}/start`, { cookies: { mine: "m" } });
    assertEquals(await response.text(), "none");
    assertEquals(home.requests.map(shown), [
      "GET /start | cookie: mine=m | ",
      "GET /next | cookie: hop=1; mine=m | ",
    ]);
    assertEquals(response.cookies.size, 0);
    assertEquals([...session.cookieJar.filterCookies(new URL(home.url)).keys()], ["hop", "hop2"]);
  },
);

overEach("timeout.total spans all hops and the body", async (open) => {
  const pauses: Promise<void>[] = [];
  const later = async (text: string): Promise<string> => {
    const pause = new Promise<void>((resolve) => setTimeout(resolve, 120));
    pauses.push(pause);
    await pause;
    return text;
  };
  await using network = open(({ head }) => {
    const n = Number(/\/(\d+)/.exec(head)?.[1]);
    return n < 9 ? later(redirectTo(`/${n + 1}`)) : reply("end");
  });
  await using session = new ClientSession({ ...network.options, timeout: { total: 400 } });
  const start = performance.now();
  const error = await assertRejects(() => session.get(`${network.peer.url}/0`), ServerTimeoutError);
  assertEquals([error.phase, error.limit, error.url.pathname], ["total", 400, "/0"]);
  assert(performance.now() - start < 1000, "each hop had a limit of its own");
  const seen = network.peer.requests.length;
  assert(seen > 1 && seen < 9, `${seen} hops`);
  await Promise.all(pauses);
});

overEach("request() keeps its cookies and credentials from other origins", async (open) => {
  const names = /^(?:cookie|authorization|x-key): .*$/gm;
  const echo = ({ head }: RawRequest) => reply([...head.match(names) ?? []].sort().join());
  let target = "";
  await using network = open(
    ({ head }) =>
      reply("", "HTTP/1.1 302 Found", `location: ${head.includes("/out") ? target : "/in"}\r\n`),
    echo,
  );
  const [home, other] = network.peers.map((each) => each.url);
  target = `${other}/`;
  await using response = await request("GET", `${home}/out`, {
    ...network.options,
    cookies: { sid: "secret" },
    headers: { "x-key": "secret" },
    auth: { login: "u", password: "secret" },
  });
  assertEquals([response.history.length, await response.text()], [1, ""]);
});
