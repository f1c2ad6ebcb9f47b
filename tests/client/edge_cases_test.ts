// Edge cases that no other table covers, over each transport.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  appTransport,
  ClientConnectionError,
  ClientConnectorDNSError,
  ClientConnectorError,
  ClientPayloadError,
  ClientRequest,
  ClientResponseError,
  ClientSession,
  ConnectionTimeoutError,
  CookieJar,
  FormBody,
  IncompleteReadError,
  MultipartWriter,
  type RequestOptions,
  ServerDisconnectedError,
  type TraceConfig,
} from "@roundtrip/http";
import { environmentOf } from "../../client/connect/environment.ts";
import { followRedirects } from "../../client/request/redirect.ts";
import { sender } from "../../client/request/send_hop.ts";
import type { ErrorType } from "../_harness.ts";
import { freePort } from "../_process.ts";
import { type RawRequest, rawServer, reply } from "./_raw_server.ts";
import { overEach } from "./_transports.ts";

const header = ({ head }: RawRequest, name: string): string | undefined =>
  new RegExp(`^${name}: (.*?)\\r?$`, "im").exec(head)?.[1];

for (const value of [NaN, Infinity, -Infinity, Symbol("x"), {}, () => 1]) {
  Deno.test(`params: ${String(value)} is refused with its name, nothing is sent`, async () => {
    const app = { fetch: () => Promise.reject(new Error("it was sent")) };
    await using session = new ClientSession({ app });
    const params = { mine: value } as unknown as Record<string, string>;
    const type: ErrorType = typeof value === "number" ? RangeError : TypeError;
    await assertRejects(() => session.get("/", { params }), type, '"mine"');
  });
}

overEach(
  "dot segments are removed before sending, and an absolute URL overrides baseUrl",
  async (open) => {
    await using network = open(({ head }) => reply(head.split(" ")[1] ?? ""), () => reply("other"));
    const [home, other] = network.peers;
    assert(home !== undefined && other !== undefined);
    await using session = new ClientSession({ ...network.options, baseUrl: `${home.url}/a/b/` });
    for (
      const [url, expected] of [
        ["../../x/./y/../z", "/x/z"],
        ["../../../..", "/"],
        ["%2e%2e/c", "/a/c"],
        [`${other.url}/x`, "other"],
      ] as const
    ) {
      await using response = await session.get(url);
      assertEquals(await response.text(), expected, url);
    }
  },
);

Deno.test("credentials of .netrc are looked up for each hop", async () => {
  const seen: (string | null)[] = [];
  const app = {
    fetch(request: Request) {
      seen.push(`${new URL(request.url).hostname} ${request.headers.get("authorization")}`);
      return seen.length < 4
        ? Response.redirect(`http://${["b", "c", "a"][seen.length - 1]}.example/`, 307)
        : new Response();
    },
  };
  const netrc = "machine a.example login a password 1 machine b.example login b password 2";
  const environment = environmentOf((name) => name === "NETRC" ? "/n" : undefined, () => netrc);
  const send = sender({ cookieJar: new CookieJar(), environment }, appTransport(app));
  const request = new ClientRequest({
    method: "GET",
    url: new URL("http://a.example/"),
    headers: new Headers(),
    payload: null,
  });
  const policy = { follow: true, maxRedirects: 10 };
  const { history } = await followRedirects(request, await send(request), policy, send);
  assertEquals(history.length, 3);
  const [a, b] = [`Basic ${btoa("a:1")}`, `Basic ${btoa("b:2")}`];
  assertEquals(seen, [`a.example ${a}`, `b.example ${b}`, "c.example null", `a.example ${a}`]);
});

overEach("a status error reads as aiohttp's, and ends the response", async (open) => {
  await using network = open(() => reply("missing", "HTTP/1.1 404 Not Found"));
  await using session = new ClientSession(network.options);
  const response = await session.get(network.peer.url);
  const error = await assertRejects(
    () => Promise.resolve().then(() => response.raiseForStatus()),
    ClientResponseError,
  );
  assertEquals(error.status, 404);
  assertMatch(error.message, /^404, message='(Not Found)?', url='http:\/\/127\.0\.0\.1:\d+\/'$/);
  await assertRejects(() => response.text(), ClientConnectionError, "Connection closed");
  await using read = await session.get(network.peer.url);
  assertEquals(await read.text(), "missing");
  const withBody = await assertRejects(
    () => session.get(network.peer.url, { raiseForStatus: true }),
    ClientResponseError,
  );
  assertEquals(withBody.body, "missing");
});

