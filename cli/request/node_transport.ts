/**
 * A transport over `node:http`, which sends what the user wrote: headers in their case and order,
 * bodies with GET, TRACE; and tells what came: the server's reason, the connection's times.
 * @module
 */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { type Duplex, Readable } from "node:stream";
import {
  ClientConnectorError,
  ClientPayloadError,
  ClientProxyConnectionError,
  type ConnectFailure,
  ConnectionTimeoutError,
  type HopRequest,
  type HopResult,
  proxyAgent,
  type ProxyAgentOptions,
  ServerDisconnectedError,
  type Transport,
} from "../../client/mod.ts";

/** How to connect. */
export interface NodeTransportOptions {
  /** Whether a certificate has to be valid. */
  readonly verify: boolean;
  /** Certificates to trust beside the system's, in PEM form. */
  readonly ca: readonly string[];
  /** The client's own certificate with its key, in PEM form. */
  readonly identity: { readonly cert: string; readonly key: string } | null;
  /** Path of a unix socket to connect to, whatever the URL names. */
  readonly socketPath: string | null;
  /** Proxy of a URL; `undefined` leaves it to the hop, `null` takes none. */
  readonly proxyFor: (url: URL) => URL | null | undefined;
  /** Addresses of `host:port` or `host:*`, in place of what the system knows. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Only addresses of this family; 0 for both. */
  readonly family: 0 | 4 | 6;
  /** Address of this machine to connect from, `null` for the system's choice. */
  readonly localAddress: string | null;
  /** Limit for making the connection in ms, `null` for none. */
  readonly connectTimeout: number | null;
}

/** Times of an exchange, in ms since its last hop began. */
export interface Times {
  /** The name had been looked up. */
  lookup: number | null;
  /** The connection was there. */
  connected: number | null;
  /** TLS was agreed on. */
  secured: number | null;
  /** The head of the reply had come. */
  head: number | null;
}

// Until Deno 2.6 it was built on fetch, which chooses its connections itself.
const [MAJOR = 0, MINOR = 0] = Deno.version.deno.split(".").map(Number);
const OLD = MAJOR < 2 || (MAJOR === 2 && MINOR < 6);

/**
 * Makes the transport.
 *
 * @param options How to connect.
 * @param times Where the times of the last exchange are kept.
 */
