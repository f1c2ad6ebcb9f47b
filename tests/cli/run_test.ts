// Requests of files: what the parsers accept, and what they refuse.
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parseCheck, parseQuery, type Reply } from "../../cli/run/check.ts";
import type { Entry } from "../../cli/run/entry.ts";
import { parseHttpFile } from "../../cli/run/http_file.ts";
import { parseHurlFile } from "../../cli/run/hurl_file.ts";
import { junitText, type Result, tapText } from "../../cli/run/report.ts";
import { replaceVariables, type Sources } from "../../cli/run/variables.ts";

const TEXT =
  '{"n": 1, "s": "1", "list": [1, {"a": true}], "null": null, "at": "2026-01-02T03:04:05Z"}';
const REPLY: Reply = {
  status: 201,
  reason: "Created",
  version: "1.1",
  url: "http://host/users/7?x=1",
  headers: new Headers([["location", "/users/7"], ["x-count", "7"], ["set-cookie", "a=1"]]),
  cookies: new Map([["session", "abc"]]),
  bytes: new TextEncoder().encode(TEXT),
  text: TEXT,
  duration: 12.4,
};
const same = (text: string): string => text;

const CHECKS: readonly [check: string, failure: string | null][] = [
  ["status == 201", null],
  ["status != 201", "it is 201"],
  ["status not == 500", null],
  ["status < 300", null],
  ["status >= 202", "it is 201"],
  ['reason == "Created"', null],
  ["reason == Created", null],
  ['version == "1.1"', null],
  ["url endsWith x=1", null],
  ["duration < 100", null],
  ["duration > 100", "it is 12"],
  ['header "Location" == "/users/7"', null],
  ["header location startsWith /users/", null],
  ["header location matches /^\\/users\\/\\d+$/", null],
  ["header location matches ^/users/\\d+$", null],
  ["header x-count == 7", null],
  ["header x-count > 6", null],
  ['header x-count == "7"', null],
  ["header missing exists", "it is missing"],
  ["header missing not exists", null],
  ["cookie session == abc", null],
  ["jsonpath $.n == 1", null],
  ['jsonpath "$.n" == "1"', "it is 1"],
  ["jsonpath $.s == 1", 'it is "1"'],
  ['jsonpath $.s == "1"', null],
  ["jsonpath $.list count == 2", null],
  ["jsonpath $.list contains 1", null],
  ['jsonpath $.list[1] == {"a": true}', null],
  ["jsonpath $.list[?(@.a)].a == [true]", null],
  ["jsonpath $.null exists", null],
  ["jsonpath $.null == null", null],
  ["jsonpath $.none exists", "it is missing"],
  ["jsonpath $.n isInteger", null],
  ["jsonpath $.n isFloat", "it is 1"],
  ["jsonpath $.s isString", null],
  ["jsonpath $.list isList", null],
  ["jsonpath $.list isCollection", null],
  ["jsonpath $ isObject", null],
  ["jsonpath $.at isIsoDate", null],
  ["jsonpath $.s toInt == 1", null],
  ['header location regex "/users/(\\\\d+)" == "7"', null],
  ["body contains list", null],
  ["body n == 1", null],
  ["body list[1].a == true", null],
  ["body $.n == 1", null],
  [`bytes count == ${TEXT.length}`, null],
];

Deno.test("assertions: queries, filters, predicates and values", () => {
  for (const [text, expected] of CHECKS) {
    const failure = parseCheck(text, 1).failure(REPLY, same);
    assertEquals(failure, expected === null ? null : `${text}: ${expected}`, text);
  }
});

const REFUSED_CHECKS: readonly [check: string, message: RegExp][] = [
  ["satus == 1", /"satus" is not a query; did you mean status\?/],
  ["status equals 1", /"equals" is not a predicate; expected one of ==/],
  ["status conains 1", /did you mean contains\?/],
  ["status", /a predicate is missing/],
  ["status ==", /a value is missing after ==/],
  ["header", /header needs NAME/],
  ["status exists 1", /exists takes no value/],
  ['status == "1" 2', /unexpected "2" after the value/],
  ["header a matches (", /Invalid regular expression/],
  ["jsonpath $.a[ == 1", /"\$\.a\[" is not a JSONPath: /],
];

