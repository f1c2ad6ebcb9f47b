/**
 * The opening handshake of a WebSocket, the client's half.
 *
 * A handshake is a hop like any other: the session's cookies and headers go in, cookies come out,
 * redirects are followed by the session's rules. What carries it is `npm:ws`, so it takes no place
 * of `connector.limit`, and `traceConfigs` are not told of it.
 *
 * @module
 */
import { asError } from "../../http/as_error.ts";
import { streamSource } from "../../http/bytes/body_source.ts";
import { decodedSource } from "../../http/coding/content_decoder.ts";
import type { LinkedList } from "../../http/linked_list.ts";
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { StreamReader } from "../../http/bytes/stream_reader.ts";
import { WebSocketChannel } from "../../http/websocket/channel.ts";
import { buildRequest } from "../request/build_request.ts";
import { environmentOf } from "../connect/environment.ts";
import {
  ClientConnectionError,
  ClientConnectorError,
  type ConnectFailure,
  ServerDisconnectedError,
} from "../errors/connection_errors.ts";
import { headersOf } from "../hop/header_list.ts";
import { connectorError } from "../errors/connector_errors.ts";
import { proxyAgent } from "../connect/proxy_agent.ts";
import { compose } from "../hop/middleware.ts";
import { middlewaresOf, resolveRequest, type SessionDefaults } from "../request/options.ts";
import { followRedirects } from "../request/redirect.ts";
import { ClientRequest } from "../hop/request.ts";
import { sender } from "../request/send_hop.ts";
import type { HopRequest, HopResult, Transport } from "../hop/transport.ts";
import { Watch } from "../request/request_lifetime.ts";
import { ClientWebSocketResponse } from "./websocket.ts";
import { WSServerHandshakeError } from "./handshake_error.ts";
import {
  type ResolvedWS,
  resolveWS,
  type WebSocketConnectOptions,
  WS_CONNECT_OPTIONS,
} from "./options.ts";
import { loadWs, type WsConstructor, type WsReply, type WsSocket } from "./ws_library.ts";
import { wsSocket } from "./ws_socket.ts";

/** What the last hop of a handshake gave. */
interface Handshake {
  socket: WsSocket | null;
  channel: WebSocketChannel | null;
  body: string | null;
  fault: Error | null;
}

// What a refusal says, as much as an error carries.
const MAX_BODY = 64 * 1024;

/**
 * Opens a WebSocket with the session's cookies, headers and limits.
 *
 * @typeParam T What `receiveJson()` gives.
 * @param defaults The session's options.
 * @param url URL, `ws:`, `wss:`, `http:` or `https:`, or relative to `baseUrl`.
 * @param options What the caller gave.
 * @param open The requests of the session that are under way.
 * @returns The socket, open.
 * @throws {WSServerHandshakeError} If the server's reply is no upgrade.
 * @throws {ClientConnectionError} If no reply came.
 * @throws {NotSupportedError} If the session has a way of its own: app, transport, local address.
 */