overEach(
  "a body shorter than its length is an error after its bytes",
  async (open) => {
    await using network = open(() => ({ last: "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx" }));
    await using session = new ClientSession(network.options);
    const readers:
      readonly ((response: Awaited<ReturnType<typeof session.get>>) => Promise<unknown>)[] = [
        (response) => response.text(),
        (response) => Array.fromAsync(response.content.iterAny()),
        (response) => response.content.readExactly(2),
        (response) => response.json({ contentType: null }),
        (response) => Array.fromAsync(response.content),
      ];
    for (const read of readers) {
      await using response = await session.get(network.peer.url);
      assertEquals([response.status, response.contentLength], [200, 10]);
      await assertRejects(
        () => read(response),
        ClientPayloadError,
        "Response payload is not completed",
      );
    }
    await using response = await session.get(network.peer.url);
    assertEquals(new TextDecoder().decode(await response.content.readAny()), "x");
    await assertRejects(() => response.content.readAny(), ClientPayloadError);
  },
);

Deno.test("a connection that ends before the head is ServerDisconnectedError", async () => {
  await using server = rawServer(() => null);
  await using session = new ClientSession();
  await assertRejects(() => session.post(server.url), ServerDisconnectedError, "127.0.0.1");
  assertEquals(server.requests.length, 1);
});

overEach("the GET behind a redirected POST announces no body", async (open) => {
  await using network = open(({ head }) =>
    head.startsWith("POST") ? reply("", "HTTP/1.1 303 Go", "location: /\r\n") : reply("")
  );
  await using session = new ClientSession(network.options);
  await (await session.post(network.peer.url, { json: { a: 1 } })).read();
  const [post, get] = network.peer.requests;
  assert(post !== undefined && get !== undefined);
  for (const name of ["content-type", "content-length", "transfer-encoding"]) {
    assertEquals(header(get, name), undefined, name);
  }
  assertEquals([header(post, "content-length"), get.body], ["7", ""]);
});

Deno.test("timeout.connect includes the wait for connector.limit", async () => {
  await using server = rawServer(() => "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n");
  await using session = new ClientSession({ connector: { limit: 1 }, timeout: { connect: 100 } });
  await using held = await session.get(server.url);
  const error = await assertRejects(() => session.get(server.url), ConnectionTimeoutError);
  assertEquals([error.phase, error.limit, server.requests.length], ["connect", 100, 1]);
  held.release();
});

const UNREACHABLE: readonly (readonly [string, string, ErrorType, string])[] = [
  ["refused", "http://127.0.0.1:", ClientConnectorError, "Cannot connect to host 127.0.0.1:"],
  [
    "no such host",
    "http://no-such-host.invalid:",
    ClientConnectorDNSError,
    "no-such-host.invalid:",
  ],
];
for (const [name, url, type, message] of UNREACHABLE) {
  Deno.test(`${name}: a typed error, no retry, the trace ends with it`, async () => {
    const port = freePort();
    const lines: string[] = [];
    const trace: TraceConfig = {
      onRequestStart: () => lines.push("start"),
      onRequestHeadersSent: () => lines.push("headers"),
      onRequestEnd: () => lines.push("end"),
      onRequestException: (_, { error }) => lines.push(`exception ${error instanceof type}`),
    };
    await using session = new ClientSession({ traceConfigs: [trace] });
    const error = await assertRejects(() => session.get(`${url}${port}/`), type, message);
    assert(error.cause instanceof Error);
    assertEquals(lines, ["start", "headers", "exception true"]);
  });
}

interface Wire {
  readonly name: string;
  readonly options: () => RequestOptions;
  readonly type: RegExp;
  readonly body: string | RegExp;
}
const part = (type: string, disposition: string, body: string) =>
  `--X\r\nContent-Type: ${type}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${body}\r\n`;
