import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { NodeStream } from "../../http/bytes/node_stream.ts";
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { AddressInUseError, type Engine } from "../engine/engine.ts";
import { checkListenOptions, removeStaleSocket, type Site } from "../engine/listen_options.ts";
import type { Accepted } from "./socket_connection.ts";
import { SocketServer } from "./socket_engine.ts";
import { resolveLimits, type SocketLimits } from "./socket_limits.ts";

const HANDSHAKE_TIMEOUT = 30_000; // ms, for a client that does not go on with TLS

/**
 * Creates an engine over `node:net` and `node:tls`, for Node and Bun: `web.socketEngine()` with the
 * same HTTP/1.1, WebSockets and limits, and with TLS.
 * @throws {RangeError} If a limit is negative or not a number.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { nodeEngine } from "@roundtrip/http/node";
 *
 * const engine = nodeEngine({ maxConnections: 100 });
 * await using server = await web.TestServer.start(new web.Application(), { engine });
 * console.assert((await fetch(server.url)).status === 404);
 * ```
 */
export function nodeEngine(limits: SocketLimits = {}): Engine {
  const resolved = resolveLimits(limits);
  return async (options, handler) => {
    const where = checkListenOptions(options);
    if (where.path !== undefined) await removeStaleSocket(where.path);
    const isSecure = where.cert !== undefined;
    const tcp = await listenNode(where, isSecure);
    const listener = { addr: Object(tcp.address()), close: () => tcp.close() };
    const server = new SocketServer(listener, where, handler, resolved);
    tcp.on(isSecure ? "secureConnection" : "connection", (socket: Socket) => {
      server.serve(connectionOf(socket));
    });
    tcp.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
    tcp.on("error", () => {}); // a lack of descriptors: Node goes on accepting
    return server;
  };
}

async function listenNode(options: Site, isSecure: boolean): Promise<Server> {
  const { hostname, port, path, cert, key, backlog, reusePort } = options;
  if (reusePort) throw new NotSupportedError("reusePort", "run one process for each port");
  // A half-closed client still gets its answer (RFC 9112 section 9.6).
  const half = { allowHalfOpen: true, noDelay: true };
  const server = isSecure
    ? createTlsServer({
      ...half,
      ...{ cert, key, ALPNProtocols: ["http/1.1"], handshakeTimeout: HANDSHAKE_TIMEOUT },
    })
    : createServer(half);
  const more = backlog === undefined ? {} : { backlog };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("listening", resolve).once("error", reject);
  server.listen(path === undefined ? { host: hostname, port, ...more } : { path, ...more });
  try {
    await promise;
  } catch (cause) {
    const isTaken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    throw isTaken ? new AddressInUseError(options, cause) : cause;
  }
  return server;
}

/** A connection in the form of Deno's. */
function connectionOf(socket: Socket): Accepted {
  const { remoteAddress } = socket;
  const stream = new NodeStream(socket);
  return {
    remoteAddr: remoteAddress === undefined
      ? { transport: "unix" }
      : { transport: "tcp", hostname: remoteAddress.replace(/^::ffff:(?=\d+\.)/, "") },
    read: (buffer) => stream.read(buffer),
    write: (bytes) => stream.write(bytes).then(() => bytes.length),
    closeWrite: () => stream.closeWrite(),
    close: () => stream.close(),
  };
}
