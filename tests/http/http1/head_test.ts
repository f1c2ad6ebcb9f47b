import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseRequestHead } from "../../../http/http1/head.ts";
import { DEFAULT_HEAD_LIMITS, HttpSyntaxError } from "../../../http/http1/head_rules.ts";
import { type Outcome, type Reading, readMessage } from "./_message.ts";

/** Expected result: a part of the outcome, or the start of the error. */
type Case = readonly [
  rule: string,
  message: string,
  expected: Partial<Outcome> | string,
  reading?: Partial<Reading>,
];

const REPLIES: readonly Case[] = [
  ["RFC 9112 4: a reply", "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nhiX", {
    first: "1 200 OK",
    headers: [["A", "b"], ["Content-Length", "2"]],
    body: "hi",
    rest: "X",
    persists: true,
  }],
  ["RFC 9112 4: a reason may be empty", "HTTP/1.1 204 \r\n\r\n", { first: "1 204 " }],
  ["RFC 9112 4: its blank is often missing", "HTTP/1.1 204\r\n\r\n", { first: "1 204 " }],
  ["RFC 9112 4: a reason of one letter", "HTTP/1.1 204 x\r\n\r\n", { first: "1 204 x" }],
  ["RFC 9112 4: a reason in Latin-1", "HTTP/1.1 204 \xe9t\xe9 1\r\n\r\n", {
    first: "1 204 \xe9t\xe9 1",
  }],
  ["RFC 9112 2.3: HTTP/1.0", "HTTP/1.0 204 OK\r\n\r\n", { first: "0 204 OK", persists: false }],
  ["RFC 9112 2.3: other versions", "HTTP/2.0 200 OK\r\n\r\n", "400: a reply does not begin"],
  ["RFC 9112 2.3: case counts", "http/1.1 200 OK\r\n\r\n", "400: a reply does not begin"],
  ["RFC 9112 4: a status has three digits", "HTTP/1.1 20 OK\r\n\r\n", "400: a reply does not"],
  ["RFC 9112 4: and no more", "HTTP/1.1 2000 OK\r\n\r\n", "400: a status line does not end"],
  ["RFC 9110 15: from 100 on", "HTTP/1.1 099 OK\r\n\r\n", "400: a reply does not begin"],
  ["RFC 9112 4: one blank", "HTTP/1.1  200 OK\r\n\r\n", "400: a reply does not begin"],
  ["RFC 9112 2.2: no empty line before a reply", "\r\nHTTP/1.1 200 OK\r\n\r\n", "400: a reply"],
  [
    "RFC 9112 2.2: a bare LF",
    "HTTP/1.1 200 OK\nA: b\r\n\r\n",
    '400: a line ends without CR: "HTTP',
  ],
  [
    "RFC 9112 2.2: a bare LF in a value",
    "HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n",
    "400: a line ends",
  ],
  ["RFC 9112 2.2: two LF as the end", "HTTP/1.1 204 OK\r\nA: b\n\n", "400: a line ends without CR"],
  ["RFC 9112 2.2: LF CR LF", "HTTP/1.1 204 OK\r\nA: b\n\r\n", "400: a line ends without CR"],
  ["RFC 9112 2.2: a bare CR", "HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n", "400: a header holds a"],
  [
    "RFC 9110 5.5: NUL",
    "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n",
    '400: a header holds a control character: "A: b\\x00',
  ],
  ["RFC 9110 5.5: DEL", "HTTP/1.1 200 OK\r\nA: b\x7f\r\n\r\n", "400: a header holds a control"],
  ["RFC 9110 5.5: tabs and obs-text", "HTTP/1.1 204 OK\r\nA: \t\xe9\tx \t\r\n\r\n", {
    headers: [["A", "\xe9\tx"]],
  }],
  [
    "RFC 9112 5.1: a blank before the colon",
    "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
    '400: a line of the head is not a header: "A : b"',
  ],
  ["RFC 9112 5.1: no colon", "HTTP/1.1 200 OK\r\nAb\r\n\r\n", "400: a line of the head is not"],
  ["RFC 9112 5.1: no name", "HTTP/1.1 200 OK\r\n: b\r\n\r\n", "400: a line of the head is not"],
  ["RFC 9110 5.6.2: a name that is not a token", "HTTP/1.1 200 OK\r\nA(: b\r\n\r\n", "400: a line"],
  [
    "RFC 9112 2.2: a blank line first",
    "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
    "400: a line of the head",
  ],
  ["RFC 9112 5.2: a fold is a blank", "HTTP/1.1 204 OK\r\nA: b \r\n\t c\r\n  d\r\nE: f\r\n\r\n", {
    headers: [["A", "b c d"], ["E", "f"]],
  }],
  [
    "RFC 9112 5.2: but not where framing is",
    "HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\nhi",
    "400: a header goes on",
  ],
  [
    "RFC 9112 5.2: nor in Transfer-Encoding",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: x,\r\n chunked\r\n\r\n",
    "400: a header goes on",
  ],
  ["RFC 9112 5: an empty value", "HTTP/1.1 204 OK\r\nA:\r\nB: \r\n\r\n", {
    headers: [["A", ""], ["B", ""]],
  }],
  ["a limit of lines", "HTTP/1.1 204 OK\r\nA: b\r\nA: b\r\n\r\n", "431: more than 1 header lines", {
    limits: { maxHeaders: 1 },
  }],
  [
    "a limit of a line",
    "HTTP/1.1 204 OK\r\nA: 123456789012345678\r\n\r\n",
    "431: a header line over 20 bytes",
    {
      limits: { maxLineSize: 20 },
    },
  ],
  [
    "a limit of the first line",
    `HTTP/1.1 204 ${"x".repeat(30)}\r\n\r\n`,
    "431: a first line over",
    {
      limits: { maxLineSize: 40 },
    },
  ],
  ["a limit of the head", "HTTP/1.1 204 OK\r\nA: b\r\n\r\n", "431: a head over 20 bytes", {
    limits: { maxHeadSize: 20 },
  }],
  ["a limit of a head without an end", "HTTP/1.1 204 OK\r\nA: bbbbb", "431: a head over 20 bytes", {
    limits: { maxHeadSize: 20 },
  }],
];

