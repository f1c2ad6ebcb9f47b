// A session over sockets against programs of Debian.
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import {
  ClientConnectorError,
  ClientConnectorSSLError,
  ClientHttpProxyError,
  ClientSession,
  type SessionOptions,
  web,
} from "@roundtrip/http";
import { freePort, run, type Running, start } from "../_process.ts";
import { CLIENT_CA, CLIENT_CERT, CLIENT_KEY } from "../client/_client_cert.ts";
import { CA, CERT, KEY } from "../server/_tls.ts";

const TRUSTING = { connector: { caCerts: [CA] }, timeout: { total: 5_000 } } as const;
const SHOWING: SessionOptions = {
  ...TRUSTING,
  connector: { caCerts: [CA], cert: CLIENT_CERT, key: CLIENT_KEY },
};

/** What a test has to work with. */
interface Place {
  /** A folder of its own, with certificates. */
  readonly folder: string;
  /** Where an application echoes what it is sent. */
  readonly upstream: string;
  /** The same over TLS. */
  readonly secureUpstream: string;
  /** Starts a program and waits until it listens on a port. */
  listening(command: readonly string[], port: number): Promise<Running>;
}

function programTest(program: string, name: string, test: (place: Place) => Promise<void>): void {
  const found = ["/usr/bin/", "/usr/sbin/", "/usr/local/bin/"].some((folder) => {
    try {
      return Deno.statSync(folder + program).isFile;
    } catch {
      return false;
    }
  });
  Deno.test({
    name: `${program}: ${name}${found ? "" : ` (skipped: no ${program})`}`,
    ignore: !found,
    async fn() {
      await using stack = new AsyncDisposableStack();
      const folder = await Deno.makeTempDir();
      await Deno.chmod(folder, 0o777); // squid and nginx become other users
      stack.defer(() => Deno.remove(folder, { recursive: true }));
      const files = {
        "cert.pem": CERT,
        "key.pem": KEY,
        "both.pem": CERT + KEY,
        "ca.pem": CLIENT_CA,
      };
      for (const [file, text] of Object.entries(files)) {
        await Deno.writeTextFile(`${folder}/${file}`, text);
      }
      const app = echo();
      const runner = stack.use(new web.AppRunner(app));
      const secure = stack.use(new web.AppRunner(echo()));
      await test({
        folder,
        upstream: await runner.listen({ hostname: "127.0.0.1", port: 0 }),
        secureUpstream: await secure.listen({
          ...{ hostname: "127.0.0.1", port: 0, cert: CERT, key: KEY },
        }),
        async listening(command, port) {
          const running = stack.use(start(command));
          stack.defer(async () => { // squid would leave shared memory behind
            try {
              running.child.kill("SIGTERM");
            } catch {
              // It has already exited.
            }
            await running.exitCode();
          });
          for (let left = 300;; left--) {
            try {
              (await Deno.connect({ hostname: "127.0.0.1", port })).close();
              return running;
            } catch (error) {
              if (left === 0) throw new Error(running.output(), { cause: error });
              await new Promise((resolve) => setTimeout(resolve, 10));
            }
          }
        },
      });
    },
  });
}

function echo(): web.Application {
  const app = new web.Application({ clientMaxSize: 0 });
  app.addRoutes([
    web.post("/", async (request) => {
      const { headers } = request;
      const body = await request.text();
      const framing = headers.get("content-length") ?? headers.get("transfer-encoding");
      return web.jsonResponse({
        framing,
        size: body.length,
        secret: headers.get("proxy-authorization"),
      });
    }),
    web.get("/", (request) => web.textResponse(`hello ${request.query.get("n") ?? ""}`)),
    web.get(
      "/ws",
      web.webSocket(async (socket) => await socket.sendStr(await socket.receiveStr())),
    ),
  ]);
  return app;
}

