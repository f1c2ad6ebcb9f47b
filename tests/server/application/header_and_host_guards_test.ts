import { assert, assertEquals, assertMatch } from "@std/assert";
import { web } from "@roundtrip/http";
import fc from "npm:fast-check@^4";
import { ENGINES } from "../_engines.ts";
import { exchange, parse, quietApp, raw } from "../_raw.ts";
import { start } from "../_spawn.ts";
import { HEADER_BYTES, WHOLE } from "../../_whole.ts";

// Every way of the program's to get a value of the client's into a header.
const WRITERS = [
  "/found",
  "/redirect",
  "/header",
  "/append",
  "/exception",
  "/cookie",
  "/cookie-path",
  "/disposition",
  "/type",
  "/json",
  "/status-text",
  "/prepared",
];

Deno.test("every byte through every API that writes a header: the process lives, nothing raw leaves", async () => {
  await using program = await start();
  for (const writer of WRITERS) {
    const seen = new Set<number>();
    for (const byte of HEADER_BYTES) {
      const hex = byte.toString(16).toUpperCase().padStart(2, "0");
      const { status, head } = await raw(program.port, `${writer}?v=a%${hex}b`);
      const name = `${writer} with 0x${hex}`;
      assert([200, 302, 400, 500].includes(status), `${name}: ${status}`);
      seen.add(status);
      for (const line of head.split("\r\n").slice(1)) {
        assertMatch(line, /^[a-z-]+: [\t\x20-\x7e\x80-\xff]*$/i, name);
      }
    }
    // An API that refused everything would pass as well.
    assert([...seen].some((status) => status !== 500), `${writer} let nothing through`);
  }
  assertEquals((await raw(program.port, "/")).body, "hello");
});

Deno.test("a header with a control character is a 500 in process too, and is logged by name", async () => {
  const app = quietApp();
  app.addRoutes([
    web.get("/", () => new Response("x", { headers: { "x-good": "1", "x-bad": "\x01" } })),
  ]);
  const response = await app.request("/");
  assertEquals(response.status, 500);
  assertMatch(String(app.logged[1]), /header "x-bad" holds a control character/);
});

function hostApp(): web.Application {
  const app = quietApp();
  app.addRoutes([
    web.get("/public", () => web.textResponse("public")),
    web.get("/admin", () => web.textResponse("admin")),
    web.get("/", () => web.textResponse("root")),
  ]);
  return app;
}

const HOSTS: readonly [string, string, string, number][] = [
  ["a query mark", "x/admin?", "/public", 400],
  ["a fragment", "x/admin#", "/public", 400],
  ["a path", "x/admin", "/public", 400],
  ["user information", "u@evil", "/public", 400],
  ["empty", "", "/public", 400],
  ["a backslash", "x\\admin", "/public", 400],
  ["a blank", "x y", "/public", 400],
  ["a port with letters", "x:80a", "/public", 400],
  ["two ports", "x:80:80", "/public", 400],
  ["an open bracket", "[::1", "/public", 400],
  ["a control byte", "x\x01", "/public", 400],
  ["a byte above ASCII", "\xff", "/public", 400],
  ["another authority in the target", "good.example", "http://evil.example/public", 400],
  ["the same authority in the target", "good.example", "http://good.example/public", 200],
  ["a name", "good.example", "/public", 200],
  ["a name with its port", "good.example:8080", "/public", 200],
  ["capitals", "GOOD.example", "/public", 200],
  ["an IPv4 address", "127.0.0.1", "/public", 200],
  ["an IPv6 address", "[::1]:80", "/public", 200],
];