Deno.test("wrong assertions are refused, with the nearest word", () => {
  for (const [text, message] of REFUSED_CHECKS) {
    assertMatch(assertThrows(() => parseCheck(text, 1), SyntaxError).message, message, text);
  }
  assertThrows(() => parseQuery("status 1"), SyntaxError, 'unexpected "1"');
});

const only = (text: string): Partial<Entry> => {
  const { entries } = parseHttpFile("a.http", text);
  assertEquals(entries.length, 1, text);
  const [entry] = entries;
  const { method, url, headers, body, name, title, follow, cookies, timeout } = entry ?? {};
  return { method, url, headers, body, name, title, follow, cookies, timeout } as Partial<Entry>;
};
const DEFAULTS = {
  ...{ method: "GET", url: "http://a/", headers: [], body: [], name: null, title: "" },
  ...{ follow: true, cookies: true, timeout: 0 },
};

const FILES: readonly [text: string, entry: Partial<Entry>][] = [
  ["http://a/", {}],
  ["\uFEFFGET http://a/", {}],
  ["get http://a/ HTTP/1.1", {}],
  ["### title\n\n// comment\nGET http://a/\n", { title: "title" }],
  ["# @name one\nGET http://a/", { name: "one" }],
  ["// @no-redirect\n# @no-cookie-jar\n# @timeout 200 ms\nGET http://a/", {
    ...{ follow: false, cookies: false, timeout: 200 },
  }],
  ["GET http://a/\n    ?x=1\n    &y=2", { url: "http://a/?x=1&y=2" }],
  ["PURGE {{host}}\r\nA: b\r\nC:  d: e \r\n", {
    ...{ method: "PURGE", url: "{{host}}", headers: [["A", "b"], ["C", "d: e"]] },
  }],
  ["POST http://a/\n# comment\nA: b\n\nx\n\n# y\n\n\n", {
    method: "POST",
    headers: [["A", "b"]],
    body: [{ text: "x" }, { text: "\n" }, { text: "" }, { text: "\n" }, { text: "# y" }],
  }],
  ["POST http://a/\n\n< ./file.json", {
    method: "POST",
    body: [{ path: "./file.json", replaced: false }],
  }],
  ["POST http://a/\n\n<@utf8 ./file.json\n\n<> 2026.json", {
    method: "POST",
    body: [{ path: "./file.json", replaced: true }],
  }],
  ["POST http://a/\nContent-Type: application/x-www-form-urlencoded\n\na=1\n&b=2", {
    method: "POST",
    headers: [["Content-Type", "application/x-www-form-urlencoded"]],
    body: [{ text: "a=1" }, { text: "" }, { text: "&b=2" }],
  }],
  ["POST http://a/\nContent-Type: multipart/form-data; boundary=x\n\n--x\n--x--", {
    method: "POST",
    headers: [["Content-Type", "multipart/form-data; boundary=x"]],
    body: [{ text: "--x" }, { text: "\r\n" }, { text: "--x--" }, { text: "\r\n" }],
  }],
];

Deno.test("a .http file is read as editors read it", () => {
  for (const [text, expected] of FILES) {
    assertEquals(only(text), { ...DEFAULTS, ...expected }, text);
  }
  const { entries, variables } = parseHttpFile(
    "a.http",
    "@a = 1\n@b={{a}}2\n\n###\n\n### one\nGET http://a/\n\n?? status == 200\n### two\nhttp://b/\n",
  );
  assertEquals([...variables], [["a", "1"], ["b", "{{a}}2"]]);
  assertEquals(entries.map(({ title, checks }) => [title, checks.length]), [["one", 1], [
    "two",
    0,
  ]]);
  const [kept] = parseHttpFile(
    "a.http",
    'GET http://a/\n\n> {%\n  client.global.set("t", response.body.a[0].b);\n' +
      '  client.global.set("l", response.headers.valueOf("Location"));\n%}\n',
  ).entries;
  assertEquals(kept?.captures.map(({ name, query }) => [name, query.text]), [
    ["t", 'jsonpath "$.a[0].b"'],
    ["l", 'header "Location"'],
  ]);
});

