import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { exchange, quietApp, raw } from "../_raw.ts";

async function logOf(
  format: string | undefined,
  talk: (server: web.TestServer) => Promise<unknown>,
): Promise<string[]> {
  const lines: string[] = [];
  const app = quietApp();
  app.addRoutes([
    web.get("/p", () => web.textResponse("héllo", { headers: { "x-out": "o\tut" } })),
    web.get("/empty", () => new Response(null, { status: 204 })),
    web.get("/bytes", () => new Response(new Uint8Array(10))),
    web.get("/stream", () => new Response(ReadableStream.from([new Uint8Array(7)]))),
    web.get("/sized", () =>
      new Response(ReadableStream.from([new Uint8Array(8)]), {
        headers: { "content-length": "8" },
      })),
    web.get("/{tail:.*}", () => web.textResponse("")),
  ]);
  const write = (line: string) => void lines.push(line);
  const accessLog = format === undefined ? { write } : { format, write };
  {
    await using server = await web.TestServer.start(app, { accessLog });
    await talk(server);
  }
  return lines;
}

Deno.test("the default format is aiohttp's", async () => {
  const [line = ""] = await logOf(
    undefined,
    (server) => raw(server.port, "/p?x=1", { headers: ["Referer: ref", "User-Agent: UA"] }),
  );
  assertMatch(
    line,
    /^127\.0\.0\.1 \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "GET \/p\?x=1 HTTP\/1\.1" 200 6 "ref" "UA"$/,
  );
});

Deno.test("every atom", async () => {
  Deno.env.set("ROUNDTRIP_TEST", "env");
  const rows: [string, RegExp][] = [
    ["%a", /^127\.0\.0\.1$/],
    ["%P", new RegExp(`^<${Deno.pid}>$`)],
    ["%s", /^200$/],
    ["%b", /^6$/],
    ["%T", /^\d+$/],
    ["%Tf", /^\d+\.\d{6}$/],
    ["%D", /^\d+$/],
    ["%{x-in}i", /^in$/],
    ["%{X-OUT}o", /^o\\x09ut$/],
    ["%{ROUNDTRIP_TEST}e", /^env$/],
    ["%{x-missing}i %{x-missing}o %{ROUNDTRIP_NONE}e", /^- - -$/],
    ["100%% %s%%", /^100% 200%$/],
    ["plain", /^plain$/],
  ];
  for (const [format, expected] of rows) {
    const lines = await logOf(
      format,
      (server) => raw(server.port, "/p", { headers: ["x-in: in"] }),
    );
    assertEquals(lines.length, 1, format);
    assertMatch(lines[0] ?? "", expected, format);
  }
  Deno.env.delete("ROUNDTRIP_TEST");
  for (const format of ["%x", "%{a}x", "% s", "50%"]) {
    const run = () => new web.AppRunner(quietApp(), { accessLog: { format } });
    assertThrows(run, TypeError, "unknown atom");
  }
});

Deno.test("%b counts any kind of body, and the body arrives unchanged", async () => {
  const rows = { "/p": 6, "/empty": 0, "/bytes": 10, "/stream": 7, "/sized": 8, "/none": 0 };
  for (const [path, size] of Object.entries(rows)) {
    const lines = await logOf("%b", async (server) => {
      const response = await fetch(server.makeUrl(path));
      assertEquals((await response.arrayBuffer()).byteLength, size);
    });
    assertEquals(lines, [String(size)], path);
  }
  assertEquals(await logOf("%s %b", (server) => raw(server.port, "/p", { method: "HEAD" })), [
    "200 0",
  ]);
});

Deno.test("an aborted stream is logged with the bytes sent", async () => {
  const logged = Promise.withResolvers<string>();
  const app = quietApp();
  app.addRoutes([web.get("/", () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          controller.enqueue(new Uint8Array(100_000));
          await new Promise((resolve) => setTimeout(resolve, 1));
        },
      }),
    ))]);
  const accessLog = { format: "%s %b", write: logged.resolve };
  await using server = await web.TestServer.start(app, { accessLog });
  {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    await connection.read(new Uint8Array(1000));
  }
  assertMatch(await logged.promise, /^200 [1-9]\d+$/);
});

