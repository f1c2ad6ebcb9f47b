import { assert, assertEquals, assertMatch } from "@std/assert";
import { createPrivateKey } from "node:crypto";
import { CA, CERT, KEY } from "../server/_tls.ts";
import {
  assertRow,
  assertTable,
  CLEAN,
  cli,
  type Expected,
  hasProgram,
  notOnOld,
  OLD,
  type RunOptions,
  serving,
  tempDir,
} from "./_cli.ts";
import { startProxy } from "../_proxies.ts";

const USAGE = 64;
type Row = readonly [name: string, args: readonly string[], Expected, RunOptions?];

/** The requests to it, one line each. */
async function answer(request: Request): Promise<Response> {
  return new Response(
    `${request.method} ${new URL(request.url).pathname} ${await request.text()}\n`,
  );
}

/** An encrypted key. */
function locked(key: string, passphrase: string): string {
  const options = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase } as const;
  return `${createPrivateKey(key).export(options)}`;
}

function secureServer(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: CERT,
    key: KEY,
    onListen() {},
  }, answer);
}

Deno.test("--verify: a certificate is verified, by a custom authority, or not", async () => {
  const server = secureServer();
  await using folder = await tempDir();
  const cwd = folder.path;
  await Deno.writeTextFile(`${cwd}/ca.pem`, CA);
  await Deno.writeTextFile(`${cwd}/bad.pem`, "no certificate");
  const { port } = server.addr;
  const url = `https://localhost:${port}/x`;
  const options = { cwd, env: CLEAN };
  const rows: Row[] = [
    ["not trusted", [url], {
      code: 1,
      stderr:
        /its certificate is not trusted\. --verify CA\.pem trusts it, --verify no skips the check/,
    }],
    ["--verify PATH", ["--verify", "ca.pem", url], { code: 0, stdout: "GET /x \n" }],
    ["--verify no", ["--verify", "no", url, "a=1"], { code: 0, stdout: 'POST /x {"a":"1"}\n' }],
    ["--verify FALSE", ["--verify", "fALse", url], { code: 0, stdout: "GET /x \n" }],
    ["the name of another host", [
      "--verify",
      "ca.pem",
      "--resolve",
      "other.test:127.0.0.1",
      `https://other.test:${port}/`,
    ], { code: 1, stderr: /its certificate is not trusted/ }],
    ["a wrong name, not verified", [
      "--verify=no",
      "--resolve",
      "other.test:127.0.0.1",
      `https://other.test:${port}/`,
    ], { code: 0, stdout: "GET / \n" }],
    ["a file that is missing", ["--verify", "nope.pem", url], {
      code: USAGE,
      stderr: /argument --verify: cannot read nope\.pem: no such file/,
    }],
    ["a file without a certificate", ["--verify", "bad.pem", url], {
      code: USAGE,
      stderr: /error: argument --verify: bad\.pem contains no PEM certificate\n$/,
    }],
    ["-m tells addresses and TLS", ["-m", "--verify", "ca.pem", url], {
      code: 0,
      stdout: new RegExp(
        `\\nAddress: \\S+:${port}, from \\S+:\\d+\\n[^]*\\nTLS: [\\d.]+ s\\n` +
          "TLS version: TLSv1\\.3, TLS_\\w+\\nCertificate: .+, by .+, until .+ GMT\\n",
      ),
    }],
    ["http to https", [`http://localhost:${port}/`], { code: 1, stderr: /roundtrip: error: / }],
    ["--cert-key alone", ["--cert-key", "x", url], { code: USAGE, stderr: /needs --cert/ }],
    ["--cert that is missing", ["--cert", "x.pem", url], {
      code: USAGE,
      stderr: /argument --cert: cannot read x\.pem/,
    }],
  ];
  await assertTable(
    withTls(rows).map(([name, args, expected]) => [name, args, expected, options]),
  );
  await server.shutdown();
});

// Options that node:tls of Deno 2.4 does not support.
const withTls = notOnOld("--verify", {
  "-m tells addresses and TLS": "its node:tls does not tell of TLS",
});
const byProxy = notOnOld("--proxy", {
  "https by http, not checked": "its node:tls hangs on a connection that a proxy has made",
});

