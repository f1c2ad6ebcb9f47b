import { assert, assertEquals, assertMatch } from "@std/assert";
import { acceptOf } from "../../http/websocket/frames.ts";
import { CERT, KEY } from "../server/_tls.ts";
import {
  assertTable,
  CLEAN,
  cli,
  COMPILED,
  type Expected,
  rawServer,
  ROUNDTRIP,
  type RunOptions,
  startCli,
  tempDir,
} from "./_cli.ts";

const USAGE = 64;
type Row = readonly [name: string, args: readonly string[], Expected, RunOptions?];

/** A server that opens WebSockets, sends some bytes, and disconnects or stays silent. */
function cutting(
  frames: string,
  stays = false,
): { port: number; count: () => number } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  let count = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      count++;
      const buffer = new Uint8Array(65_536);
      const size = await connection.read(buffer) ?? 0;
      const head = new TextDecoder().decode(buffer.subarray(0, size));
      const accept = acceptOf(/sec-websocket-key: (\S+)/i.exec(head)?.[1] ?? "");
      const text = "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n${frames}`;
      await connection.write(Uint8Array.from(text, (each) => each.charCodeAt(0)));
      if (stays) open.push(connection);
      else connection.close();
    }
  })();
  return {
    port: listener.addr.port,
    count: () => count,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const each of open) each.close();
      await serving;
    },
  };
}

Deno.test("ws reports the end of the connection in one line", async () => {
  await using cut = cutting("");
  await using half = cutting("\x81\x7e\x01");
  await using said = cutting("\x81\x02hi");
  await using server = rawServer({
    "/loop": "HTTP/1.1 302 F\r\nLocation: /loop\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "/ftp": "HTTP/1.1 302 F\r\nLocation: ftp://x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
  });
  await using folder = await tempDir();
  const file = `${folder.path}/none.pem`;
  await Deno.writeTextFile(file, "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n");
  await Deno.writeTextFile(`${folder.path}/text`, "x");
  const options: RunOptions = { stdin: "", env: CLEAN, cwd: folder.path };
  const at = (port: number): string => `ws://127.0.0.1:${port}/`;
  const ws = server.url.replace("http", "ws");
  const lost = /^roundtrip ws: error: WebSocket connection lost: closed without a close frame\n$/;
  const usage = (what: RegExp): Expected => ({
    code: USAGE,
    stderr: new RegExp(`^usage: [^\\n]+\\nroundtrip ws: error: argument ${what.source}`),
  });
  const rows: Row[] = [
    ["cut", ["ws", "-n", at(cut.port)], { code: 3, stderr: lost }, options],
    ["cut in a frame", ["ws", "-n", at(half.port)], { code: 3, stderr: lost }, options],
    ["cut after a message", ["ws", "-n", at(said.port)], {
      code: 3,
      stdout: "hi\n",
      stderr: lost,
    }, options],
    ["redirects without end", ["ws", `${ws}/loop`], {
      code: 4,
      stderr: /^roundtrip ws: error: too many redirects[^\n]*\n$/,
    }, options],
    ["a redirect to another protocol", ["ws", `${ws}/ftp`], {
      code: 1,
      stderr: /^roundtrip ws: error: [^\n]*ftp, not http or https\n$/,
    }, options],
    [
      "--verify of no PEM",
      ["ws", "--verify", "text", "wss://127.0.0.1:1"],
      usage(/--verify: text contains no PEM certificate\n$/),
      options,
    ],
    [
      "--cert of no PEM",
      [
        ...["ws", "--cert", "text", "--cert-key", "text", "wss://127.0.0.1:1"],
      ],
      usage(/--cert: text contains no PEM certificate\n$/),
      options,
    ],
  ];
  await assertTable(rows);
});

Deno.test("ws exits soon after Ctrl-C, even if the server does not answer the close", async () => {
  await using server = cutting("\x81\x02hi", true);
  await using child = startCli(["ws", "-n", `ws://127.0.0.1:${server.port}/`], { env: CLEAN });
  await child.waitFor(/hi/);
  const pressed = performance.now();
  child.child.kill("SIGINT");
  const code = await child.exitCode();
  const ms = performance.now() - pressed;
  // 0.2 s for the close, with a margin for a busy machine; the regular limit would be 2 s.
  assert(code === 130 && ms < 1500, `${code} after ${ms} ms`);
});