const FRAMINGS: readonly Case[] = [
  ["RFC 9112 6.3, rule 1: HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nX", {
    body: "",
    rest: "X",
    persists: true,
  }, { method: "HEAD" }],
  ["RFC 9112 6.3, rule 1: 304", "HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\nX", {
    rest: "X",
    persists: true,
  }],
  ["RFC 9112 6.3, rule 1: 204", "HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\nhello", {
    rest: "hello",
    persists: false,
  }],
  ["RFC 9112 6.1: 204 in chunks", "HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n", {
    persists: false,
  }],
  ["RFC 9112 6.3, rule 1: 103", "HTTP/1.1 103 x\r\nLink: a\r\n\r\nX", {
    rest: "X",
    persists: true,
  }],
  ["RFC 9110 7.8: 101", "HTTP/1.1 101 x\r\nUpgrade: a\r\n\r\nX", { rest: "X", persists: false }],
  ["RFC 9112 6.3, rule 2: CONNECT", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nX", {
    rest: "X",
    persists: false,
  }, { method: "CONNECT" }],
  [
    "RFC 9112 6.3, rule 3: both",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "400: Content-Length beside",
  ],
  [
    "RFC 9112 6.3, rule 4: in any case",
    "HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\n\r\n0\r\n\r\nX",
    {
      body: "",
      rest: "X",
      persists: true,
    },
  ],
  [
    "RFC 9112 6.1: an unknown coding",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "400: chunked is not the last coding",
  ],
  [
    "RFC 9112 6.1: gzip in transfer",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "400: an unknown transfer coding",
  ],
  [
    "RFC 9112 6.1: chunked twice",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    "400: chunked more than once",
  ],
  [
    "RFC 9112 6.1: chunked and identity",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
    "400: chunked is not the last coding",
  ],
  [
    "RFC 9112 6.1: no coding",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n",
    "400: chunked is not the last coding",
  ],
  [
    "RFC 9112 6.1: in HTTP/1.0, and closed behind",
    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    {
      body: "",
      persists: false,
    },
  ],
  [
    "RFC 9112 6.3, rule 5: lengths that differ",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi",
    "400: a length that is not one",
  ],
  [
    "RFC 9112 6.3, rule 5: equal ones",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhiX",
    {
      body: "hi",
      rest: "X",
    },
  ],
  [
    "RFC 9112 6.3, rule 5: a list of equal ones",
    "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi",
    {
      body: "hi",
    },
  ],
  ...["+2", "-2", "2.0", "0x2", "2 2", "", "two", "2,", "9007199254740993"].map((length): Case => [
    `RFC 9110 8.6: "${length}" is not a length`,
    `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\nhi`,
    "400: a length that is not one number",
  ]),
  ["RFC 9112 6.3, rule 8: until the end", "HTTP/1.1 200 OK\r\n\r\nhi there", {
    body: "hi there",
    persists: false,
  }, { closes: true }],
  ["RFC 9112 6.3: no end yet", "HTTP/1.1 200 OK\r\n\r\nhi there", "incomplete"],
  [
    "RFC 9112 8: cut before its length",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
    "incomplete",
    {
      closes: true,
    },
  ],
  [
    "RFC 9112 8: cut before the last chunk",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
    "incomplete",
    {
      closes: true,
    },
  ],
  ["RFC 9112 9.3: close", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n", {
    persists: false,
  }],
  [
    "RFC 9112 9.3: keep-alive in HTTP/1.0",
    "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n",
    {
      persists: true,
    },
  ],
  [
    "RFC 9112 9.3: close on a second line",
    "HTTP/1.1 200 OK\r\nConnection: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    {
      persists: false,
    },
  ],
];

