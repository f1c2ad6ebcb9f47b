import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ClientSession, web } from "@roundtrip/http";
import { freePort, ROOT, run, start } from "../_process.ts";
import { hasProgram, tempDir } from "./_cli.ts";

// The code of docs/deploying.md.
const DEPLOYING = await Deno.readTextFile(new URL("docs/deploying.md", ROOT));

/** The first code block of a language. */
function block(language: string): string {
  const [, code] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "m").exec(DEPLOYING) ?? [];
  assert(code !== undefined, language);
  return code;
}

/** An application that echoes the request behind the proxy. */
function makeApp(firstByte: () => void): web.Application {
  const app = new web.Application();
  const seen = ({ headers }: { readonly headers: Headers }) => ({
    host: headers.get("host"),
    peer: headers.get("x-forwarded-for"),
    scheme: headers.get("x-forwarded-proto"),
    connection: headers.get("connection"),
  });
  app.addRoutes([
    web.get("/", (request) => web.jsonResponse(seen(request))),
    web.post("/upload", async (request) => {
      await request.content.readExactly(1);
      firstByte();
      const rest = await request.content.read();
      return web.jsonResponse({ ...seen(request), size: 1 + rest.length });
    }),
    web.get("/events", async (request) => {
      const response = new web.StreamResponse({ headers: { "content-type": "text/plain" } });
      await response.prepare(request);
      await response.write("first");
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      return response;
    }),
    web.get(
      "/ws",
      web.webSocket(async (socket) => await socket.sendStr(await socket.receiveStr())),
    ),
  ]);
  return app;
}

Deno.test(
  "nginx as docs/deploying.md shows it: headers, uploads, streams, WebSockets, slow clients",
  {
    ignore: !await hasProgram("nginx"),
  },
  async (t) => {
    await using folder = await tempDir();
    const { promise: firstByte, resolve } = Promise.withResolvers<void>();
    await using runner = new web.AppRunner(makeApp(resolve));
    const upstream = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    const port = freePort();
    const shown = block("nginx").replace("127.0.0.1:8080", new URL(upstream).host)
      .replace("listen 443 ssl;", `listen 127.0.0.1:${port};`).replace(/ssl_certificate.*;/g, "")
      .replace("client_header_timeout 10s;", "client_header_timeout 1s;");
    assertStringIncludes(shown, `${port}`);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${folder.path}/${name};`).join("\n");
    const user = Deno.uid() === 0 ? "user root;" : ""; // so that it can write to the folder
    await Deno.writeTextFile(
      `${folder.path}/nginx.conf`,
      `${user} daemon off; worker_processes 1; pid ${folder.path}/pid; error_log stderr notice;
events {} http { access_log off; ${temporary}\n${shown}\n}`,
    );
    await using nginx = start(["nginx", "-p", folder.path, "-c", `${folder.path}/nginx.conf`]);
    await nginx.waitFor(/start worker process \d/);
    const baseUrl = `http://127.0.0.1:${port}`;
    await using session = new ClientSession({
      baseUrl,
      headers: {
        "host": "example.com",
        "x-forwarded-for": "203.0.113.9",
        "x-forwarded-proto": "x",
      },
    });
    const passed = { peer: "127.0.0.1", scheme: "http", connection: null };

    await t.step("what the client says of itself does not come through", async () => {
      await using response = await session.get("/");
      const { host: _, ...rest } = await response.json<Record<string, unknown>>();
      assertEquals(rest, passed);
    });

    await t.step("an upload is seen from its first byte on", async () => {
      const pieces = async function* () {
        yield new Uint8Array(1000);
        await firstByte; // which never arrives if the proxy buffers the response
        yield new Uint8Array(1000);
      };
      await using response = await session.post("/upload", {
        data: pieces(),
        timeout: { total: 10_000 },
      });
      const { host: _, ...rest } = await response.json<Record<string, unknown>>();
      assertEquals(rest, { ...passed, size: 2000 });
    });

    await t.step("a stream comes while it is written", async () => {
      await using response = await session.get("/events", { timeout: { total: 10_000 } });
      assertEquals(new TextDecoder().decode(await response.content.readExactly(5)), "first");
    });

    await t.step("a WebSocket comes through", async () => {
      await using ws = await session.wsConnect("/ws");
      await ws.sendStr("hello");
      assertEquals(await ws.receiveStr(), "hello");
    });

    await t.step("a body over the limit is 413", async () => {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      const head = "POST / HTTP/1.1\r\nhost: example.com\r\ncontent-length: 200000000\r\n\r\n";
      await connection.write(new TextEncoder().encode(head));
      const buffer = new Uint8Array(64);
      const length = await connection.read(buffer) ?? 0;
      assertStringIncludes(new TextDecoder().decode(buffer.subarray(0, length)), " 413 ");
    });

    await t.step("a head that does not come in time ends the connection", async () => {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: exa"));
      const buffer = new Uint8Array(64);
      const length = await connection.read(buffer);
      const text = new TextDecoder().decode(buffer.subarray(0, length ?? 0));
      assert(length === null || text.includes(" 408 "), text);
    });

    nginx.child.kill("SIGQUIT");
    assertEquals(await nginx.exitCode(), 0);
  },
);

Deno.test("the systemd unit of docs/deploying.md is valid", {
  ignore: !await hasProgram("systemd-analyze"),
}, async () => {
  await using folder = await tempDir();
  const unit = `${folder.path}/app.service`;
  // systemd checks the program's path, which may differ on this machine.
  await Deno.writeTextFile(unit, block("ini").replace("/usr/local/bin/deno", Deno.execPath()));
  const { code, stdout, stderr } = await run(["systemd-analyze", "verify", unit]);
  assertEquals([code, stdout + stderr], [0, ""]);
});

Deno.test("deno serve --parallel runs the application as docs/deploying.md shows it", async () => {
  const [line = ""] = /^deno serve --parallel .*$/m.exec(DEPLOYING) ?? [];
  await using folder = await tempDir();
  const [, app = ""] = /^\/\/ app\.ts\n([^]*?)^```$/m.exec(DEPLOYING) ?? [];
  await Deno.writeTextFile(`${folder.path}/app.ts`, app);
  const [, ...args] = line.replaceAll("8080", `${freePort()}`).split(" ");
  await using server = start([
    Deno.execPath(),
    ...args.map((word) => word === "app.ts" ? `${folder.path}/app.ts` : word),
  ].toSpliced(2, 0, "--config", "deno.json"));
  const [url = ""] = await server.waitFor(/http:\/\/[\w.:[\]]+\d/);
  const replies = await Promise.all(Array.from({ length: 20 }, () => fetch(url)));
  for (const reply of replies) assertEquals(await reply.text(), "hello, world");
});
