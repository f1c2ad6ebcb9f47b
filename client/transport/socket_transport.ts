/**
 * The transport over sockets, with an HTTP/1.1 of our own (RFC 9112).
 * @module
 */
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { formatHead } from "../../http/http1/format_head.ts";
import type { ReplyHead } from "../../http/http1/head.ts";
import { ConnectionSlots, takeTurn } from "../connect/connection_slots.ts";
import {
  type ConnectorOptions,
  resolveConnector,
  type ResolvedConnector,
} from "../connect/connector.ts";
import { ConnectionOpener, type Route } from "../connect/open_connection.ts";
import { proxyAuthorization } from "../connect/proxy_authorization.ts";
import { isNamed } from "../hop/header_list.ts";
import { ClientConnectionError } from "../errors/connection_errors.ts";
import { abortOf } from "../hop/hop_abort.ts";
import { asksUpgrade, type HeaderList, type HopRequest, type Transport } from "../hop/transport.ts";
import { fetchTransport } from "./fetch_transport.ts";
import { type Outgoing, SocketConnection } from "./socket_connection.ts";
import { socketError } from "./socket_errors.ts";
import { type Free, SocketLease } from "./socket_lease.ts";
import { SocketPool } from "./socket_pool.ts";
import { SocketResult } from "./socket_result.ts";

const USUAL_HEADERS: HeaderList = [["accept", "*/*"], ["user-agent", "roundtrip"]];
/** Bodies up to this size go out in one write with their head. */
const JOINED = 64 * 1024;

/**
 * Makes a transport over sockets with connections of its own: HTTP/1.1 over TCP, TLS and Unix
 * sockets, through proxies of HTTP and SOCKS 5. It sends what `fetch` refuses: bodies with GET,
 * TRACE, any header; and it shows what `fetch` hides: reason phrases, raw headers, trailers.
 *
 * @param options How to connect.
 * @returns The transport; close it to end its connections.
 * @throws {RangeError} If a limit is no whole number from 0 on.
 * @throws {TypeError} If the proxy or the certificate is not valid.
 * @throws {NotSupportedError} If this runtime has no sockets of Deno's, or an option needs `fetch`.
 *
 * @example
 * ```ts
 * import { ClientSession, socketTransport, web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/", () => web.textResponse("hello"))]);
 * await using runner = new web.AppRunner(app);
 * const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 *
 * const transport = socketTransport({ limitPerHost: 4 });
 * await using session = new ClientSession({ baseUrl, transport });
 * await using response = await session.get("/");
 * console.assert(await response.text() === "hello");
 * ```
 */
export function socketTransport(options?: ConnectorOptions): Transport {
  const connector = resolveConnector(options);
  if (!("Deno" in globalThis)) {
    throw new NotSupportedError('connector.transport "sockets"', 'take "fetch" on this runtime');
  }
  if (options?.http2 === true) {
    const why = 'sockets talk HTTP/1.1; connector.transport "fetch" does it';
    throw new NotSupportedError("connector.http2", why);
  }
  const { caCerts, cert, key } = connector;
  if (cert !== null || caCerts.length > 0) {
    // A mistake in them is told here, not by the first request: fetch reads them at once.
    fetchTransport({ caCerts, ...(cert === null || key === null ? {} : { cert, key }) }).close();
  }
  return new SocketTransport(connector);
}

class SocketTransport implements Transport {
  readonly usualHeaders: HeaderList = USUAL_HEADERS;
  readonly webSockets = "upgrade";
  readonly #connector: ResolvedConnector;
  readonly #slots: ConnectionSlots;
  readonly #pool: SocketPool;
  readonly #opener: ConnectionOpener;
  #last: Prepared | null = null;
  #isClosed = false;

  constructor(connector: ResolvedConnector) {
    const { limit, limitPerHost, forceClose, keepAlive } = connector;
    this.#connector = connector;
    this.#slots = new ConnectionSlots(limit, limitPerHost);
    this.#opener = new ConnectionOpener(connector);
    this.#pool = new SocketPool(forceClose ? 0 : keepAlive, limit === 0 ? Infinity : limit);
  }