for (const [engineName, engine] of ENGINES) {
  Deno.test(`a Host that would change the route is a 400 (${engineName})`, async () => {
    await using server = await web.TestServer.start(hostApp(), { engine });
    // The first requests are read in two ways, later ones in one: both have to refuse.
    for (let round = 0; round < 3; round++) {
      for (const [name, host, target, status] of HOSTS) {
        const response = await raw(server.port, target, { host });
        assertEquals(response.status, status, `${name}, round ${round}`);
        if (status === 200) assertEquals(response.body, "public", name);
      }
    }
    const two = await exchange(
      server.port,
      "GET /public HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
    );
    assertEquals(parse(two).status, 400);
  });

  Deno.test(`forms of Host and target: the request line chooses the route, or 400 (${engineName})`, async () => {
    await using server = await web.TestServer.start(hostApp(), { engine });
    const piece = fc.constantFrom(
      ...["x", "/", "//", "?", "#", "@", ":", "\\", ".", "..", "%2f", "%3f", "[", "]", "::1", "80"],
      ...[
        "admin",
        "/admin",
        "public",
        "/public",
        "http://",
        ";",
        ",",
        "\t",
        "\x01",
        "\x7f",
        "\xe9",
      ],
    );
    const host = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(""));
    const path = fc.constantFrom("/public", "/public?/admin", "/public#/admin", "/", "/public/..");
    const target = fc.tuple(fc.constantFrom("", "", "http://x", "http://evil@x", "//x"), path)
      .map(([prefix, rest]) => prefix + rest);
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(host, target, async (hostHeader, line) => {
        const head = `GET ${line} HTTP/1.1\r\nHost: ${hostHeader}\r\nConnection: close\r\n\r\n`;
        const bytes = Uint8Array.from(head, (each) => each.charCodeAt(0));
        const { status, body } = parse(await exchange(server.port, bytes));
        assert(status === 400 || status === 404 || status === 200, `${status} for ${head}`);
        if (status !== 200) return;
        answered++;
        const asked = line.replace(/^http:\/\/[^/]*/, "").replace(/[?#].*$/, "");
        // Hono's adapter for Node makes a URL of an absolute target, and with it "/" of "/public/..".
        const seen = engineName === "node" && line.startsWith("http://")
          ? new URL(line).pathname
          : asked;
        assertEquals(body, seen === "/" ? "root" : seen.slice(1), head);
      }),
      {
        numRuns: WHOLE ? 2000 : 200,
        examples: [["x", "/public"], ["x", "http://x/public/.."], ["x", "http://x/public?/admin"]],
      },
    );
    assert(answered > (WHOLE ? 20 : 0), `only ${answered} were answered`);
  });
}

// The status that the application gives where the engine lets the request through; the engine may
// refuse it before with 400.
const CODINGS: [headers: string, status: number][] = [
  ["Content-Length: 13\r\nTransfer-Encoding: chunked", 400],
  ["Transfer-Encoding: chunked\r\nContent-Length: 13", 400],
  ["Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400],
  ["Transfer-Encoding: chunked, chunked", 400],
  ["Transfer-Encoding: chunked, identity", 400],
  ["Transfer-Encoding: identity", 400],
  ["Transfer-Encoding: gzip", 400],
  ["Transfer-Encoding: xchunked", 400],
  ["Transfer-Encoding: ,chunked", 400],
  ["Transfer-Encoding: gzip, chunked", 501],
  ["Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", 501],
];

function codingApp(): web.Application & { readonly logged: unknown[]; readonly run: string[] } {
  const run: string[] = [];
  const app = quietApp();
  const handler = async (request: web.ServerRequest): Promise<Response> => {
    run.push(request.path);
    return web.textResponse(await request.text());
  };
  app.addRoutes([web.post("/{rest:.*}", handler), web.get("/{rest:.*}", handler)]);
  return Object.assign(app, { run });
}

for (const [name, engine] of ENGINES) {
  Deno.test(`a transfer coding other than chunked is refused, and nothing behind it is run (${name})`, async () => {
    const app = codingApp();
    await using server = await web.TestServer.start(app, { engine });
    const behind = "GET /behind HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const post = (headers: string): Promise<string> =>
      exchange(
        server.port,
        `POST /first HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n3\r\nabc\r\n0\r\n\r\n${behind}`,
      );
    for (const [headers, status] of CODINGS) {
      const text = await post(headers);
      const given = parse(text);
      assert(given.status === status || given.status === 400, `${headers}: ${text}`);
      assertEquals(given.headers.get("connection")?.toLowerCase(), "close", headers);
      assertEquals(text.split("HTTP/1.1 ").length, 2, `${headers}: ${text}`);
    }
    // Node runs pipelined requests at once; the answer is never sent.
    if (name === "node:http") app.run.length = 0;
    assertEquals(app.run, []);
    assertMatch(
      await post("Transfer-Encoding: Chunked"),
      /^HTTP\/1.1 200 [^]*abc[^]*HTTP\/1.1 200 /,
    );
    assertEquals(app.run, ["/first", "/behind"]);
  });
}

Deno.test("a transfer coding that an engine lets through is refused by the application", async () => {
  const app = codingApp();
  for (const [lines, status] of CODINGS) {
    const headers = new Headers(
      lines.split("\r\n").map((line): [string, string] => {
        const [name = "", value = ""] = line.split(": ");
        return [name, value];
      }),
    );
    const response = await app.request("/first", { method: "POST", headers, body: "abc" });
    assertEquals([response.status, response.headers.get("connection")], [status, "close"], lines);
    assertMatch(await response.text(), new RegExp(`^${status}: `));
  }
  assertEquals(app.run, []);
});