/** Requests of every framing, one after another and many at once. */
async function exercise(session: ClientSession, url: string, options = {}): Promise<void> {
  const bodies: readonly [Record<string, unknown>, number][] = [
    [{ data: "text" }, 4],
    [{ data: new Blob(["x".repeat(300_000)]) }, 300_000],
    [{ data: new Blob(["x".repeat(300_000)]).stream() }, 300_000],
    [{ data: "expected", expect100: true }, 8],
  ];
  for (const [body, size] of bodies) {
    const response = await session.post(url, { ...options, ...body });
    const got = await response.json<{ size: number; secret: string | null }>();
    assertEquals([response.status, got.size, got.secret], [200, size, null]);
  }
  await Promise.all(Array.from({ length: 100 }, async (_, n) => {
    assertEquals(await (await session.get(`${url}?n=${n}`, options)).text(), `hello ${n}`);
  }));
}

programTest(
  "nginx",
  "files, an upstream, TLS, certificates, WebSockets, refusals",
  async (place) => {
    const { folder } = place;
    const [port, secure] = [freePort(), freePort()];
    await Deno.writeTextFile(`${folder}/file.txt`, "content ".repeat(5_000));
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    await Deno.writeTextFile(
      `${folder}/nginx.conf`,
      `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
    events {}
    http {
      access_log off; gzip on; gzip_min_length 1; gzip_types *; client_max_body_size 1m;
      ${paths.map((each) => `${each}_temp_path ${folder}/${each};`).join(" ")}
      map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
      server {
        listen 127.0.0.1:${port}; listen 127.0.0.1:${secure} ssl;
        ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
        ssl_client_certificate ${folder}/ca.pem; ssl_verify_client optional;
        location = /file.txt { root ${folder}; }
        location = /who { default_type text/plain; return 200 "$ssl_protocol $ssl_client_s_dn"; }
        location / {
          proxy_pass ${place.upstream}; proxy_http_version 1.1; proxy_set_header Host $http_host;
          proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
        }
      }
    }`,
    );
    await place.listening(["nginx", "-p", folder, "-c", `${folder}/nginx.conf`], port);
    await using session = new ClientSession(TRUSTING);
    for (const base of [`http://127.0.0.1:${port}`, `https://localhost:${secure}`]) {
      await exercise(session, `${base}/`);
      const file = await session.get(`${base}/file.txt`);
      assertEquals(file.headers.get("content-encoding"), "gzip");
      assertEquals((await file.text()).length, 40_000);
      const range = await session.get(`${base}/file.txt`, {
        headers: { range: "bytes=8-14", "accept-encoding": "identity" },
      });
      assertEquals([range.status, await range.text()], [206, "content"]);
      const large = await session.post(`${base}/`, { data: new Blob(["x".repeat(2_000_000)]) });
      assertEquals(large.status, 413);
      large.release();
      const ws = await session.wsConnect(`${base}/ws`);
      await ws.sendStr("through nginx");
      assertEquals(await ws.receiveStr(), "through nginx");
      await ws.close();
    }
    await using showing = new ClientSession(SHOWING);
    assertMatch(
      await (await showing.get(`https://localhost:${secure}/who`)).text(),
      /^TLSv1\.[23] CN=/,
    );
    const plain = await session.get(`http://127.0.0.1:${secure}/`);
    assertEquals(plain.status, 400);
    plain.release();
    const wrong = await assertRejects(() => session.get(`https://127.0.0.1:${port}/`));
    assertInstanceOf(wrong, ClientConnectorSSLError);
  },
);

programTest("haproxy", "TLS, requests as a proxy with a password", async (place) => {
  const [port, secure] = [freePort(), freePort()];
  await Deno.writeTextFile(
    `${place.folder}/haproxy.cfg`,
    `defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
userlist people
  user ann insecure-password secret
frontend in
  option http-use-proxy-header
  bind 127.0.0.1:${port}
  bind 127.0.0.1:${secure} ssl crt ${place.folder}/both.pem alpn h2,http/1.1
  http-request auth if { url_beg http:// } !{ http_auth(people) }
  http-request del-header proxy-authorization
  default_backend out
backend out
  server one ${new URL(place.upstream).host}
`,
  );
  await place.listening(["haproxy", "-db", "-f", `${place.folder}/haproxy.cfg`], port);
  await using session = new ClientSession(TRUSTING);
  await exercise(session, `https://localhost:${secure}/`);
  await exercise(session, "http://name.test/", { proxy: `http://ann:secret@127.0.0.1:${port}` });
  await using refused = await session.get("http://name.test/", {
    proxy: `http://127.0.0.1:${port}`,
  });
  assertEquals(refused.status, 407);
});