Deno.test("a logged stream with a piece that is none is not complete", async () => {
  const app = quietApp();
  const pieces = [new Uint8Array(7), undefined, new Uint8Array(7)];
  app.addRoutes([web.get("/", () => new Response(ReadableStream.from(pieces) as ReadableStream))]);
  for (const accessLog of [null, { write() {} }]) {
    await using server = await web.TestServer.start(app, { accessLog });
    const request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const answer = await exchange(server.port, request);
    assertEquals(answer.includes("\r\n0\r\n\r\n"), false, String(accessLog));
  }
});

Deno.test("nothing that a client sends starts a line, ends a field or drives a terminal", async () => {
  const attack = '"\\ \x1b[2J \xff\xe2\x80\xae';
  for (const format of ['"%r" "%{User-Agent}i"', "json"]) {
    const lines = await logOf(format, async (server) => {
      const head = `GET /a"b\\c\xe2\x80\xa8?q="%0d%0aFAKE HTTP/1.1\r\nHost: a\r\n` +
        `User-Agent: ${attack}\r\nConnection: close\r\n\r\n`;
      await exchange(server.port, Uint8Array.from(head, (each) => each.charCodeAt(0)));
      await raw(server.port, "/%0d%0a", { headers: ['User-Agent: a" 200 "b'] });
    });
    assert(lines.length >= 1, format);
    for (const line of lines) {
      // deno-lint-ignore no-control-regex -- control bytes must not be there
      assertEquals(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]/.test(line), false, line);
      if (format === "json") assertEquals(JSON.parse(line).method, "GET");
      else assertMatch(line, /^"(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*"$/);
    }
  }
});

Deno.test("the JSON log has one object a line", async () => {
  const [line = ""] = await logOf(
    "json",
    (server) => raw(server.port, "/p?x=1", { headers: ["User-Agent: UA"] }),
  );
  const { time, duration, ...rest } = JSON.parse(line);
  assert(!Number.isNaN(Date.parse(time)) && duration >= 0);
  assertEquals(rest, {
    remote: "127.0.0.1",
    method: "GET",
    target: "/p?x=1",
    status: 200,
    bytes: 6,
    referer: null,
    userAgent: "UA",
  });
});

Deno.test("a failing log does not prevent the response", async () => {
  const app = quietApp();
  app.addRoutes([web.get("/", () => web.textResponse("hello"))]);
  const write = () => {
    throw new Error("disk full");
  };
  await using server = await web.TestServer.start(app, { accessLog: { write } });
  assertEquals((await raw(server.port, "/")).body, "hello");
  assertEquals(app.logged.length, 2);
});

Deno.test("every line is written, also before an exit in the same turn", async () => {
  const program = `
    import { web } from "@roundtrip/http";
    const app = new web.Application();
    app.addRoutes([web.get("/{name}", (request) => {
      if (request.matchInfo.name === "9") queueMicrotask(() => queueMicrotask(Deno.exit));
      return web.textResponse("");
    })]);
    const runner = new web.AppRunner(app, { accessLog: { format: "%r %{user-agent}i" } });
    const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    for (let at = 0; at < 10; at++) fetch(url + "/" + at).catch(() => {});
  `;
  const args = ["run", "-A", "--quiet", "--ext=ts", "-"];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const lines = new TextDecoder().decode((await child.output()).stdout).trim().split("\n");
  assert(lines.some((line) => line.startsWith("GET /9 HTTP/1.1 Deno/")), lines.join("\n"));
  assertEquals(new Set(lines).size, lines.length);
});

Deno.test("a header in the format has the name of a header", () => {
  const run = () => new web.AppRunner(quietApp(), { accessLog: { format: "%{a b}i" } });
  assertThrows(run, TypeError, '"a b" is not a name of a header');
});