const chunked = (rest: string): string =>
  `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${rest}`;

const CHUNKS: readonly Case[] = [
  ["RFC 9112 7.1: chunks", chunked("2\r\nhi\r\nA\r\n, all of u\r\n00\r\n\r\nX"), {
    body: "hi, all of u",
    trailers: [],
    rest: "X",
    persists: true,
  }],
  ["RFC 9112 7.1.1: extensions", chunked('2;a=b;c="d"\r\nhi\r\n0;e\r\n\r\n'), { body: "hi" }],
  ["RFC 9112 7.1.2: trailers", chunked("2\r\nhi\r\n0\r\nA: b\r\nC: d\r\n\r\nX"), {
    body: "hi",
    trailers: [["A", "b"], ["C", "d"]],
    rest: "X",
  }],
  ["RFC 9112 7.1: a size that is not a number", chunked("x\r\nhi\r\n"), "400: a chunk size"],
  ["RFC 9112 7.1: no size", chunked("\r\nhi\r\n"), "400: a chunk size that is not a number"],
  ["RFC 9112 7.1: a sign", chunked("+2\r\nhi\r\n0\r\n\r\n"), "400: a chunk size"],
  ["RFC 9112 7.1: 0x", chunked("0x2\r\nhi\r\n0\r\n\r\n"), "400: a chunk size"],
  ["RFC 9112 7.1: a blank behind the size", chunked("2 \r\nhi\r\n0\r\n\r\n"), "400: a chunk size"],
  ["RFC 9112 7.1: a blank before it", chunked(" 2\r\nhi\r\n0\r\n\r\n"), "400: a chunk size"],
  ["RFC 9112 7.1: more than 2^52 bytes", chunked("10000000000000\r\n"), "400: a chunk too large"],
  ["RFC 9112 2.2: a bare LF behind the size", chunked("2\nhi\r\n0\r\n\r\n"), "400: a chunk size"],
  ["RFC 9112 2.2: CR without LF", chunked("2\rhi\r\n0\r\n\r\n"), "400: a chunk size"],
  [
    "RFC 9112 7.1.1: a bare LF in an extension",
    chunked("2;a\nhi\r\n0\r\n\r\n"),
    "400: a chunk size",
  ],
  ["RFC 9112 7.1.1: a bare CR in an extension", chunked("2;a\rb\r\nhi\r\n"), "400: a chunk size"],
  ["RFC 9112 7.1: longer than its size", chunked("2\r\nhi!\r\n0\r\n\r\n"), "400: a chunk longer"],
  ["RFC 9112 7.1: a bare LF behind the data", chunked("2\r\nhi\n0\r\n\r\n"), "400: a chunk longer"],
  ["RFC 9112 7.1: shorter than its size", chunked("4\r\nhi\r\n0\r\n\r\n"), "400: a chunk longer"],
  [
    "RFC 9112 7.1.2: a trailer with a fold",
    chunked("0\r\nA: b\r\n c\r\n\r\n"),
    "400: a header goes on",
  ],
  [
    "RFC 9112 7.1.2: a trailer that is not one",
    chunked("0\r\nA b\r\n\r\n"),
    "400: a line of the head",
  ],
  [
    "RFC 9112 2.2: a bare LF in trailers",
    chunked("0\r\nA: b\n\r\n"),
    "400: a line ends without CR",
  ],
  ["RFC 9112 2.2: a bare LF as the end", chunked("0\r\n\n"), "400: a line ends without CR"],
  [
    "RFC 9110 6.5.1: framing in trailers",
    chunked("0\r\nContent-Length: 2\r\n\r\n"),
    "400: framing in",
  ],
  ["a limit of trailers", chunked(`0\r\nA: ${"b".repeat(80)}`), "431: a head over 80 bytes", {
    limits: { maxHeadSize: 80 },
  }],
  ["a limit of lines of trailers", chunked("0\r\nA: b\r\nA: b\r\n\r\n"), "431: more than 1", {
    limits: { maxHeaders: 1 },
  }],
  ["a limit of extensions", chunked(`2;${"a".repeat(17_000)}\r\nhi`), "400: chunk extensions over"],
  [
    "a limit of extensions of all chunks",
    chunked(`1;${"a".repeat(99)}\r\nx\r\n`.repeat(200)),
    "400: chunk extensions over",
  ],
];

