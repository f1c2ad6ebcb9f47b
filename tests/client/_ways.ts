/**
 * Ways to connect to a TLS server, and their results.
 * @module
 */
import { type AddressInfo, connect as connectTcp } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { ConnectorOptions } from "@roundtrip/http";
import { CA, CERT, KEY } from "../server/_tls.ts";
import { CLIENT_CA, CLIENT_CERT, CLIENT_KEY } from "./_client_cert.ts";
import { connectProxy, socksProxy } from "./_proxies.ts";
import { reply } from "./_raw_server.ts";

/** A way to connect, with the expected text or error class. */
export type Way = [name: string, url: string, options: ConnectorOptions, expected: string];

interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** A TLS server that answers with the client's address and certificate. */
export function secureServer(): Promise<Listening> {
  return listening((socket) => {
    socket.once("data", () => {
      const { subject } = socket.getPeerCertificate();
      const said = `${socket.remoteAddress} ${subject?.CN ?? "nobody"}`;
      socket.end(reply(said));
    });
  });
}

/** A CONNECT proxy over TLS; every host is 127.0.0.1. It records client certificates. */
function secureProxy(shown: Set<string>): Promise<Listening> {
  return listening((socket) => {
    shown.add(socket.getPeerCertificate().subject?.CN ?? "nobody");
    socket.once("data", (head: Uint8Array) => {
      const [, port] = /^CONNECT \S+:(\d+) /.exec(new TextDecoder().decode(head)) ?? [];
      if (port === "1") return socket.end("HTTP/1.1 403 Not Here\r\nX: y\r\n\r\n");
      const target = connectTcp(Number(port), "127.0.0.1");
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.on("close", () => target.destroy()).pipe(target).on("error", () => {}).pipe(socket);
    });
  });
}

async function listening(serve: (socket: TLSSocket) => void): Promise<Listening> {
  const open = new Set<TLSSocket>();
  const options = { cert: CERT, key: KEY, ca: CLIENT_CA, requestCert: true };
  const server = createServer({ ...options, rejectUnauthorized: false }, (socket) => {
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const each of open) each.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A Unix socket that forwards to a port. */
function unixSocket(port: number): { readonly proxy: string } & AsyncDisposable {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/s.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  const running: Promise<unknown>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      const target = await Deno.connect({ hostname: "127.0.0.1", port });
      running.push(connection.readable.pipeTo(target.writable).catch(() => {}));
      running.push(target.readable.pipeTo(connection.writable).catch(() => {}));
    }
  })();
  return {
    proxy: `unix:${path}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(running);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

export const FINGERPRINT =
  "7E:FF:61:80:78:E3:30:E0:7C:4B:AA:25:06:D5:2F:E6:89:93:0B:77:65:55:4C:FB:25:A7:24:0A:B5:C2:BB:38";

/** Ways to connect, with running servers until disposal. */
export async function startWays(): Promise<
  AsyncDisposable & {
    readonly rows: readonly Way[];
    /** Client certificates seen by the TLS proxy. */
    readonly shown: ReadonlySet<string>;
  }
> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await secureServer());
  const shown = new Set<string>();
  const outer = stack.use(await secureProxy(shown));
  const plain = stack.use(connectProxy());
  const socks = stack.use(socksProxy());
  const local = stack.use(unixSocket(server.port));
  const { port } = server;
  const name = `https://localhost:${port}/`;
  const identity = { cert: CLIENT_CERT, key: CLIENT_KEY };
  const caCerts = [CA];
  const http = { proxy: `http://127.0.0.1:${plain.port}` };
  const https = { proxy: `https://localhost:${outer.port}` };
  const socks5 = { proxy: `socks5://127.0.0.1:${socks.port}` };
  const unix = { proxy: local.proxy };
  const rows: Way[] = [
    ["straight", name, { caCerts }, "127.0.0.1 nobody"],
    ["not trusted", name, {}, "ClientConnectorCertificateError"],
    ["not checked", name, { verify: false }, "127.0.0.1 nobody"],
    ["fingerprint", name, { fingerprint: FINGERPRINT }, "127.0.0.1 nobody"],
    [
      "fingerprint without colons",
      name,
      { fingerprint: FINGERPRINT.replaceAll(":", "").toLowerCase() },
      "127.0.0.1 nobody",
    ],
    ["another fingerprint", name, { fingerprint: "00".repeat(32) }, "ServerFingerprintMismatch"],
    [
      "another fingerprint of a trusted certificate",
      name,
      { caCerts, fingerprint: "00".repeat(32) },
      "ServerFingerprintMismatch",
    ],
    [
      "a name that is not in the certificate",
      `https://a.test:${port}/`,
      { caCerts, resolve: () => ["127.0.0.1"] },
      "ClientConnectorCertificateError",
    ],
    [
      "serverName",
      `https://a.test:${port}/`,
      { caCerts, resolve: () => ["127.0.0.1"], serverName: "localhost" },
      "127.0.0.1 nobody",
    ],
    ["an address", `https://127.0.0.1:${port}/`, { caCerts, tlsInfo: true }, "127.0.0.1 nobody"],
    ["identity", name, { caCerts, ...identity }, "127.0.0.1 roundtrip-client"],
    [
      "identity and resolve",
      `https://a.test:${port}/`,
      { caCerts, ...identity, resolve: () => ["127.0.0.1"], serverName: "localhost" },
      "127.0.0.1 roundtrip-client",
    ],
    [
      "identity through http:",
      name,
      { caCerts, ...identity, ...http },
      "127.0.0.1 roundtrip-client",
    ],
    [
      "identity through socks5:",
      name,
      { caCerts, ...identity, ...socks5 },
      "127.0.0.1 roundtrip-client",
    ],
    ["https: proxy", name, { caCerts, ...https }, "127.0.0.1 nobody"],
    ["https: proxy that is not trusted", name, https, "ClientProxyConnectionError"],
    [
      "https: proxy that is not trusted, and a fingerprint, which does not apply to it",
      name,
      { fingerprint: FINGERPRINT, ...https },
      "ClientProxyConnectionError",
    ],
    [
      "identity through https:",
      name,
      { caCerts, ...identity, ...https },
      "127.0.0.1 roundtrip-client",
    ],
    ["https: proxy, not checked", name, { verify: false, ...https }, "127.0.0.1 nobody"],
    [
      "https: proxy that refuses",
      "https://localhost:1/",
      { caCerts, ...https },
      "ClientHttpProxyError",
    ],
    ["unix: with TLS", name, { caCerts, ...unix }, "127.0.0.1 nobody"],
    ["unix: with TLS, not trusted", name, unix, "ClientConnectorCertificateError"],
    [
      "identity on unix:",
      name,
      { caCerts, ...identity, ...unix },
      "127.0.0.1 roundtrip-client",
    ],
  ];
  if (Deno.build.os === "linux") {
    const localAddress = "127.0.0.9";
    rows.push(
      ["localAddress", name, { caCerts, localAddress }, "127.0.0.9 nobody"],
      [
        "localAddress to a proxy",
        name,
        { caCerts, localAddress, ...http },
        "127.0.0.1 nobody",
      ],
    );
  }
  return { rows, shown, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