const TEXT = "text/plain; charset=utf-8";
const form = (boundary = "X") => new FormBody({}, { boundary, defaultToMultipart: true });
const WIRE: readonly Wire[] = [
  {
    name: "Content-Type comes first in a part, text is UTF-8",
    options: () => ({ data: form().addField("a", "é").addField("b", "2") }),
    type: /^multipart\/form-data; boundary=X$/,
    body: part(TEXT, 'name="a"', "é") + part(TEXT, 'name="b"', "2") + "--X--\r\n",
  },
  {
    name: "a filename's quotes are escaped as in browsers",
    options: () => ({ data: form().addField("f", new Blob(["1"]), { filename: 'n "é.txt' }) }),
    type: /boundary=X$/,
    body: /name="f"; filename="n %22é\.txt"\r\n\r\n1\r\n--X--\r\n$/,
  },
  {
    name: "a default boundary has 32 hex digits, unquoted",
    options: () => ({ data: new FormBody().addField("f", new Uint8Array(1)) }),
    type: /^multipart\/form-data; boundary=[0-9a-f]{32}$/,
    body: /^--[0-9a-f]{32}\r\n/,
  },
  {
    name: "a boundary with characters beyond a token is quoted",
    options: () => ({ data: form("a b").addField("f", "1") }),
    type: /^multipart\/form-data; boundary="a b"$/,
    body: /^--a b\r\n[^]*--a b--\r\n$/,
  },
  {
    name: "a File has its name and its type, or the type of its extension",
    options: () => ({
      data: form().addField("a", new File(["1"], "a.txt", { type: "text/x" }))
        .addField("file", new File(["{}"], "data.json", { type: "application/json" })),
    }),
    type: /boundary=X$/,
    body: part("text/x", 'name="a"; filename="a.txt"', "1") +
      part("application/json", 'name="file"; filename="data.json"', "{}") + "--X--\r\n",
  },
  {
    name: "urlencoded keeps order and repeats, a space is +",
    options: () => ({ data: [["b", "1 2"], ["a", "ж"], ["b", "&"]] }),
    type: /^application\/x-www-form-urlencoded$/,
    body: "b=1+2&a=%D0%B6&b=%26",
  },
  {
    name: "parts of multipart/mixed have their length; JSON and forms their type",
    options: () => ({
      data: new MultipartWriter("mixed", { boundary: "X" }).append("text")
        .appendJson({ a: 1 }).appendForm([["a", "1 2"]]),
    }),
    type: /^multipart\/mixed; boundary=X$/,
    body: /text\/plain[^]*application\/json[^]*\{"a":1\}[^]*urlencoded[^]*a=1\+2\r\n--X--\r\n$/,
  },
];
for (const { name, options, type, body } of WIRE) {
  overEach(name, async (open) => {
    await using network = open(() => reply(""));
    await using session = new ClientSession(network.options);
    await (await session.post(network.peer.url, options())).read();
    const [request] = network.peer.requests;
    assert(request !== undefined);
    assertMatch(header(request, "content-type") ?? "", type);
    // One character per received byte.
    const bytes = Uint8Array.from(request.body, (each) => each.charCodeAt(0));
    const inProcess = network.options.app !== undefined;
    const text = inProcess ? request.body : new TextDecoder().decode(bytes);
    if (typeof body === "string") assertEquals(text, body);
    else assertMatch(text, body);
    const length = new TextEncoder().encode(text).length;
    assertEquals(header(request, "content-length"), `${length}`);
  });
}

Deno.test("a body of unknown length is chunked, one of known length has Content-Length", async () => {
  await using server = rawServer(() => reply(""));
  await using session = new ClientSession();
  async function* pieces(): AsyncGenerator<string> {
    yield "ab";
    await Promise.resolve();
    yield "c";
  }
  const rows: readonly (readonly [string, RequestOptions, string | undefined])[] = [
    ["text", { data: "abc" }, "3"],
    ["bytes", { data: new Uint8Array(3) }, "3"],
    ["a Blob", { data: new Blob(["abc"]) }, "3"],
    ["nothing", {}, "0"],
    ["an iterable", { data: pieces() }, undefined],
    ["a stream", { data: ReadableStream.from([new Uint8Array(3)]) }, undefined],
    ["compressed", { data: "abc", compress: true }, undefined],
    [
      "a form with a stream",
      { data: new FormBody().addField("f", new Blob(["abc"]).stream()) },
      undefined,
    ],
    ["a stream of known length", { data: pieces(), headers: { "content-length": "3" } }, "3"],
  ];
  for (const [name, options, length] of rows) {
    await (await session.post(server.url, options)).read();
    const request = server.requests.at(-1);
    assert(request !== undefined);
    assertEquals(header(request, "content-length"), length, name);
    const coding = length === undefined ? "chunked" : undefined;
    assertEquals(header(request, "transfer-encoding"), coding, name);
  }
});