export async function connectWebSocket<T>(
  defaults: SessionDefaults,
  url: string | URL,
  options: WebSocketConnectOptions<T>,
  open: LinkedList<Watch>,
): Promise<ClientWebSocketResponse<T>> {
  WS_CONNECT_OPTIONS.check("session.wsConnect()", options);
  const { caCerts, cert, key, localAddress } = defaults.connector;
  const way = defaults.ownWay ?? (localAddress === undefined ? null : "connector.localAddress");
  if (way !== null) {
    throw new NotSupportedError(
      `A WebSocket in a session with ${way}`,
      "npm:ws connects by itself",
    );
  }
  const ws = resolveWS({
    ...options,
    caCerts: options.caCerts ?? caCerts,
    cert: options.cert ?? cert,
    key: options.key ?? key,
  });
  const { params, cookies, signal, origin } = options;
  const headers = headersOf(options.headers);
  if (origin !== undefined) headers.set("origin", origin);
  const given = { headers, params, cookies, signal };
  const resolved = resolveRequest(defaults, "GET", given);
  const init = buildRequest("GET", httpUrl(`${url}`), given, resolved);
  const Socket = await loadWs();
  const watch = new Watch({
    url: init.url,
    limits: resolved.timeout,
    external: resolved.signal,
    trace: null,
    proxy: resolved.proxy,
    skipped: new Set(["content-type"]),
    rawBody: true,
    onUploadProgress: null,
    open,
  });
  const handshake: Handshake = { socket: null, channel: null, body: null, fault: null };
  try {
    const transport = upgradeTransport(Socket, ws, handshake);
    const environment = defaults.trustEnv ? environmentOf() : null;
    const send = sender({ transport, jar: defaults.cookieJar, environment });
    const handler = compose(middlewaresOf(defaults), send);
    const first = new ClientRequest(init, watch);
    const { request, result, history } = await followRedirects(
      first,
      await handler(first),
      { follow: true, maxRedirects: ws.maxRedirects },
      handler,
    );
    const { socket, channel, fault } = handshake;
    if (socket === null || channel === null) {
      throw new WSServerHandshakeError({
        requestInfo: request,
        history,
        status: result.status,
        headers: result.headers,
        reason: reasonOf(result, fault),
        body: handshake.body,
        cause: fault ?? undefined,
      });
    }
    const opened = {
      url: request.url,
      headers: result.headers,
      history,
      protocol: result.headers.get("sec-websocket-protocol"),
      compress: socket.extensions.includes("permessage-deflate"),
      schema: ws.schema,
    };
    return new ClientWebSocketResponse(opened, channel, socket);
  } finally {
    watch.end();
  }
}

/** What makes the connection, where it is none that needs no more than an address. */
async function agentOf(
  { proxy, url }: HopRequest,
  { tls }: ResolvedWS<unknown>,
): Promise<{ agent?: object }> {
  const secure = url.startsWith("https:");
  if (proxy !== null) return { agent: await proxyAgent(proxy, secure, tls) };
  if (!secure) return {};
  // In Deno 2.4, the runtime of some executables, certificates count in an agent only.
  const { Agent } = await import("node:https");
  return { agent: new Agent(tls) };
}

/** The scheme that the session's rules know. */
function httpUrl(url: string): string {
  return url.replace(/^ws(?=s?:)/i, "http");
}

function upgradeTransport(
  Socket: WsConstructor,
  options: ResolvedWS<unknown>,
  handshake: Handshake,
): Transport {
  return {
    async send(request) {
      const agent = await agentOf(request, options);
      return await new Promise<HopResult>((resolve, reject) => {
        handshake.body = handshake.fault = null;
        const all = { ...wsOptions(request, options), ...agent };
        const socket = new Socket(new URL(request.url), options.protocols, all);
        let reply: WsReply | null = null;
        const settle = (): void => request.signal.removeEventListener("abort", abort);
        const abort = (): void => {
          settle();
          reject(request.signal.reason);
          socket.terminate();
        };
        const answer = (from: WsReply): void => {
          settle();
          resolve(resultOf(from));
        };
        socket.on("upgrade", (from) => {
          reply = from;
          // ws refuses a reply without a subprotocol if any was offered. A server may do without
          // (RFC 6455 section 4.2.2), and aiohttp's client goes on.
          const name = "sec-websocket-protocol";
          if (options.protocols[0] !== undefined) from.headers[name] ??= options.protocols[0];
        });
        socket.on("open", () => {
          if (reply === null) return;
          const channel = new WebSocketChannel({ ...options, closedReceives: 0 });
          channel.attach(wsSocket(socket, reply.socket, channel, options));
          channel.onOpen();
          handshake.socket = socket;
          handshake.channel = channel;
          answer(reply);
        });
        socket.on("unexpected-response", (_request, from) => {
          reply = from;
          readBody(from, resultOf(from).headers).then((body) => {
            handshake.body = body;
            answer(from);
            socket.terminate();
          });
        });
        socket.on("error", (error) => {
          if (handshake.socket === socket) return; // the port's business
          settle();
          // After a reply it is the reply that is wrong: its key, its subprotocol.
          if (reply === null) return reject(classify(error, request));
          handshake.fault ??= error;
          answer(reply);
        });
        if (request.signal.aborted) abort();
        else request.signal.addEventListener("abort", abort);
      });
    },
    close() {},
  };
}

