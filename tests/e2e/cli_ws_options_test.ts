import { acceptOf } from "../../http/websocket/frames.ts";
import { setTimeout as delay } from "node:timers/promises";
import { assert, assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { ROOT } from "../_process.ts";
import { startProxy } from "../_proxies.ts";
import { CA, CERT, KEY } from "../server/_tls.ts";
import {
  assertRow,
  assertTable,
  CLEAN,
  cli,
  type Expected,
  notOnOld,
  OLD,
  ROUNDTRIP,
  type RunOptions,
  serving,
  startCli,
  tempDir,
} from "./_cli.ts";

const USAGE = 64;
type Row = readonly [name: string, args: readonly string[], Expected, RunOptions?];

/** Sends the data of the handshake, then closes. */
function handshake(request: Request): Response {
  if (request.headers.get("upgrade") !== "websocket") return new Response("plain", { status: 400 });
  const { pathname, search } = new URL(request.url);
  const of = (name: string): string => request.headers.get(name) ?? "-";
  const text = `${pathname}${search} ${of("authorization")} ${of("user-agent")} ${of("x-own")}`;
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onopen = () => {
    socket.send(text);
    socket.close(1000);
  };
  return response;
}

const connecting = notOnOld("ws connects", {
  "--proxy, wss": "its node:tls talks on no connection that is there already",
});

Deno.test("ws connects like requests: TLS, proxies, sockets, credentials", async () => {
  const plain = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handshake);
  const secure = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: CERT,
    key: KEY,
    onListen() {},
  }, handshake);
  await using folder = await tempDir();
  const cwd = folder.path;
  const local = Deno.serve({ transport: "unix", path: `${cwd}/s.sock`, onListen() {} }, handshake);
  const odd = Deno.serve({ transport: "unix", path: `${cwd}/a%20#b`, onListen() {} }, handshake);
  await Deno.writeTextFile(`${cwd}/ca.pem`, CA);
  await Deno.writeTextFile(`${cwd}/netrc`, "machine 127.0.0.1 login ada password secret");
  await using http = startProxy("http");
  await using socks = startProxy("socks5");
  const url = `ws://127.0.0.1:${plain.addr.port}/x`;
  const wss = `wss://localhost:${secure.addr.port}/x`;
  const h = `http://127.0.0.1:${http.port}`;
  const fine = (text: string): Expected => ({ code: 0, stdout: `${text}\n` });
  const env = CLEAN;
  const rows: [name: string, args: string[], Expected, asked: string | null, RunOptions?][] = [
    ["not trusted", [wss], { code: 1, stderr: /certificate|TLS/ }, null],
    ["-k", ["-k", wss], fine("/x - roundtrip/0.1.0 -"), null],
    ["--verify no", ["--verify", "no", wss], fine("/x - roundtrip/0.1.0 -"), null],
    ["--verify PATH", ["--verify", "ca.pem", wss], fine("/x - roundtrip/0.1.0 -"), null],
    ["--user-agent", ["--user-agent", "me", url], fine("/x - me -"), null],
    ["items", [url, "X-Own:1", "a==b"], fine("/x?a=b - roundtrip/0.1.0 1"), null],
    ["-a", ["-a", "ada:secret", url], fine("/x Basic YWRhOnNlY3JldA== roundtrip/0.1.0 -"), null],
    ["-a without a password", ["-a", "ada", url], { code: USAGE, stderr: /no password/ }, null],
    [".netrc", [url], fine("/x Basic YWRhOnNlY3JldA== roundtrip/0.1.0 -"), null, {
      env: { ...CLEAN, NETRC: `${cwd}/netrc` },
    }],
    ["--ignore-netrc", ["--ignore-netrc", url], fine("/x - roundtrip/0.1.0 -"), null, {
      env: { ...CLEAN, NETRC: `${cwd}/netrc` },
    }],
    [
      "--proxy",
      ["--proxy", h, url],
      fine("/x - roundtrip/0.1.0 -"),
      `CONNECT 127.0.0.1:${plain.addr.port}`,
    ],
    [
      "--proxy, wss",
      ["--proxy", h, "-k", wss],
      fine("/x - roundtrip/0.1.0 -"),
      `CONNECT localhost:${secure.addr.port}`,
    ],
    [
      "--proxy socks5",
      ["--proxy", `socks5://127.0.0.1:${socks.port}`, url],
      fine("/x - roundtrip/0.1.0 -"),
      `SOCKS 127.0.0.1:${plain.addr.port}`,
    ],
    ["http_proxy", [url], fine("/x - roundtrip/0.1.0 -"), `CONNECT 127.0.0.1:${plain.addr.port}`, {
      env: { ...CLEAN, http_proxy: h },
    }],
    ["no proxy there", ["--proxy", "http://127.0.0.1:1", url], {
      code: 1,
      stderr: /the proxy 127\.0\.0\.1:1 cannot be reached .*it is set by --proxy/,
    }, null],
    [
      "an invalid proxy",
      ["--proxy", "ftp://x", url],
      { code: USAGE, stderr: /expected http/ },
      null,
    ],
    [
      "--unix-socket",
      ["--unix-socket", "s.sock", "ws://any.test/y"],
      fine("/y - roundtrip/0.1.0 -"),
      null,
    ],
    [
      "--unix-socket, a name with characters of URLs",
      ["--unix-socket", "a%20#b", "ws://any.test/y"],
      fine("/y - roundtrip/0.1.0 -"),
      null,
    ],
    ["--cert-key alone", ["--cert-key", "x", url], { code: USAGE, stderr: /needs --cert/ }, null],
    ["-t and -b", ["-t", "-b", url], { code: USAGE, stderr: /-t and -b/ }, null],
  ];
  for (const [name, args, expected, asked, options] of connecting(rows)) {
    http.asked.length = socks.asked.length = 0;
    const given = { stdin: "", cwd, env, ...options };
    assertRow(name, await cli(["ws", "--no-close", ...args], given), expected);
    const lines = [...http.asked, ...socks.asked].map((line) => line.replace(" HTTP/1.1", ""));
    assertEquals(lines, asked === null ? [] : [asked], name);
  }
  await plain.shutdown();
  await secure.shutdown();
  await local.shutdown();
  await odd.shutdown();
});