export function nodeTransport(options: NodeTransportOptions, times: Times): Transport {
  const agents = new Map<string, HttpAgent>();
  const agentOf = async (
    secure: boolean,
    tunnel: URL | null,
    tls: ProxyAgentOptions,
  ): Promise<HttpAgent> => {
    const key = `${secure} ${tunnel?.href}`;
    let agent = agents.get(key);
    if (agent === undefined) {
      if (tunnel !== null) agent = await proxyAgent(tunnel, secure, tls) as HttpAgent;
      else {agent = secure
          ? new HttpsAgent({ keepAlive: true })
          : new HttpAgent({ keepAlive: true });}
      agents.set(key, agent);
    }
    return agent;
  };
  return {
    async send(hop) {
      const url = new URL(hop.url);
      const secure = url.protocol === "https:";
      const started = performance.now();
      const headers: Record<string, string | string[]> = Object.create(null);
      for (const [name, value] of hop.headers) {
        const before = headers[name];
        headers[name] = before === undefined ? value : [before, value].flat();
      }
      const names = new Set(hop.headers.map(([name]) => name.toLowerCase()));
      if (hop.body !== null && !names.has("content-length") && !names.has("transfer-encoding")) {
        if (hop.body.size === null) headers["Transfer-Encoding"] = "chunked";
        else headers["Content-Length"] = `${hop.body.size}`;
      }
      const chosen = options.proxyFor(url);
      const proxy = options.socketPath !== null
        ? null
        : chosen === undefined
        ? (hop.proxy === null ? null : new URL(hop.proxy))
        : chosen;
      // A proxy of HTTP is given plain requests whole; anything else goes through it unseen.
      if (proxy !== null && OLD) {
        const why = `the node:http of Deno ${Deno.version.deno} would go past it; 2.6 does not`;
        throw new ClientProxyConnectionError(url, "proxy", why);
      }
      const forwards = proxy !== null && !secure && /^https?:$/.test(proxy.protocol);
      const peer = forwards ? proxy : url;
      const overTls = peer.protocol === "https:";
      const tls: ProxyAgentOptions = overTls || proxy?.protocol === "https:"
        ? {
          rejectUnauthorized: options.verify,
          ...(options.ca.length > 0 ? { ca: await authorities(options.ca) } : {}),
          ...options.identity,
        }
        : {};
      const own = `${url.pathname}${url.search}`;
      const path = hop.method === "CONNECT"
        ? `${url.hostname}:${portOf(url)}` // RFC 9110 section 9.3.6
        : forwards
        ? `${url.origin}${own}`
        : own;
      if (forwards) {
        const credentials = proxyAuthorization(proxy);
        if (credentials !== null && !names.has("proxy-authorization")) {
          headers["Proxy-Authorization"] = credentials;
        }
      }
      const address = options.addresses.get(`${bareHost(url)}:${portOf(url)}`) ??
        options.addresses.get(`${bareHost(url)}:*`);
      times.lookup =
        times.connected =
        times.secured =
        times.head =
          null;
      const agent = await agentOf(overTls, forwards ? null : proxy, tls);
      const message = await new Promise<IncomingMessage>((resolve, reject) => {
        const outgoing = (overTls ? requestHttps : requestHttp)({
          method: hop.method,
          protocol: peer.protocol,
          hostname: bareHost(peer),
          port: portOf(peer),
          path,
          headers,
          agent,
          ...tls,
          ...(options.socketPath === null ? {} : { socketPath: options.socketPath }),
          ...(options.family === 0 ? {} : { family: options.family }),
          ...(options.localAddress === null ? {} : { localAddress: options.localAddress }),
          ...(address === undefined || proxy !== null ? {} : { lookup: fixedLookup(address) }),
        });
        const limit = options.connectTimeout;
        const timer = limit === null ? undefined : setTimeout(() => {
          reject(new ConnectionTimeoutError(url, "connect", limit, limit));
          outgoing.destroy();
        }, limit);
        outgoing.once("close", () => clearTimeout(timer));
        const onAbort = (): void => {
          reject(hop.signal.reason);
          outgoing.destroy();
        };
        if (hop.signal.aborted) return onAbort();
        hop.signal.addEventListener("abort", onAbort, { once: true });
        outgoing.on("socket", (socket) => {
          const since = (): number => performance.now() - started;
          const ready = (): void => {
            clearTimeout(timer);
            hop.observer?.connected();
          };
          if (!socket.connecting && !(overTls && proxy === null)) {
            times.connected ??= since();
            return ready();
          }
          socket.once("lookup", () => times.lookup = since());
          socket.once("connect", () => {
            times.connected = since();
            if (!overTls) ready();
          });
          socket.once("secureConnect", () => {
            times.secured = since();
            ready();
          });
        });
        outgoing.on("response", (reply) => {
          times.head = performance.now() - started;
          resolve(reply);
        });
        // Whatever was agreed on beside HTTP: the head is the answer, and nobody talks on.
        const onSwitch = (reply: IncomingMessage, socket: Duplex): void => {
          times.head = performance.now() - started;
          socket.destroy();
          resolve(reply);
        };
        outgoing.on("connect", onSwitch).on("upgrade", onSwitch);
        outgoing.on("close", () => reject(new ServerDisconnectedError(url, "no reply came")));
        outgoing.on("error", (error) => reject(connectError(error, hop, forwards ? proxy : null)));
        if (hop.body === null) outgoing.end();
        else if (hop.body.bytes !== null) outgoing.end(hop.body.bytes);
        else {
          Readable.fromWeb(hop.body.stream() as Parameters<typeof Readable.fromWeb>[0])
            .on("error", (error) => {
              reject(error);
              outgoing.destroy();
            })
            .pipe(outgoing);
        }
      });
      return resultOf(message, hop);
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** An address in place of the one that the name stands for. */
function fixedLookup(address: string): LookupFunction {
  const family = isIP(address);
  return (_name, options, callback) => {
    if (options.all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

/** What a proxy of HTTP wants for the credentials in its URL. */
function proxyAuthorization({ username, password }: URL): string | null {
  if (username === "" && password === "") return null;
  const text = decodeURIComponent(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}`;
}

function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}

async function authorities(own: readonly string[]): Promise<string[]> {
  const { rootCertificates } = await import("node:tls");
  return [...rootCertificates, ...own];
}

function resultOf(message: IncomingMessage, hop: HopRequest): HopResult {
  const headers = new Headers();
  const raw = message.rawHeaders;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    // Names and values of a hostile server that Headers would refuse are no reason to fail.
    try {
      headers.append(raw[at] ?? "", raw[at + 1] ?? "");
    } catch {
      continue;
    }
  }
  const status = message.statusCode ?? 0;
  const isEmpty = hop.method === "HEAD" || hop.method === "CONNECT" || status === 101 ||
    status === 204 || status === 304;
  if (isEmpty) message.resume();
  const abort = (): void => void message.destroy(hop.signal.reason);
  hop.signal.addEventListener("abort", abort, { once: true });
  return {
    status,
    reason: message.statusMessage ?? "",
    headers,
    body: isEmpty ? null : bodyOf(message),
    bodyError(error) {
      if (hop.signal.aborted) return hop.signal.reason;
      const why = error instanceof Error ? error.message : String(error);
      return new ClientPayloadError(
        `Response payload is not completed: the connection broke (${why})`,
        { cause: error },
      );
    },
    release: () => {
      hop.signal.removeEventListener("abort", abort);
      // A body that was given up would hold the connection, and the process.
      if (!isEmpty && !message.readableEnded) message.destroy();
    },
  };
}

const READ_AHEAD = 256 * 1024; // bytes

/**
 * The body, a little ahead of its reader. What came before the connection broke is given out before
 * the failure is, which a stream of Node drops: a download goes on from there.
 */
function bodyOf(message: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let waiting = 0;
  let end: Error | "complete" | null = null;
  let changed = Promise.withResolvers<void>();
  const tell = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const fail = (error: Error): void => {
    end ??= error;
    tell();
  };
  const announced = Number(message.headers["content-length"] ?? NaN);
  let received = 0;
  message.on("data", (piece: Uint8Array) => {
    pieces.push(new Uint8Array(piece));
    received += piece.length;
    waiting += piece.length;
    if (waiting >= READ_AHEAD) message.pause();
    tell();
  });
  message.on("end", () => {
    // `complete` is false for all replies in Deno 2.4; a chunked body that is cut is an error there.
    end ??= message.complete || !(received < announced)
      ? "complete"
      : new Error("it was closed before the end of the body");
    tell();
  });
  message.on("error", fail);
  message.on("close", () => fail(new Error("it was closed before the end of the body")));
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      while (pieces.length === 0 && end === null) {
        const next = changed.promise;
        message.resume();
        await next;
      }
      const piece = pieces.shift();
      if (piece !== undefined) {
        waiting -= piece.length;
        controller.enqueue(piece);
      } else if (end === "complete") controller.close();
      else controller.error(end);
    },
    cancel: () => void message.destroy(),
  }, { highWaterMark: 0 });
}

function connectError(
  error: Error & { code?: string },
  hop: HopRequest,
  proxy: URL | null,
): Error {
  if (hop.signal.aborted) return hop.signal.reason;
  const url = new URL(hop.url);
  if (proxy !== null && /^E(?!CONNRESET|PIPE)/.test(error.code ?? "")) {
    const why = `the proxy ${proxy.host} cannot be reached (${error.message})`;
    return new ClientProxyConnectionError(url, "proxy", why, { cause: error });
  }
  if (error instanceof ClientConnectorError) return error; // of the proxy
  if (error.code === "ECONNRESET" || /socket hang up/.test(error.message)) {
    return new ServerDisconnectedError(url, error.message, { cause: error });
  }
  return new ClientConnectorError(url, kindOf(error), error.message, { cause: error });
}

function kindOf({ message, code = "" }: Error & { code?: string }): ConnectFailure {
  if (/ENOTFOUND|EAI_/.test(code) || /failed to lookup address/.test(message)) return "dns";
  if (code === "ECONNREFUSED") return "refused";
  if (/EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/.test(code)) return "unreachable";
  if (/certificate|UnknownIssuer|SELF_SIGNED|UNABLE_TO_/i.test(`${message} ${code}`)) {
    return "certificate";
  }
  return /tls|ssl|handshake/i.test(`${message} ${code}`) ? "tls" : "other";
}