function wsOptions(request: HopRequest, options: ResolvedWS<unknown>): Record<string, unknown> {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) {
    // The handshake's own are made by ws; a body's would announce one.
    if (!OWN_HEADERS.test(name)) headers[name] = value;
  }
  const { compress, maxMsgSize } = options;
  return {
    ...options.tls,
    headers,
    autoPong: options.autoping,
    closeTimeout: options.closeTimeout,
    // ws takes 0 as no limit; the channel checks again what passes.
    maxPayload: maxMsgSize === 0 ? 0 : Math.max(1, maxMsgSize - 1),
    perMessageDeflate: compress === false
      ? false
      : { clientMaxWindowBits: compress === 15 ? true : compress },
  };
}

const OWN_HEADERS =
  /^(?:sec-websocket-.*|connection|upgrade|host|content-length|transfer-encoding)$/i;

function resultOf(reply: WsReply): HopResult {
  const headers = new Headers();
  const { rawHeaders } = reply;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    let value = rawHeaders[at + 1] ?? "";
    // Redirects of a WebSocket may name its own scheme.
    if (rawHeaders[at]?.toLowerCase() === "location") value = httpUrl(value);
    headers.append(rawHeaders[at] ?? "", value);
  }
  return {
    status: reply.statusCode ?? 0,
    reason: reply.statusMessage ?? "",
    headers,
    body: null,
    bodyError: asError,
    release() {},
  };
}

/** The first 64 KiB of a refusal as text, decoded; what came of it if it breaks off. */
async function readBody(reply: WsReply, headers: Headers): Promise<string> {
  const raw = streamSource(ReadableStream.from(reply));
  // The handshake has the session's Accept-Encoding, as aiohttp's.
  const coding = headers.get("content-encoding") ?? "";
  const content = new StreamReader(decodedSource(raw, coding, { maxSize: 0 }));
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const piece of content.iterChunked(MAX_BODY)) {
      text += decoder.decode(piece, { stream: true });
      if (content.totalBytes >= MAX_BODY) break;
    }
  } catch {
    // The status is what is reported.
  }
  content.cancel().catch(() => {});
  return text.slice(0, MAX_BODY);
}

/** aiohttp's words for what is wrong with a reply. */
function reasonOf(result: HopResult, fault: Error | null): string {
  if (fault === null) return "Invalid response status";
  if (/Upgrade header/.test(fault.message)) return "Invalid upgrade header";
  if (/Accept header/.test(fault.message)) return "Invalid challenge response";
  return result.status === 101 ? fault.message : "Invalid response status";
}

const FAILURES: Readonly<Record<string, ConnectFailure>> = {
  ECONNREFUSED: "refused",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
};

function classify(error: Error & { code?: string }, request: HopRequest): Error {
  if (request.signal.aborted) return request.signal.reason;
  if (error instanceof ClientConnectorError) return error; // of the proxy
  const { code = "", message } = error;
  const options = { cause: error };
  const url = new URL(request.url);
  if (error.name === "NotCapable") {
    return connectorError(url, "permission", message, options);
  }
  const text = `${code} ${message}`;
  const failure = FAILURES[code] ??
    (/certificate|issuer/i.test(text) ? "certificate" : /tls|ssl/i.test(text) ? "tls" : null);
  if (failure !== null) return connectorError(url, failure, message, options);
  if (code === "ECONNRESET" || /hang up|closed/.test(message)) {
    return new ServerDisconnectedError(url, message, options);
  }
  return new ClientConnectionError(`Cannot connect to ${request.url}: ${message}`, options);
}