const get = (rest: string): string => `GET /a HTTP/1.1\r\n${rest}\r\n`;

const REQUESTS: readonly Case[] = [
  ["RFC 9112 3: a request", "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\nX", {
    first: "GET /a?b=c 1",
    headers: [["Host", "x"]],
    body: "",
    rest: "X",
    persists: true,
  }],
  ["RFC 9112 6: with a length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhiX", {
    body: "hi",
    rest: "X",
  }],
  [
    "RFC 9112 7.1: in chunks",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nX",
    {
      body: "hi",
      rest: "X",
    },
  ],
  ["RFC 9112 2.2: empty lines before it", "\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", {
    first: "GET /a 1",
  }],
  ["RFC 9112 2.2: a bare LF before it", "\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", "400: a line ends"],
  [
    "RFC 9110 9.1: any token is a method",
    "m-search * HTTP/1.1\r\nHost: x\r\n\r\n",
    "400: a target",
  ],
  ["RFC 9110 9.1: in its case", "get /a HTTP/1.1\r\nHost: x\r\n\r\n", { first: "get /a 1" }],
  ["RFC 9110 9.1: not a token", "G(T /a HTTP/1.1\r\nHost: x\r\n\r\n", "400: a request does not"],
  ["RFC 9112 3: two blanks", "GET  /a HTTP/1.1\r\nHost: x\r\n\r\n", "400: a request does not"],
  ["RFC 9112 3: a blank in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "400: a request"],
  ["RFC 9112 3: a tab", "GET\t/a HTTP/1.1\r\nHost: x\r\n\r\n", "400: a request does not begin"],
  ["RFC 9112 3: HTTP/0.9", "GET /a\r\n\r\n", "400: a request does not begin"],
  ["RFC 9110 15.6.6: a version", "GET /a HTTP/2.0\r\nHost: x\r\n\r\n", "505: a version"],
  ["RFC 9110 15.6.6: the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505: a version"],
  ["RFC 9112 3.2: a control character", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", "400: a request"],
  ["RFC 9112 3.2: a fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", "400: a request does not"],
  ["RFC 9112 3.2: bytes above ASCII", "GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", {
    first: "GET /%C3%A9 1",
  }],
  ["RFC 9112 3.2.2: absolute-form", "GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n", {
    first: "GET http://x/a 1",
  }],
  ["RFC 9112 3.2.3: authority-form", "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", {
    first: "CONNECT x:443 1",
  }],
  ["RFC 9112 3.2.4: asterisk-form", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", {
    first: "OPTIONS * 1",
  }],
  ["RFC 9112 3.2: a target without a slash", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", "400: a target"],
  [
    "RFC 9112 3.2: no host behind the scheme",
    "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n",
    "400: a target",
  ],
  ["RFC 9112 3.2: no Host", get(""), "400: a request without Host"],
  ["RFC 9112 3.2: two of them", get("Host: x\r\nHost: x\r\n"), "400: more than one Host"],
  ["RFC 9112 3.2: none in HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", { persists: false }],
  ["RFC 9112 5.2: a fold", get("Host: x\r\nA: b\r\n c\r\n"), "400: a header goes on"],
  [
    "RFC 9112 6.1: both",
    get("Host: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n"),
    "400: Content-Length beside",
  ],
  [
    "RFC 9112 6.1: an unknown coding",
    get("Host: x\r\nTransfer-Encoding: gzip, chunked\r\n"),
    "501: an unknown transfer coding",
  ],
  ...([
    ["chunked, chunked", "400: chunked more than once"],
    ["chunked\r\nTransfer-Encoding: chunked", "400: chunked more than once"],
    ["gzip, Chunked, chunked", "400: chunked more than once"],
    ["gzip\r\nTransfer-Encoding: chunked", "501: an unknown transfer coding"],
    ["chunked, gzip", "400: chunked is not the last"],
    ["chunked\r\nTransfer-Encoding: identity", "400: chunked is not the last"],
    ["identity", "400: chunked is not the last"],
    ["gzip", "400: chunked is not the last"],
    ["xchunked", "400: chunked is not the last"],
    ['"chunked"', "400: chunked is not the last"],
    ["chunked;a=b", "400: chunked is not the last"],
    ["", "400: chunked is not the last"],
    ["chunked,", "400: chunked is not the last"],
    [",chunked", "400: a transfer coding without a name"],
  ] as const).map(([codings, expected]): Case => [
    `RFC 9112 6.3: ${JSON.stringify(codings)} of a request`,
    get(`Host: x\r\nTransfer-Encoding: ${codings}\r\n`),
    expected,
  ]),
  [
    "RFC 9112 6.1: in HTTP/1.0",
    "GET /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "400: Transfer-Encoding in HTTP/1.0",
  ],
  [
    "RFC 9112 6.3: equal lengths twice",
    get("Host: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n"),
    "400: a length",
  ],
  ["RFC 9112 6.3: a list", get("Host: x\r\nContent-Length: 0, 0\r\n"), "400: a length"],
  [
    "RFC 9110 15.5.15: a long target",
    `GET /${"a".repeat(99)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    "414: a first line",
    {
      limits: { maxLineSize: 60 },
    },
  ],
  ["RFC 6585 5: a long line", get(`Host: x\r\nA: ${"b".repeat(99)}\r\n`), "431: a header line", {
    limits: { maxLineSize: 60 },
  }],
];

const TABLES = { REPLIES, FRAMINGS, CHUNKS, REQUESTS };

for (const [table, cases] of Object.entries(TABLES)) {
  for (const [rule, message, expected, options] of cases) {
    Deno.test(`http1, ${table.toLowerCase()}: ${rule}`, () => {
      const reading = { method: table === "REQUESTS" ? null : "GET", ...options };
      const whole = readMessage([message], reading);
      if (typeof expected === "string") {
        assert(typeof whole === "string" && whole.startsWith(expected), JSON.stringify(whole));
      } else {
        assert(typeof whole !== "string", `${whole}`);
        for (const [key, value] of Object.entries(expected)) {
          assertEquals(whole[key as keyof Outcome], value, key);
        }
      }
      // Two pieces cut everywhere, and byte by byte. A refusal may come before the end has come.
      const step = Math.ceil(message.length / 300);
      for (let at = 1; at < message.length; at += step) {
        assertEquals(
          readMessage([message.slice(0, at), message.slice(at)], reading),
          whole,
          `${at}`,
        );
      }
      if (message.length < 1000) assertEquals(readMessage([...message], reading), whole);
    });
  }
}

Deno.test("header lines that are sent again are the same, others of their length are not", () => {
  const read = (lines: string, limits = DEFAULT_HEAD_LIMITS) => {
    const bytes = new TextEncoder().encode(`GET / HTTP/1.1\r\n${lines}\r\n`);
    return parseRequestHead(bytes, 0, bytes.length, limits).fields;
  };
  const one = "Host: a\r\nX: 1\r\n";
  assertEquals([1, 2].map(() => read(one).get("x")), ["1", "1"]);
  assertEquals(read(one.replace("1", "2")).get("x"), "2");
  assertEquals(read(one.replace("X", "Y")).get("x"), null);
  assertEquals(read(one).list, [["Host", "a"], ["X", "1"]]);
  assertThrows(() => read(one, { ...DEFAULT_HEAD_LIMITS, maxHeaders: 1 }), HttpSyntaxError);
  assertThrows(() => read(one.replace("X: 1", "X 1:")), HttpSyntaxError);
});