if (OLD) {
  Deno.test({
    name: "options that an older Deno does not support are refused",
    fn: async () => {
      await using folder = await tempDir();
      await Deno.writeTextFile(`${folder.path}/both.pem`, CERT + KEY);
      const rows: [args: string[], what: RegExp][] = [
        [["--proxy", "https://127.0.0.1:1"], /cannot use https through an https proxy; 2\.9 can/],
        [
          ["--proxy", "socks5://127.0.0.1:1", "--verify=no"],
          /a proxy with --cert or --verify no; 2\.9 can/,
        ],
        [["--unix-socket", "x.sock"], /cannot use https over a unix socket; 2\.9 can/],
      ];
      const options = { cwd: folder.path, env: CLEAN };
      await assertTable(
        rows.map(([args, stderr]): Row => [
          args.join(" "),
          [...args, "https://localhost:1/"],
          { code: 1, stderr },
          options,
        ]),
      );
    },
  });
}

const openssl = await hasProgram("openssl");
Deno.test({
  name: "--cert and --cert-key are shown to a server that asks" +
    (openssl ? "" : " (needs openssl)"),
  ignore: !openssl,
  fn: async () => {
    await using folder = await tempDir();
    const cwd = folder.path;
    const files = {
      ...{ "ca.pem": CA, "cert.pem": CERT, "key.pem": KEY, "both.pem": CERT + KEY },
      "locked.pem": locked(KEY, "geheim"),
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${cwd}/${name}`, text);
    }
    const server = new Deno.Command("openssl", {
      args: ["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem"].concat([
        ..."-CAfile ca.pem -Verify 2 -verify_return_error -www".split(" "),
      ]),
      cwd,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    try {
      const decoder = new TextDecoder();
      const reader = server.stdout.getReader();
      let text = "";
      let port: string | undefined;
      while (port === undefined) {
        const { value, done } = await reader.read();
        assert(!done, text);
        text += decoder.decode(value, { stream: true });
        port = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      }
      reader.releaseLock();
      const draining = server.stdout.pipeTo(new WritableStream());
      const url = `https://localhost:${port}/`;
      const verify = ["--verify", "ca.pem"];
      const options = { cwd, env: CLEAN };
      const rows: Row[] = [
        ["without", [...verify, url], {
          code: 1,
          stderr: /it requires a client certificate: --cert FILE and --cert-key FILE/,
        }, options],
        ["two files", [...verify, "--cert", "cert.pem", "--cert-key", "key.pem", url], {
          code: 0,
          stdout: /Client certificate/,
        }, options],
        [
          "an encrypted key",
          [
            ...[...verify, "--cert", "cert.pem", "--cert-key", "locked.pem"],
            ...["--cert-key-pass", "geheim", url],
          ],
          { code: 0, stdout: /Client certificate/ },
          options,
        ],
        ["one file", [...verify, "--cert", "both.pem", url], {
          code: 0,
          stdout: /Client certificate/,
        }, options],
      ];
      await assertTable(rows);
      server.kill("SIGKILL");
      await draining;
    } finally {
      try {
        server.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await server.status;
    }
  },
});

Deno.test("--proxy: HTTP and SOCKS 5, for both schemes, with credentials", async () => {
  const plain = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  const secure = secureServer();
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/ca.pem`, CA);
  await using http = startProxy("http");
  await using closed = startProxy("http", "ada:s@cret");
  await using socks = startProxy("socks5");
  await using closedSocks = startProxy("socks5", "ada:s@cret");
  const options = { cwd: folder.path, env: CLEAN };
  const p = `${plain.addr.port}`;
  const s = `${secure.addr.port}`;
  const ca = ["--verify", "ca.pem"];
  const h = `http://127.0.0.1:${http.port}`;
  const k = `socks5://127.0.0.1:${socks.port}`;
  const rows: [name: string, args: string[], Expected, asked: string | null][] = [
    ["http by http", ["--proxy", h, `http://a.test:${p}/x`, "a=1"], {
      code: 0,
      stdout: 'POST /x {"a":"1"}\n',
    }, `POST http://a.test:${p}/x HTTP/1.1`],
    ["a method that fetch has not", ["--proxy", h, "TRACE", `http://a.test:${p}/x`], {
      code: 0,
      stdout: "TRACE /x \n",
    }, `TRACE http://a.test:${p}/x HTTP/1.1`],
    ["https by http", [...ca, "--proxy", h, `https://localhost:${s}/x`], {
      code: 0,
      stdout: "GET /x \n",
    }, `CONNECT localhost:${s} HTTP/1.1`],
    ["https by http, not trusted", ["--proxy", h, `https://localhost:${s}/x`], {
      code: 1,
      stderr: /its certificate is not trusted/,
    }, `CONNECT localhost:${s} HTTP/1.1`],
    ["https by http, not checked", ["--verify", "no", "--proxy", h, `https://a.test:${s}/x`], {
      code: 0,
      stdout: "GET /x \n",
    }, `CONNECT a.test:${s} HTTP/1.1`],
    ["http by socks5", ["--proxy", k, `http://127.0.0.1:${p}/x`], {
      code: 0,
      stdout: "GET /x \n",
    }, `SOCKS 127.0.0.1:${p}`],
    ["socks5 lets the proxy look names up", ["--proxy", k, `http://a.test:${p}/x`], {
      code: 0,
      stdout: "GET /x \n",
    }, `SOCKS a.test:${p}`],
    [
      "socks5h too",
      [
        "--proxy",
        k.replace("socks5", "socks5h"),
        `http://a.test:${p}/x`,
      ],
      { code: 0, stdout: "GET /x \n" },
      `SOCKS a.test:${p}`,
    ],
    ["https by socks5", [...ca, "--proxy", k, `https://localhost:${s}/x`], {
      code: 0,
      stdout: "GET /x \n",
    }, `SOCKS localhost:${s}`],
    ["for the other scheme", ["--proxy", `https:${h}`, `http://127.0.0.1:${p}/x`], {
      code: 0,
      stdout: "GET /x \n",
    }, null],
    ["HTTPie's form", ["--proxy", `http:${h}`, `http://b.test:${p}/x`], {
      code: 0,
      stdout: "GET /x \n",
    }, `GET http://b.test:${p}/x HTTP/1.1`],
    ["no scheme", ["--proxy", `127.0.0.1:${http.port}`, `http://c.test:${p}/x`], {
      code: 0,
      stdout: "GET /x \n",
    }, `GET http://c.test:${p}/x HTTP/1.1`],
    [
      "credentials",
      ["--proxy", `http://ada:s%40cret@127.0.0.1:${closed.port}`, `http://a.test:${p}/x`],
      { code: 0, stdout: "GET /x \n" },
      `GET http://a.test:${p}/x HTTP/1.1`,
    ],
    [
      "credentials with an unescaped %",
      ["--proxy", `http://ada:s%zz@127.0.0.1:${closed.port}`, `http://a.test:${p}/x`],
      { code: 4, stderr: /HTTP 407 Proxy Authentication Required/ },
      `GET http://a.test:${p}/x HTTP/1.1`,
    ],
    [
      "credentials, https",
      [
        ...ca,
        "--proxy",
        `http://ada:s%40cret@127.0.0.1:${closed.port}`,
        `https://localhost:${s}/x`,
      ],
      { code: 0, stdout: "GET /x \n" },
      `CONNECT localhost:${s} HTTP/1.1`,
    ],
    [
      "credentials, socks5",
      [
        "--proxy",
        `socks5h://ada:s%40cret@127.0.0.1:${closedSocks.port}`,
        `http://a.test:${p}/x`,
      ],
      { code: 0, stdout: "GET /x \n" },
      `SOCKS a.test:${p}`,
    ],
    ["no credentials", ["--proxy", `http://127.0.0.1:${closed.port}`, `http://a.test:${p}/x`], {
      code: 4,
      stderr: /HTTP 407 Proxy Authentication Required/,
    }, `GET http://a.test:${p}/x HTTP/1.1`],
    ["no credentials, https", [
      "--proxy",
      `http://127.0.0.1:${closed.port}`,
      `https://localhost:${s}/x`,
    ], {
      code: 1,
      stderr: /answered 407 .* to CONNECT localhost:\d+; it wants credentials/,
    }, `CONNECT localhost:${s} HTTP/1.1`],
    [
      "no credentials, socks5",
      [
        "--proxy",
        `socks5://127.0.0.1:${closedSocks.port}`,
        `http://127.0.0.1:${p}/x`,
      ],
      { code: 1, stderr: /wants credentials; socks5:\/\/user:password@host gives them/ },
      null,
    ],
    [
      "wrong credentials, socks5",
      [
        "--proxy",
        `socks5://eve:x@127.0.0.1:${closedSocks.port}`,
        `http://127.0.0.1:${p}/x`,
      ],
      { code: 1, stderr: /refused the credentials/ },
      null,
    ],
    ["no server behind the proxy", ["--proxy", k, "http://127.0.0.1:1/"], {
      code: 1,
      stderr: /cannot connect to 127\.0\.0\.1:1: the connection was refused/,
    }, "SOCKS 127.0.0.1:1"],
    ["no proxy there", ["--proxy", "http://127.0.0.1:1", `http://127.0.0.1:${p}/x`], {
      code: 1,
      stderr: /the proxy 127\.0\.0\.1:1 cannot be reached .*: it is set by --proxy/,
    }, null],
    ["no proxy there, https", ["--proxy", "http://127.0.0.1:1", `https://127.0.0.1:${s}/x`], {
      code: 1,
      stderr: /the proxy 127\.0\.0\.1:1 cannot be reached/,
    }, null],
    ["no SOCKS there", ["--proxy", `socks5://127.0.0.1:${p}`, `http://127.0.0.1:${p}/x`], {
      code: 1,
      stderr: /does not talk SOCKS 5|broke off/,
    }, null],
    ["no URL of a proxy", ["--proxy", "ftp://u:geheim@h", `http://127.0.0.1:${p}/x`], {
      code: USAGE,
      stderr: /^(?![^]*geheim)[^]*argument --proxy: expected http:\/\/HOST:PORT.*not ftp/,
    }, null],
  ];
  for (const [name, args, expected, asked] of byProxy(rows)) {
    const proxies = [http, closed, socks, closedSocks];
    for (const each of proxies) each.asked.length = 0;
    assertRow(name, await cli(args, options), expected);
    assertEquals(proxies.flatMap((each) => each.asked), asked === null ? [] : [asked], name);
  }
  await plain.shutdown();
  await secure.shutdown();
});

Deno.test("proxies of the environment, and .netrc", async () => {
  await using bin = await serving(["httpbin"]);
  await using folder = await tempDir();
  await using proxy = startProxy("http");
  await using socks = startProxy("socks5");
  const h = `http://127.0.0.1:${proxy.port}`;
  const { port } = bin;
  const url = `http://127.0.0.1:${port}`;
  const netrc = `${folder.path}/netrc`;
  await Deno.writeTextFile(netrc, "machine 127.0.0.1 login ada password secret\n");
  const line = `GET ${url}/uuid HTTP/1.1`;
  const rows: [name: string, args: string[], env: Record<string, string>, string[]][] = [
    ["http_proxy", [`${url}/uuid`], { http_proxy: h }, [line]],
    ["HTTP_PROXY", [`${url}/uuid`], { HTTP_PROXY: h }, [line]],
    ["all_proxy", [`${url}/uuid`], { ALL_PROXY: `socks5://127.0.0.1:${socks.port}` }, [
      `SOCKS 127.0.0.1:${port}`,
    ]],
    ["https_proxy is for others", [`${url}/uuid`], { https_proxy: h }, []],
    ["no_proxy", [`${url}/uuid`], { http_proxy: h, no_proxy: "example.org,127.0.0.1" }, []],
    ["--proxy counts first", ["--proxy", h, `${url}/uuid`], { http_proxy: "http://127.0.0.1:1" }, [
      line,
    ]],
    ["--proxy of nothing takes none", ["--proxy", "all:", `${url}/uuid`], { http_proxy: h }, []],
    [".netrc", [`${url}/basic-auth/ada/secret`], { NETRC: netrc }, []],
  ];
  for (const [name, args, env, asked] of rows) {
    proxy.asked.length = socks.asked.length = 0;
    const result = await cli(args, { env: { ...CLEAN, ...env } });
    assertEquals(result.code, 0, `${name}: ${result.stderr}`);
    assertEquals([...proxy.asked, ...socks.asked], asked, name);
  }
  const env = { ...CLEAN, NETRC: netrc };
  await assertTable([
    ["--ignore-netrc", ["--ignore-netrc", `${url}/basic-auth/ada/secret`], {
      code: 4,
      stdout: /.*/,
      stderr: /401/,
    }, { env }],
    ["credentials of the command line count first", ["-a", "eve:x", `${url}/basic-auth/eve/x`], {
      code: 0,
      stdout: /"eve"/,
    }, { env }],
    ["--bearer", ["--bearer", "t", `${url}/headers`], {
      code: 0,
      stdout: /"Authorization":"Bearer t"/,
    }, { env }],
    ["the last of -a and --bearer", ["--bearer", "t", "-a", "eve:x", `${url}/basic-auth/eve/x`], {
      code: 0,
      stdout: /"eve"/,
    }, { env }],
    ["--bearer by another way", ["--bearer", "t", "-A", "digest", url], {
      code: USAGE,
      stderr: /--bearer and --auth-type digest exclude each other/,
    }, { env }],
    [".netrc by -A basic", ["-A", "basic", `${url}/basic-auth/ada/secret`], {
      code: 0,
      stdout: /"ada"/,
    }, { env }],
    [".netrc by -A digest", ["-A", "digest", `${url}/digest-auth/auth/ada/secret`], {
      code: 0,
      stdout: /"ada"/,
    }, { env }],
    [".netrc by -A bearer", ["-A", "bearer", `${url}/headers`], {
      code: 0,
      stdout: /"Authorization":"Bearer secret"/,
    }, { env }],
    [".netrc of another host", ["-A", "digest", `http://localhost:${port}/headers`], {
      code: USAGE,
      stderr: /--auth-type needs --auth, or a line for localhost in \.netrc/,
    }, { env }],
    [".netrc that is ignored", ["-A", "digest", "--ignore-netrc", `${url}/headers`], {
      code: USAGE,
      stderr: /--auth-type needs --auth/,
    }, { env }],
    ["a token too", ["-A", "bearer", "-a", "t", `${url}/headers`], {
      code: 0,
      stdout: /"Authorization":"Bearer t"/,
    }, { env }],
    [
      "digest sends no password in the clear first",
      [
        "--all",
        "-F",
        "-p",
        "H",
        "--show-secrets",
        "-A",
        "digest",
        "-a",
        "ada:secret",
        `${url}/digest-auth/auth/ada/secret`,
      ],
      { code: 0, stdout: /^(?![^]*Basic)[^]*Authorization: Digest/ },
      { env },
    ],
    ["another host", [`http://localhost:${port}/headers`], {
      code: 0,
      stdout: /^(?![^]*Authorization)/,
    }, { env }],
    ["an invalid proxy in the environment", [`${url}/uuid`], {
      code: 1,
      stderr: /Cannot use the proxy.*look at http_proxy/,
    }, { env: { ...CLEAN, http_proxy: "ftp://x" } }],
  ]);
});

Deno.test("--unix-socket, --resolve, -4, -6, --connect-timeout", async () => {
  await using folder = await tempDir();
  const path = `${folder.path}/s.sock`;
  const local = Deno.serve({ transport: "unix", path, onListen() {} }, answer);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request, info) => new Response(`${request.headers.get("host")} ${info.remoteAddr.hostname}`),
  );
  // It accepts connections but never answers the TLS handshake.
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = server.addr;
  const options = { env: CLEAN };
  const rows: Row[] = [
    ["--unix-socket", ["--unix-socket", path, "http://any.test/x", "a=1"], {
      code: 0,
      stdout: 'POST /x {"a":"1"}\n',
    }],
    ["a socket that is missing", ["--unix-socket", `${path}x`, "http://any.test/x"], {
      code: 1,
      stderr: /s\.sockx/,
    }],
    ["--unix-socket and --proxy", ["--unix-socket", path, "--proxy", "http://x", ":/"], {
      code: USAGE,
      stderr: /--unix-socket and --proxy exclude each other/,
    }],
    ["--resolve HOST:ADDRESS", [
      "--resolve",
      "a.test:127.0.0.1",
      `http://a.test:${port}/`,
    ], { code: 0, stdout: `a.test:${port} 127.0.0.1` }],
    ["--resolve HOST:PORT:ADDRESS", [
      "--resolve",
      `a.test:${port}:127.0.0.1`,
      `http://a.test:${port}/`,
    ], { code: 0, stdout: `a.test:${port} 127.0.0.1` }],
    ["--resolve of another port", ["--resolve", "a.test:1:127.0.0.1", `http://a.test:${port}/`], {
      code: 1,
      stderr: /host not found/,
    }],
    ["--resolve of no address", ["--resolve", "a.test:nope", ":/"], {
      code: USAGE,
      stderr: /argument --resolve: "a\.test:nope" is not HOST:ADDRESS/,
    }],
    ["-4", ["-4", `http://localhost:${port}/`], {
      code: 0,
      stdout: `localhost:${port} 127.0.0.1`,
    }],
    ["-6 of a host without", ["-6", `http://127.0.0.1.test.invalid:${port}/`], {
      code: 1,
      stderr: /the host has no IPv6 address/,
    }],
    ["-6 does not take the IPv4 one", ["-6", `http://localhost:${port}/`], {
      code: 1,
      stderr: /has no IPv6 address|nothing listens there/,
    }],
    ["--connect-timeout", [
      "--connect-timeout",
      "0.3",
      `https://127.0.0.1:${silent.addr.port}/`,
    ], { code: 2, stderr: /no connection within 0\.3 s/ }],
    ["--connect-timeout is not for the reply", [
      "--connect-timeout",
      "5",
      `http://127.0.0.1:${port}/`,
    ], { code: 0, stdout: /127/ }],
  ];
  await assertTable(rows.map(([name, args, expected]) => [name, args, expected, options]));
  silent.close();
  await local.shutdown();
  await server.shutdown();
});