const REFUSED_FILES: readonly [text: string, message: RegExp][] = [
  ["GET http://a/\n\n?? satus == 1", /^a\.http:3: "satus" is not a query/],
  [
    "GET http://a/\nno header",
    /^a\.http:2: "no header" is not a header; a body needs an empty line/,
  ],
  ["nonsense", /^a\.http:1: "nonsense" is not METHOD URL/],
  ["# @name a b\nGET http://a/", /^a\.http:1: "a b" is not a name/],
  ["# @timeout soon\nGET http://a/", /^a\.http:1: "soon" is not a time such as 10s/],
  ["# @loop for 3\nGET http://a/", /@loop is not supported/],
  ["GET http://a/\n\n> {% client.test('x', () => {}) %}", /the script "client.test.*is not run/],
  ["GET http://a/\n\n> {%\n x", /the script has no end/],
  ["GET http://a/\n\n>> reply.json", /files for replies are not supported/],
  ["WEBSOCKET ws://a/", /WEBSOCKET requests are not supported; use roundtrip ws/],
];

Deno.test("what a .http file cannot do here is refused with its line", () => {
  for (const [text, message] of REFUSED_FILES) {
    assertMatch(assertThrows(() => parseHttpFile("a.http", text)).message, message, text);
  }
});

Deno.test("a Hurl file: sections, captures, assertions, bodies", () => {
  const { entries } = parseHurlFile(
    "a.hurl",
    "# c\nPOST http://a/{{x}}\nA: b\n[Query]\nq: 1\n[Form]\nf: a b\n[Cookies]\nc: 1\nd: 2\n[BasicAuth]\n" +
      "ada: secret\n[Options]\nlocation: true\nmax-time: 5s\nHTTP/1.1 201\nLocation: /x\n[Captures]\n" +
      'id: jsonpath "$.id"\n[Asserts]\nduration < 100\n\nPUT http://b/\n{\n  "a": [\n\n  1]\n}\nHTTP *\n' +
      "\nPUT http://c/\n```json\n{}\n```\nHTTP 200\nPUT http://d/\n`x`\nPUT http://e/\nfile,a.bin;\n",
  );
  assertEquals(entries.map((each) => each.body), [
    [],
    [{ text: '{\n  "a": [\n\n  1]\n}' }],
    [{ text: "{}" }],
    [{ text: "x" }],
    [{ path: "a.bin", replaced: false }],
  ]);
  const [first] = entries;
  assertEquals(first?.headers, [
    ["A", "b"],
    ["Cookie", "c=1; d=2"],
    ["Authorization", "Basic ada:secret"],
  ]);
  assertEquals(first?.query, [["q", "1"]]);
  assertEquals(first?.form, { isMultipart: false, fields: [["f", "a b"]] });
  assertEquals([first?.follow, first?.timeout], [true, 5000]);
  assertEquals(first?.checks.map(({ text }) => text), [
    ...['version == "1.1"', "status == 201", 'header "Location" == "/x"', "duration < 100"],
  ]);
  assertEquals(first?.captures.map(({ name, query }) => [name, query.text]), [
    ["id", 'jsonpath "$.id"'],
  ]);
  const REFUSED: readonly [text: string, message: RegExp][] = [
    ["nonsense", /^a\.hurl:1: "nonsense" is not METHOD URL/],
    ["GET http://a/\n[Nonsense]", /^a\.hurl:2: the section \[Nonsense\] is not supported/],
    ["GET http://a/\n[Options]\nretry: 3", /^a\.hurl:3: the option retry is not supported/],
    ['GET http://a/\nHTTP 200\n{"a": 1}', /^a\.hurl:3: this kind of body is not supported/],
    ["GET http://a/\n```\nx", /^a\.hurl:2: the body has no end/],
    ['GET http://a/\nHTTP 200\n[Asserts]\nxpath "x" exists', /"xpath" is not a query/],
  ];
  for (const [text, message] of REFUSED) {
    assertMatch(assertThrows(() => parseHurlFile("a.hurl", text)).message, message, text);
  }
});

const SOURCES: Sources = {
  given: new Map([["token", "t"], ["host", "given"]]),
  file: new Map([["host", "file"], ["url", "http://{{host}}/{{path}}"], ["loop", "{{loop}}"]]),
  environment: new Map([["path", "p{{n}}"], ["n", "1"]]),
  dotenv: new Map([["SECRET", "s"]]),
  requests: new Map([
    ["login", { reply: REPLY, request: { headers: new Headers({ a: "b" }), body: '{"x":[5]}' } }],
    ["later", null],
  ]),
};

const VARIABLES: readonly [text: string, expected: string | RegExp][] = [
  ["{{host}} {{ token }}", "given t"],
  ["{{url}}", "http://given/p1"],
  ["{{login.response.body.$.list[1].a}}", "true"],
  ["{{login.response.body.s}}", "1"],
  ["{{login.list}}", '[1,{"a":true}]'],
  ["{{login.response.headers.Location}}", "/users/7"],
  ["{{login.request.body.x[0]}}{{login.request.headers.A}}", "5b"],
  ["{{login.response.body.*}}", TEXT],
  ["{{$uuid}} {{$guid}} {{$random.uuid}}", /^([0-9a-f-]{36} ?){3}$/],
  ["{{$timestamp}} {{$timestamp -1 d}}", /^\d{10} \d{10}$/],
  ["{{$datetime iso8601}} {{$isoTimestamp}}", /^(\d{4}-\d\d-\d\dT[\d:.]+Z ?){2}$/],
  ["{{$datetime rfc1123 1 h}}", /GMT$/],
  ["{{$randomInt 5 6}} {{$random.integer(5, 6)}}", "5 5"],
  ["{{$random.alphabetic(4)}} {{$random.hexadecimal(3)}}", /^[a-z]{4} [0-9a-f]{3}$/],
  ["{{$dotenv SECRET}}", "s"],
  ["{{$processEnv HOME}}{{$env.HOME}}", `${Deno.env.get("HOME")}`.repeat(2)],
  ['{"a":{"b":{}}}', '{"a":{"b":{}}}'],
];

Deno.test("variables come from their sources in order", () => {
  for (const [text, expected] of VARIABLES) {
    const value = replaceVariables(text, SOURCES);
    if (typeof expected === "string") assertEquals(value, expected, text);
    else assertMatch(value, expected, text);
  }
  const REFUSED: readonly [text: string, message: string][] = [
    ["{{hsot}}", "no value for {{hsot}}; did you mean host?"],
    ["{{something}}", "no value for {{something}}; give it by --var something=VALUE"],
    ["{{loop}}", "the variable loop contains itself"],
    ["{{later.response.body.x}}", "the reply of later is used before it is sent"],
    ["{{login.response.body.none}}", "no value for {{login.response.body.none}}"],
    ["{{$dotenv NONE}}", "NONE is not set"],
    ["{{$nothing}}", "{{$nothing}} is not known"],
    ["{{$datetime x}}", "expected rfc1123 or iso8601"],
  ];
  for (const [text, message] of REFUSED) {
    assertThrows(() => replaceVariables(text, SOURCES), Error, message);
  }
});

Deno.test("reports: TAP 14 and JUnit, with text of any kind", () => {
  const result: Result = {
    ...{ file: "a.http", line: 3, title: 'a # "b" <c>\x01', request: "GET /", status: 200 },
    ...{ duration: 12.5, checks: 1, failures: [{ line: 5, text: 'status == "1": it is 200' }] },
  };
  assertEquals(
    tapText([{ ...result, failures: [] }, result]),
    'TAP version 14\n1..2\nok 1 - a.http: a \\# "b" <c>\x01\n  ---\n  duration_ms: 12.500\n  ...\n' +
      'not ok 2 - a.http: a \\# "b" <c>\x01\n  ---\n  duration_ms: 12.500\n  failures:\n' +
      '    - "5: status == \\"1\\": it is 200"\n  ...\n',
  );
  assertEquals(
    junitText([result]).split("\n").slice(2, 5).map((line) => line.trim()),
    [
      '<testsuite name="a.http" tests="1" failures="1" time="0.013">',
      '<testcase name="a # &#34;b&#34; &#60;c&#62;?" classname="a.http" time="0.013">',
      '<failure message="status == &#34;1&#34;: it is 200">a.http:5</failure>',
    ],
  );
});