Deno.test({
  name: `ws refuses options that an older Deno does not support${
    OLD ? "" : " (needs ROUNDTRIP, an executable with Deno 2.4)"
  }`,
  ignore: !OLD,
  fn: async () => {
    const through = ["--proxy", "http://127.0.0.1:1", "wss://localhost:1/"];
    await assertTable([
      ["-k", ["ws", "-k", ...through], {
        code: 1,
        stderr: /cannot use https through a proxy with --cert or --verify no; 2\.9 can/,
      }],
    ]);
  },
});

Deno.test("ws measures pings, and closes without an answer", async () => {
  await using bin = await serving(["httpbin"]);
  const echo = `:${bin.port}/websocket/echo`;
  const child = startCli(["ws", "-n", "--ping-interval", "0.05", "--print-ping-rtts", echo]);
  await child.waitFor(/\[pong in \d+\.\d ms\]\n\[pong in \d+\.\d ms\]\n/);
  child.child.kill("SIGINT");
  assertEquals(await child.exitCode(), 130);
  assert(!child.output().includes("[pong]"), child.output());
  // Pings do not reset the idle time after the input.
  const quiet = await cli(
    ["ws", "--wait", "0.3", "--ping-interval", "0.05", "--ping-timeout", "5", echo],
    { stdin: "x\n", env: CLEAN },
  );
  assertEquals([quiet.code, quiet.stdout], [0, "x\n"], quiet.stderr);
  const rows: Row[] = [
    ["--ping-timeout alone", ["ws", "--ping-timeout", "1", echo], {
      code: USAGE,
      stderr: /need --ping-interval/,
    }, { stdin: "", env: CLEAN }],
    ["-E", ["ws", "-E", "-x", "bye", echo], { code: 0, stdout: /^(?:bye\n)?$/ }, { env: CLEAN }],
  ];
  await assertTable(rows);
});