const FORBIDDEN: readonly (readonly [string, () => RequestOptions, string])[] = [
  [
    "compress with Content-Encoding",
    () => ({ data: "x", compress: true, headers: { "content-encoding": "gzip" } }),
    "compress can not be set if Content-Encoding header is set",
  ],
  [
    "Content-Length beside Transfer-Encoding",
    () => ({ data: "abc", headers: { "content-length": "3", "transfer-encoding": "chunked" } }),
    "Transfer-Encoding can not be set if Content-Length header is set",
  ],
  [
    "a transfer coding that is not applied",
    () => ({ data: "abc", headers: { "transfer-encoding": "gzip, chunked" } }),
    '"gzip, chunked"',
  ],
  ["chunked without a body", () => ({ headers: { "transfer-encoding": "chunked" } }), '"chunked"'],
  ...([["99", "abc"], ["1", "abc"], ["+3", "abc"], ["1", undefined]] as const).map((
    [length, data],
  ): typeof FORBIDDEN[number] => [
    `Content-Length ${length} of ${data?.length ?? 0}`,
    () => ({ headers: { "content-length": length }, ...(data === undefined ? {} : { data }) }),
    `Content-Length "${length}"`,
  ]),
  ["a control byte in a header", () => ({ headers: { a: "b\x01" } }), '"a"'],
  ["a line break in a field's name", () => ({ data: form().addField("a\0", "1") }), "name"],
  [
    "a line break in a part's header",
    () => ({ data: new MultipartWriter().append("x", { headers: { "x-a": "b\r\nc: d" } }) }),
    "",
  ],
];
for (const [name, options, message] of FORBIDDEN) {
  overEach(`${name} is refused and nothing is sent`, async (open) => {
    await using network = open(() => reply(""));
    await using session = new ClientSession(network.options);
    const send = async () => await session.post(network.peer.url, options());
    await assertRejects(send, TypeError, message);
    assertEquals(network.peer.requests.length, 0);
  });
}

overEach("chunks of the transfer coding through every reader", async (open) => {
  const chunks = ["li", "ne1\nline2\n", "tail"];
  async function* slowly(): AsyncGenerator<string> {
    yield "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for (const chunk of chunks) {
      await new Promise((resolve) => setTimeout(resolve, 30)); // so that each arrives separately
      yield `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
    }
    yield "0\r\n\r\n";
  }
  await using network = open(slowly);
  await using session = new ClientSession(network.options);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const read = async <T>(use: (content: Content) => Promise<T>): Promise<T> => {
    await using response = await session.get(network.peer.url);
    return await use(response.content);
  };
  type Content = Awaited<ReturnType<typeof session.get>>["content"];
  const all = (pieces: AsyncIterable<Uint8Array>) => Array.fromAsync(pieces, text);
  assertEquals(await read((content) => all(content)), ["line1\n", "line2\n", "tail"]);
  assertEquals(await read((content) => all(content.iterChunked(4))), [
    ..."li,ne1\n,line,2\n,tail".split(","),
  ]);
  assertEquals(await read((content) => all(content.iterAny())), chunks);
  assertEquals(await read(async (content) => text(await content.readUntil("2"))), "line1\nline2");
  const short = await read((content) =>
    assertRejects(() => content.readExactly(100), IncompleteReadError)
  );
  assertEquals([text(short.partial), short.expected], [chunks.join(""), 100]);
  await using response = await session.get(network.peer.url);
  assertEquals((await response.content.read(2)).length, 2);
  assertEquals(await response.text(), "ne1\nline2\ntail");
});

overEach("the links of a reply are absolute, after a redirect too", async (open) => {
  await using network = open(({ head }) =>
    head.startsWith("GET /a/b")
      ? reply("", "HTTP/1.1 200 OK", 'link: <next?p=2>; rel="next", <c>\r\n')
      : reply("", "HTTP/1.1 302 Go", "location: /a/b\r\n")
  );
  await using session = new ClientSession(network.options);
  await using response = await session.get(network.peer.url);
  const links = [...response.links].map(([name, { url }]) => `${name} ${url}`);
  const { url } = network.peer;
  assertEquals(links, [`next ${url}/a/next?p=2`, `c ${url}/a/c`]);
  assertStringIncludes(response.url.href, "/a/b");
});