Deno.test("ws --reconnect reconnects after an aborted connection", async () => {
  await using server = cutting("\x81\x02hi");
  const [program = "", ...words] = ROUNDTRIP;
  const child = new Deno.Command(program, {
    args: [...words, "ws", "-n", "--reconnect", `ws://127.0.0.1:${server.port}/`],
    env: { ...CLEAN, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (/^hi\nhi\n/.test(text)) break;
  }
  child.kill("SIGKILL");
  const { stderr } = await child.output().catch(() => ({ stderr: new Uint8Array() }));
  await child.status;
  assert(server.count() >= 2);
  assert(!/^ {4}at /m.test(new TextDecoder().decode(stderr)));
});

Deno.test({
  name: "a full disk and a full output are reported in one line",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using folder = await tempDir();
    await using server = rawServer({
      "/big": `HTTP/1.1 200 OK\r\nContent-Length: 300000\r\nConnection: close\r\n\r\n${
        "x".repeat(300_000)
      }`,
    });
    await Deno.mkdir(`${folder.path}/d`);
    await Deno.writeTextFile(`${folder.path}/app.js`, "export default { fetch() {} };");
    const url = `${server.url}/big`;
    const rows: [shell: string, args: string[], stderr: RegExp][] = [
      ...[
        ["--version"],
        ["--help"],
        ["help", "serve"],
        ["--generate", "man"],
        ["--offline", ":1", "a=1"],
        ["--curl", ":1"],
        ["tutorial"],
        ["tutorial", "1"],
        [url],
        ["files", "-P", "0", "d"],
      ].map((args): [string, string[], RegExp] => [
        '"$@" > /dev/full',
        args,
        /error: cannot write the output: no space left on device\n$/,
      ]),
      ['"$@" > /dev/full', ["serve", "-P", "0", "./app.js"], /error: No space left on device/],
      ['"$@" > /dev/full', ["httpbin", "-P", "0"], /error: No space left on device/],
      [
        '"$@"',
        ["--session", "/proc/s.json", url],
        /cannot save the session to \/proc\/s\.json: no such/,
      ],
      [
        '"$@"',
        ["--session", "/dev/full", url],
        /cannot read the session \/dev\/full: it is not a file/,
      ],
      ['"$@"', ["-o", "/proc/x", url], /cannot write \/proc\/x: /],
    ];
    // With `deno run` the limit would also break the cache. The signal must be ignored.
    const limited = "trap '' XFSZ; ulimit -f 10; \"$@\"";
    if (COMPILED) {
      rows.push(
        [limited, ["-d", "-o", "f", url], /cannot write f: file too large/],
        [limited, ["-d", "-c", "-o", "g", url], /cannot write g: file too large/],
      );
    }
    for (const [shell, args, pattern] of rows) {
      const { code, stderr } = await new Deno.Command("bash", {
        args: ["-c", shell, "bash", ...ROUNDTRIP, ...args],
        cwd: folder.path,
        env: { ...CLEAN, NO_COLOR: "1", TMPDIR: folder.path },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).output();
      const text = new TextDecoder().decode(stderr);
      assertMatch(text, pattern, `${shell} ${args.join(" ")}`);
      assert(code === 1, `${args.join(" ")}: ${code}`);
      assert(!/^ {4}at |Uncaught/m.test(text), text);
    }
  },
});

Deno.test("failures to listen, run or send are reported in one line", async () => {
  await using folder = await tempDir();
  const options: RunOptions = { cwd: folder.path, env: CLEAN };
  await Deno.writeTextFile(`${folder.path}/app.js`, "export default { fetch() {} };");
  await Deno.writeTextFile(`${folder.path}/class.js`, "export default class Mine {}");
  const name = "nope.invalid";
  const rows: [args: string[], code: number, stderr: RegExp][] = [
    [
      ["serve", "--path", "/nope/x", "./app.js"],
      1,
      /cannot listen on \/nope\/x: no such f/,
    ],
    [["serve", "--path", `/tmp/${"a".repeat(200)}`, "./app.js"], 1, /has at most 107 bytes/],
    [["serve", "-H", name, "./app.js"], 1, /cannot listen on nope\.invalid:8080: host not found/],
    [["files", "-H", name, "."], 1, /host not found/],
    [["httpbin", "-H", name], 1, /host not found/],
    [["ws", "-s", "0", "-H", name], 1, /host not found/],
    [["serve", "-P", "0", "--access-log-format", "%{", "./app.js"], 2, /--access-log-format: /],
    [["serve", "-P", "0", "./class.js"], 2, /is a class, .*: export default new Mine\(\)/],
    [["tutorial", "1", "--run", "0", "99999"], USAGE, /the example says: Invalid port/],
    [["--offline", ":1", `a${"[b]".repeat(20_000)}=1`], USAGE, /nested too deeply/],
  ];
  for (const [args, code, stderr] of rows) {
    const result = await cli(args, options);
    const shown = `${args.join(" ").slice(0, 80)}: ${result.stderr}`;
    assert(result.code === code, `${result.code} ${shown}`);
    assertMatch(result.stderr, stderr, shown);
    assert(!/^ {4}at /m.test(result.stderr), shown);
  }
});

/** Runs the command as another user, without root's permissions. */
const OTHER_USER: readonly string[] = Deno.uid() === 0
  ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
  : ["env"];

const canRefuse = await (async () => {
  // `deno run` has its cache in the home folder of the current user.
  if (!COMPILED || Deno.build.os === "windows") return false;
  const [first = "", ...words] = [...OTHER_USER, ...ROUNDTRIP, "--version"];
  try {
    return (await new Deno.Command(first, { args: words, stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    return false;
  }
})();

if (COMPILED) {
  Deno.test({
    name: "what the system forbids is told in a line, and by 403" +
      (canRefuse ? "" : " (needs a user who may run it)"),
    ignore: !canRefuse,
    fn: async () => {
      await using folder = await tempDir();
      const cwd = folder.path;
      await Deno.chmod(cwd, 0o755);
      await Deno.mkdir(`${cwd}/d/secret`, { recursive: true });
      await Deno.writeTextFile(`${cwd}/d/found`, "x");
      await Deno.writeTextFile(`${cwd}/app.js`, "export default { fetch() {} };");
      for (const path of ["app.js", "d/secret"]) await Deno.chmod(`${cwd}/${path}`, 0o000);
      await Deno.chmod(`${cwd}/d`, 0o555);
      const env = { ...CLEAN, NO_COLOR: "1", HOME: `${cwd}/d/secret`, XDG_CONFIG_HOME: "" };
      const [program = "", ...words] = [...OTHER_USER, ...ROUNDTRIP];
      const server = new Deno.Command(program, {
        args: [...words, "files", "-u", "--mkdir", "-P", "0", "d"],
        cwd,
        env,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      let text = "";
      const printed = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
      while (!/http:\S+/.test(text)) {
        const { value, done } = await printed.read();
        assert(!done, text);
        text += value;
      }
      const [url = ""] = /http:\S+/.exec(text) ?? [];
      const form = new FormData();
      form.append("path", new Blob(["x"]), "x");
      const rows: [name: string, path: string, init: RequestInit, status: number, text: RegExp][] =
        [
          ["an upload", "/", { method: "POST", body: form }, 403, /the system does not allow that/],
          ["a folder", "/secret/", {}, 403, /the system does not allow that/],
          ["the folder above", "/", {}, 200, /found/],
        ];
      for (const [name, path, init, status, pattern] of rows) {
        const reply = await fetch(url + path, init);
        assertMatch(await reply.text(), pattern, name);
        assert(reply.status === status, `${name}: ${reply.status}`);
      }
      const lines: [args: string[], stderr: RegExp][] = [
        [["serve", "./app.js"], /unable to import \.\/app\.js: Permission denied/],
        [[`${url}/found`, "-d"], /cannot write found: the system forbids it\n$/],
        [
          [`${url}/found`, "--session", "./s"],
          /cannot save the session to \.\/s: permission denied\n$/,
        ],
        [[":1", "@app.js"], /cannot read app\.js: Permission denied/],
      ];
      for (const [args, pattern] of lines) {
        const { stderr } = await new Deno.Command(program, {
          args: [...words, ...args],
          cwd,
          env,
          stdin: "null",
        }).output();
        const shown = new TextDecoder().decode(stderr);
        assertMatch(shown, pattern, args.join(" "));
        assert(!/^ {4}at /m.test(shown), shown);
      }
      server.kill("SIGKILL");
      await printed.cancel();
      assertMatch(await new Response(server.stderr).text(), /^$/);
      await server.status;
      for (const path of ["d", "d/secret"]) await Deno.chmod(`${cwd}/${path}`, 0o755);
    },
  });
}

Deno.test("the response of a server that answers early and closes is shown", async () => {
  await using folder = await tempDir();
  await Deno.writeFile(`${folder.path}/big`, new Uint8Array(20_000_000));
  const reply = "HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbig\n";
  const local = { hostname: "127.0.0.1", port: 0 };
  for (const scheme of ["http", "https"]) {
    using listener = scheme === "http"
      ? Deno.listen(local)
      : Deno.listenTls({ ...local, cert: CERT, key: KEY });
    const serve = (async () => {
      for (let round = 0; round < 4; round++) {
        using connection = await listener.accept();
        await connection.read(new Uint8Array(100));
        await connection.write(new TextEncoder().encode(reply));
        // It is closed with unread bytes, so further data causes a reset.
      }
    })();
    const url = `${scheme}://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/`;
    for (let round = 0; round < 4; round++) {
      const { code, stdout, stderr } = await cli(["-I", "--verify=no", url, "@big"], {
        cwd: folder.path,
      });
      assertEquals(stdout, "big\n", `${scheme}: ${stderr}`);
      assertEquals(code, 4);
      assertMatch(stderr, /413 Too Large/);
    }
    await serve;
  }
});