  send(request: HopRequest): Promise<SocketResult> {
    const waiting = this.#slots.acquire(request);
    return waiting === null
      ? this.#send(request)
      : takeTurn(waiting, request, this.#slots).then(() => this.#send(request));
  }

  async #send(request: HopRequest): Promise<SocketResult> {
    const proxy = request.proxy ?? this.#connector.proxy;
    const abort = abortOf(request);
    let socket: SocketConnection | null = null;
    try {
      if (this.#isClosed) throw new ClientConnectionError("Cannot send: the transport is closed");
      if (abort.reason !== null) throw abort.reason;
      const { way, outgoing } = this.#prepared(request, proxy);
      socket = request.fresh === true ? null : this.#pool.take(way.key, request.once);
      socket ??= await this.#connect(way, request);
      request.observer?.connected(socket.uses > 0);
      abort.add(socket);
      socket.begin();
      socket.send(outgoing);
      let head: ReplyHead | null = null;
      while (head === null) {
        let count: number | null;
        try {
          count = await socket.reading();
        } catch (error) {
          throw socket.broken(error);
        }
        head = socket.took(count, request.observer);
      }
      abort.delete(socket);
      if (abort.reason !== null) throw abort.reason;
      return new SocketResult(new SocketLease(head, request, socket, this.#free), socket);
    } catch (error) {
      if (socket !== null) {
        abort.delete(socket);
        socket.close();
      }
      this.#slots.release(request.url);
      throw socketError(error, request, proxy, socket);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#pool.close();
  }

  /** A request as it goes out; one that is the same as the last one needs no work. */
  #prepared(request: HopRequest, proxy: string | null): Prepared {
    const last = this.#last;
    const { url, method, headers, body, skipped } = request;
    if (
      last !== null && body === null && last.skipped === skipped && last.headers === headers &&
      last.url === url &&
      last.method === method && last.proxy === proxy
    ) return last;
    const way = wayOf(request, proxy);
    // "Connection: Upgrade" is said, and such a connection is not reused anyway.
    const closes = this.#connector.forceClose && !asksUpgrade(headers);
    const outgoing = outgoingOf(request, way, closes);
    const prepared = { url, method, headers, proxy, skipped, way, outgoing };
    if (body === null) this.#last = prepared;
    return prepared;
  }

  async #connect(way: Way, request: HopRequest): Promise<SocketConnection> {
    const { observer } = request;
    const { signal } = abortOf(request);
    this.#pool.makeRoom(this.#slots.used);
    observer?.connecting?.();
    return new SocketConnection(way.key, await this.#opener.open(way.route(), signal, observer));
  }

  readonly #free: Free = (socket, request, reusable, keptFor) => {
    if (reusable === "taken") {
      // It is somebody else's now.
    } else if (reusable) this.#pool.free(socket, keptFor);
    else socket.close();
    this.#slots.release(request.url);
  };
}

/** A request as it goes out, and what it was made of. */
interface Prepared extends Pick<HopRequest, "url" | "method" | "headers" | "proxy" | "skipped"> {
  readonly way: Way;
  readonly outgoing: Outgoing;
}

/** Which way a request goes. */
interface Way {
  /** Same for requests that can share a connection. */
  readonly key: string;
  /** Target of the request line. */
  readonly target: string;
  /** Host and port, as the URL has them. */
  readonly host: string;
  /** Host with its port, the usual one too (RFC 9112 section 3.2.3). */
  readonly authority: string;
  /** Credentials for a proxy that is given the request, `null` for none. */
  readonly proxyAuth: string | null;
  route(): Route;
}

function wayOf({ url: href, headers }: HopRequest, proxyHref: string | null): Way {
  const host = href.indexOf("//") + 2;
  const path = href.indexOf("/", host);
  const origin = href.slice(0, path);
  const name = href.slice(host, path);
  const secure = href.startsWith("https:");
  const proxy = proxyHref === null ? null : new URL(proxyHref);
  // A proxy of HTTP is given plain requests whole; anything else goes through it unseen.
  const forwards = proxy !== null && !secure && /^https?:$/.test(proxy.protocol) &&
    !asksUpgrade(headers);
  return {
    key: proxy === null ? origin : forwards ? `via ${proxy.href}` : `${origin} ${proxy.href}`,
    target: forwards ? href : href.slice(path),
    host: name,
    authority: /:\d+$/.test(name) ? name : `${name}:${secure ? 443 : 80}`,
    proxyAuth: forwards ? proxyAuthorization(proxy) : null,
    route() {
      const url = new URL(origin);
      return {
        host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
        port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
        secure,
        proxy,
        forwards,
      };
    },
  };
}

const SENDS_LENGTH: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

function outgoingOf(request: HopRequest, way: Way, forceClose: boolean): Outgoing {
  const { method, body, headers, skipped = NO_NAMES } = request;
  // RFC 9112 section 6: the framing is the body's, whatever the caller says; it was checked before.
  const chunked = body !== null && (body.size === null || isChunked(headers));
  const framing = chunked ? "transfer-encoding" : "content-length";
  const length = chunked ? "chunked" : `${body?.size ?? 0}`;
  let host: readonly [string, string] | null = skipped.has("host") ? null : ["host", way.host];
  let isFramed = body === null && (!SENDS_LENGTH.has(method) || skipped.has(framing));
  let closes = forceClose;
  let expects = false;
  let { proxyAuth } = way;
  const list: (readonly [string, string])[] = [];
  for (const pair of headers) {
    const [given, value] = pair;
    switch (given.toLowerCase()) {
      case "host":
        host = pair;
        continue;
      case "content-length":
      case "transfer-encoding":
        if (isFramed && body !== null) continue;
        list.push([isNamed(given, framing) ? given : framing, length]);
        isFramed = true;
        continue;
      case "expect":
        expects = body !== null && /100-continue/i.test(value);
        break;
      case "proxy-authorization":
        proxyAuth = null;
        break;
      case "connection":
        if (forceClose) continue;
        closes = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(value);
    }
    list.push(pair);
  }
  if (!isFramed) list.push([framing, length]);
  if (proxyAuth !== null) list.push(["proxy-authorization", proxyAuth]);
  if (forceClose) list.push(["connection", "close"]);
  if (host !== null) list.unshift(host); // RFC 9110 section 7.2
  const first = `${method} ${method === "CONNECT" ? way.authority : way.target} HTTP/1.1`;
  const bytes = body?.bytes ?? null;
  if (bytes === null || chunked || expects || bytes.length > JOINED) {
    const own = body !== null && body.size === 0 && !chunked ? null : body;
    const head = formatHead(first, list);
    return { head, body: own, chunked, expects: expects && own !== null, closes };
  }
  const head = formatHead(first, list, bytes.length);
  head.set(bytes, head.length - bytes.length);
  return { head, body: null, chunked: false, expects: false, closes };
}

const NO_NAMES: ReadonlySet<string> = new Set();

function isChunked(headers: HeaderList): boolean {
  return headers.some(([name, value]) =>
    isNamed(name, "transfer-encoding") && value.toLowerCase() === "chunked"
  );
}