Deno.test("--retry repeats temporary failures, after Retry-After", async () => {
  let fail = 0;
  let seen = 0;
  const times: number[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    seen++;
    times.push(performance.now());
    if (seen > fail) return new Response(`attempt ${seen}`);
    const later = new URL(request.url).pathname === "/long" ? "3600" : "1";
    return new Response("busy", { status: 503, headers: { "retry-after": later } });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const rows: [name: string, failures: number, args: string[], attempts: number, Expected][] = [
    ["without", 1, [`${url}/`], 1, { code: 5, stdout: "busy", stderr: /503/ }],
    ["once", 1, ["--retry", "1", `${url}/`], 2, { code: 0, stdout: "attempt 2" }],
    ["not enough", 2, ["--retry", "1", `${url}/`], 2, { code: 5, stdout: "busy", stderr: /503/ }],
    ["POST is not repeated", 1, ["--retry", "1", `${url}/`, "a=1"], 1, {
      code: 5,
      stdout: "busy",
      stderr: /503/,
    }],
    ["a Retry-After that is too long", 1, ["--retry", "1", `${url}/long`], 1, {
      code: 5,
      stdout: "busy",
      stderr: /503/,
    }],
    ["a limit that leaves no room", 1, ["--retry", "1", "--timeout", "0.9", `${url}/`], 1, {
      code: 5,
      stdout: "busy",
      stderr: /503/,
    }],
    ["no number", 0, ["--retry", "x", `${url}/`], 0, { code: USAGE, stderr: /--retry: "x"/ }],
  ];
  for (const [name, failures, args, attempts, expected] of rows) {
    [fail, seen] = [failures, 0];
    times.length = 0;
    assertRow(name, await cli(args, { env: CLEAN }), expected);
    assertEquals(seen, attempts, name);
    const [first = 0, second = Infinity] = times;
    if (attempts > 1) assert(second - first >= 950, `${name}: ${second - first} ms apart`);
  }
  await server.shutdown();
  // The server is down for a moment.
  const { code, stderr } = await cli(["--retry", "1", ":1/"], { env: CLEAN });
  assertEquals(code, 1);
  assertMatch(stderr, /nothing listens there/);
});