programTest("squid", "requests and tunnels of a proxy with a password", async (place) => {
  const port = freePort();
  const { folder, upstream, secureUpstream } = place;
  const { stdout } = await run(["openssl", "passwd", "-apr1", "secret"]);
  await Deno.writeTextFile(`${folder}/people`, `ann:${stdout}`);
  await Deno.writeTextFile(
    `${folder}/squid.conf`,
    `http_port 127.0.0.1:${port}
auth_param basic program /usr/lib/squid/basic_ncsa_auth ${folder}/people
auth_param basic children 1 startup=1
acl people proxy_auth REQUIRED
http_access allow people
http_access deny all
cache deny all
cache_log ${folder}/log
access_log none
coredump_dir ${folder}
max_filedescriptors 1024
pid_filename none
pinger_enable off
shutdown_lifetime 0
visible_hostname localhost
`,
  );
  await place.listening(["squid", "-N", "-n", `tests${port}`, "-f", `${folder}/squid.conf`], port);
  await using session = new ClientSession(TRUSTING);
  const proxy = `http://ann:secret@127.0.0.1:${port}`;
  const secure = secureUpstream.replace("127.0.0.1", "localhost");
  await exercise(session, `${upstream}/`, { proxy });
  await exercise(session, `${secure}/`, { proxy });
  await using through = new ClientSession({ ...TRUSTING, proxy });
  const ws = await through.wsConnect(`${secure}/ws`);
  await ws.sendStr("through squid");
  assertEquals(await ws.receiveStr(), "through squid");
  await ws.close();
  for (const auth of ["", "ann:wrong@"]) {
    const other = `http://${auth}127.0.0.1:${port}`;
    await using refused = await session.get(`${upstream}/`, { proxy: other });
    assertEquals(refused.status, 407);
    const error = await assertRejects(() => session.get(`${secure}/`, { proxy: other }));
    assertInstanceOf(error, ClientHttpProxyError);
    assertEquals(error.status, 407);
  }
});

programTest(
  "openssl",
  "s_server with each version of TLS, and with a client's certificate",
  async (place) => {
    const { folder } = place;
    const server = [
      "openssl",
      "s_server",
      "-cert",
      `${folder}/cert.pem`,
      "-key",
      `${folder}/key.pem`,
      "-www",
    ];
    const rows: readonly (readonly [args: readonly string[], version: string | null])[] = [
      [["-tls1_2"], "TLSv1.2"],
      [["-tls1_3"], "TLSv1.3"],
      [
        ["-tls1_3", "-Verify", "1", "-CAfile", `${folder}/ca.pem`, "-verify_return_error"],
        "TLSv1.3",
      ],
      [["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"], null],
    ];
    for (const [args, version] of rows) {
      const port = freePort();
      const url = `https://localhost:${port}/`;
      await using _ = await place.listening(
        [...server, "-accept", `127.0.0.1:${port}`, ...args],
        port,
      );
      await using session = new ClientSession(args.includes("-Verify") ? SHOWING : TRUSTING);
      await using strict = new ClientSession();
      assertInstanceOf(await assertRejects(() => strict.get(url)), ClientConnectorError);
      if (version === null) {
        assertInstanceOf(await assertRejects(() => session.get(url)), ClientConnectorSSLError);
        continue;
      }
      const response = await session.get(url);
      assertEquals([response.status, response.version, response.reason], [200, "1.0", "ok"]);
      const page = await response.text(); // until the end of the connection
      assert(page.includes(version), page);
    }
  },
);