/**
 * A WebSocket server that answers no ping: it sends bytes one by one, and then reads, unless it
 * `sleeps`.
 */
function deafServer(bytes = "", sleeps = false): { readonly port: number } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asleep = Promise.withResolvers<void>();
  const serve = (async () => {
    using connection = await listener.accept();
    const buffer = new Uint8Array(4096);
    const count = await connection.read(buffer) ?? 0;
    const head = new TextDecoder().decode(buffer.subarray(0, count));
    const [, key = ""] = /sec-websocket-key: (\S+)/i.exec(head) ?? [];
    await connection.write(new TextEncoder().encode(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`,
    ));
    try {
      for (const character of bytes) {
        await connection.write(Uint8Array.of(character.charCodeAt(0)));
        await delay(50);
      }
      if (sleeps) await asleep.promise;
      else while (await connection.read(buffer) !== null);
    } catch {
      // The client has disconnected, as it should.
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      asleep.resolve();
      listener.close();
      await serve;
    },
  };
}

Deno.test("ws --ping-interval closes if the server does not answer", async () => {
  const rows: [args: string[], stderr: RegExp][] = [
    [
      ["--ping-interval", "0.3"],
      /error: no pong within 0\.15 s, half of --ping-interval; --ping-timeout/,
    ],
    [
      ["--ping-interval", "0.1", "--ping-timeout", "0.3"],
      /no pong within 0\.3 s; --ping-timeout changes the limit/,
    ],
  ];
  for (const [args, stderr] of rows) {
    await using server = deafServer();
    const said = await cli(["ws", "-n", ...args, `:${server.port}/`], { stdin: "", env: CLEAN });
    assertRow(args.join(" "), said, { code: 2, stderr });
  }
});

Deno.test("ws --ping-interval lets a slow message come, also without a pong", async () => {
  await using server = deafServer("\x81\x12a message, slowly\n\x88\x00");
  const said = await cli(["ws", "-n", "--ping-interval", "0.2", `:${server.port}/`], {
    stdin: "",
    env: CLEAN,
  });
  assertRow("slowly", said, { code: 0, stdout: "a message, slowly\n\n" });
});

Deno.test("ws ends if the server does not read, and --wait if there are only pongs", async () => {
  await using server = deafServer("", true);
  const much = { stdin: `${"x".repeat(1024 * 1023)}\n`.repeat(30), env: CLEAN };
  assertRow("a server that sleeps", await cli(["ws", `:${server.port}/`], much), {
    code: 2,
    stderr: /error: The peer has read nothing for 2000 ms\n$/,
  });
  await using bin = await serving(["httpbin"]);
  const options = ["--wait", "0.5", "--ping-interval", "0.1", "--print-pings"];
  const said = await cli(["ws", ...options, `:${bin.port}/websocket/echo`], {
    stdin: "x\n",
    env: CLEAN,
  });
  assertRow("pongs", said, { code: 0, stdout: /^x\n(?:\[pong\]\n){2,5}$/ });
});

Deno.test("ws -s --restrict-uri answers one path only", async () => {
  await using server = startCli(["ws", "-s", "0", "--restrict-uri", "/chat"]);
  const [, port = ""] = await server.waitFor(/Running on ws:\/\/localhost:(\d+)/);
  await assertTable([
    ["its path", ["ws", "-1", `:${port}/chat`], { code: 0, stdout: "hi\n" }, { stdin: "hi\n" }],
    ["another", ["ws", `:${port}/other`], { code: 4, stderr: /404/ }, { stdin: "" }],
    ["plain HTTP", [`:${port}/chat`], { code: 0, stdout: /^A WebSocket server: roundtrip ws/ }],
    ["without -s", ["ws", "--restrict-uri", "/x", ":1/"], {
      code: USAGE,
      stderr: /--restrict-uri goes with -s PORT/,
    }],
    ["no path", ["ws", "-s", "0", "--restrict-uri", "x"], {
      code: USAGE,
      stderr: /"x" is not a path/,
    }],
  ]);
});

Deno.test("ws --reconnect loses no line of the input, and stops at once", async () => {
  const connected: PromiseWithResolvers<void>[] = [
    Promise.withResolvers(),
    Promise.withResolvers(),
  ];
  let count = 0;
  const handler = (request: Request): Response => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const number = count++;
    socket.onopen = () => connected[number]?.resolve();
    socket.onmessage = ({ data }) => {
      if (number === 0) socket.close(4500);
      else socket.send(`${number}: ${data}`);
    };
    return response;
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const { port } = server.addr;
  const [program = "", ...words] = ROUNDTRIP;
  const child = new Deno.Command(program, {
    args: [...words, "ws", "--reconnect", `ws://127.0.0.1:${port}/`],
    cwd: ROOT,
    env: CLEAN,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const writer = child.stdin.getWriter();
  const say = (text: string): Promise<void> => writer.write(new TextEncoder().encode(text));
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  await connected[0]?.promise;
  await say("closes it\n");
  await connected[1]?.promise;
  await say("first line\n"); // the loop of the lost connection also waited for it
  assertEquals((await reader.read()).value, "1: first line\n");
  await say("second line\n");
  assertEquals((await reader.read()).value, "1: second line\n");
  // The server is down: Ctrl-C ends the waiting.
  await server.shutdown();
  child.kill("SIGINT");
  await reader.cancel();
  assertEquals((await child.status).code, 130);
  clearTimeout(timer);
  await child.stderr.cancel();
  await writer.close().catch(() => {});
});

Deno.test("ws: origin, subprotocol, size, pings of the server", async () => {
  const app = new web.Application();
  app.addRoutes([web.get("/", async (request) => {
    const socket = new web.WebSocketResponse({ protocols: ["chat"] });
    await socket.prepare(request);
    await socket.sendStr(`${request.headers.get("origin")} ${socket.protocol} ${"x".repeat(20)}`);
    await socket.close();
    return socket;
  })]);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
  const url = `ws://127.0.0.1:${server.addr.port}/`;
  const options = { stdin: "", env: CLEAN };
  const x = "x".repeat(20);
  const own = `http://127.0.0.1:${server.addr.port}`;
  await assertTable([
    [
      "--origin",
      ["ws", "-n", "--origin", own, url],
      { code: 0, stdout: `${own} null ${x}\n` },
      options,
    ],
    ["an origin that the server refuses", ["ws", "-n", "--origin", "http://a.test", url], {
      code: 4,
      stderr: /403/,
    }, options],
    ["--protocol", ["ws", "-n", "--protocol", "x", "--protocol", "chat", url], {
      code: 0,
      stdout: `null chat ${x}\n`,
    }, options],
    ["--max-size", ["ws", "-n", "--max-size", "10", url], {
      code: 1,
      stderr: /error: Message size 30 exceeds limit 10; --max-size BYTES allows more\n$/,
    }, options],
    ["an invalid protocol", ["ws", "--protocol", "a b", url], {
      code: USAGE,
      stderr: /argument --protocol: "a b" is not a valid name/,
    }, options],
    ["a header that cannot be sent", ["ws", "--user-agent", "a\x1b", url], {
      code: USAGE,
      stderr: /item 'User-Agent:a\\x1b'/,
    }, options],
    ["an origin that cannot be sent", ["ws", "--origin", "a\nb", url], {
      code: USAGE,
      stderr: /item 'Origin:a\nb'/,
    }, options],
  ]);
  await server.shutdown();
});
