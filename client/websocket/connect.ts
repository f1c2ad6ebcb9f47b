// Opening a WebSocket: a request of the session, whose connection then carries frames.
import { asError } from "../../http/as_error.ts";
import { isToken } from "../../http/headers/header_params.ts";
import { hasToken } from "../../http/http1/framing.ts";
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { OptionTable } from "../../http/options.ts";
import type { QueryInit } from "../../http/query.ts";
import { WebSocketChannel } from "../../http/websocket/channel.ts";
import {
  type DeflateAgreement,
  offerDeflate,
  readDeflateAnswer,
} from "../../http/websocket/deflate.ts";
import { FrameSocket } from "../../http/websocket/frame_socket.ts";
import { acceptOf } from "../../http/websocket/frames.ts";
import {
  socketLimits,
  WEB_SOCKET_OPTIONS,
  type WebSocketBaseOptions,
} from "../../http/websocket/limits.ts";
import type { CookieInit } from "../cookies/cookie_pairs.ts";
import { WSServerHandshakeError } from "../errors/client_errors.ts";
import { type HeadersLike, headersOf } from "../hop/header_list.ts";
import { replyHeader } from "../hop/hop_result.ts";
import type { ClientMiddleware } from "../hop/middleware.ts";
import type { HopResult } from "../hop/transport.ts";
import type { RequestOptions, SessionDefaults } from "../request/options.ts";
import type { ClientResponse } from "../response/response.ts";
import { startOfText } from "../response/response_text.ts";
import { ClientWebSocketResponse } from "./websocket.ts";

/**
 * Options of `session.wsConnect()`. The handshake is a request of the session; an open socket does
 * not count towards `connector.limit`.
 * @typeParam T Result of `receiveJson()`: the output of `schema`.
 */
export interface WebSocketConnectOptions<T = unknown> extends WebSocketBaseOptions<T> {
  /** Subprotocols to offer, the preferred one first. @default {[]} */
  readonly protocols?: readonly string[] | undefined;
  /** Headers of the handshake; they override the session's. */
  readonly headers?: HeadersLike | undefined;
  /** Query, appended to that of the URL. */
  readonly params?: QueryInit | undefined;
  /** Cookies of this handshake only; they are not stored. */
  readonly cookies?: CookieInit | undefined;
  /** The `Origin` header, for servers that check it. @default none */
  readonly origin?: string | undefined;
  /** Fails on this many redirects: 10 follows at most 9; 0 for no limit. @default {10} */
  readonly maxRedirects?: number | undefined;
  /** Aborts the handshake; its reason is thrown, wrapped if it is not an `Error`. */
  readonly signal?: AbortSignal | undefined;
}

const WEB_SOCKET_CONNECT_OPTIONS = new OptionTable<WebSocketConnectOptions<unknown>>({
  ...WEB_SOCKET_OPTIONS.kinds,
  protocols: "a list",
  headers: "a map or a list of pairs",
  params: "a string, an object or a list",
  cookies: "a map or a list of pairs",
  origin: "a string",
  maxRedirects: "a number",
  signal: "an AbortSignal",
}, {
  ...WEB_SOCKET_OPTIONS.remedies,
  ssl: "Give the session the authorities that you trust: { connector: { caCerts } }",
  cacerts: "It is an option of the session: { connector: { caCerts } }",
  cert: "It is an option of the session: { connector: { cert, key } }",
});

type ResolvedWebSocket = ReturnType<typeof resolveWebSocket>;

function resolveWebSocket(options: WebSocketConnectOptions<unknown>) {
  const protocols = [...options.protocols ?? []];
  for (const [at, protocol] of protocols.entries()) {
    // RFC 6455 section 4.1: unique tokens. Others could break the header.
    const isTwice = protocols.indexOf(protocol) < at;
    if (isToken(protocol) && !isTwice) continue;
    const why = isTwice ? "it is given twice" : "it is not a token";
    throw new TypeError(`Cannot offer the subprotocol ${JSON.stringify(protocol)}: ${why}`);
  }
  return {
    ...socketLimits(options, 0, 16 * 1024 ** 2),
    protocols,
    autoping: options.autoping ?? true,
  };
}

// Headers that the handshake sets itself, and headers of a body.
const OWN_HEADERS = /^(?:sec-websocket-.*|connection|upgrade|content-length|transfer-encoding)$/i;

export async function connectWebSocket<T>(
  defaults: SessionDefaults,
  url: string | URL,
  options: WebSocketConnectOptions<T>,
  get: (url: string, options: RequestOptions) => Promise<ClientResponse>,
): Promise<ClientWebSocketResponse<T>> {
  WEB_SOCKET_CONNECT_OPTIONS.check("session.wsConnect()", options);
  if (defaults.transport.webSockets !== true) throw noWebSockets(defaults);
  const { params, cookies, signal, origin, maxRedirects, schema = null } = options;
  const resolved = resolveWebSocket(options);
  const headers = headersOf(options.headers);
  if (origin !== undefined) headers.set("origin", origin);
  const channel = new WebSocketChannel({ ...resolved, closedReceives: 0 });
  const handshake = new Handshake(resolved);
  try {
    const response = await get(`${url}`.replace(/^ws(?=s?:)/i, "http"), {
      headers,
      params,
      cookies,
      signal,
      maxRedirects,
      middlewares: [...defaults.middlewares, handshake.middleware],
      raiseForStatus: false,
      autoDecompress: true, // the error shows the body of a refusal
    });
    const { port, compress } = await handshake.finish(response, channel);
    channel.attach(port);
    const init = { response, compress, receiveTimeout: resolved.receiveTimeout, schema };
    return new ClientWebSocketResponse(init, channel, port);
  } finally {
    handshake.close();
  }
}

function noWebSockets({ ownWay }: SessionDefaults): NotSupportedError {
  const remedies = {
    app: "requests reach the application without a connection; " +
      "serve it by web.AppRunner and connect to its URL",
    transport: "the transport's webSockets says that it opens none",
  };
  return new NotSupportedError(
    `A WebSocket in a session with ${ownWay ?? "fetch alone"}`,
    ownWay === null ? "this runtime has no sockets; use its own WebSocket" : remedies[ownWay],
  );
}

/** Requests an upgrade and sends frames over that connection. */
class Handshake {
  readonly #options: ResolvedWebSocket;
  #key = "";
  #upgraded: ReturnType<NonNullable<HopResult["takeStream"]>> | null = null;

  constructor(options: ResolvedWebSocket) {
    this.#options = options;
  }

  /** The innermost middleware, which sends a hop with a new key. */
  readonly middleware: ClientMiddleware = async (request, send) => {
    const { protocols, windowBits } = this.#options;
    this.#key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
    const result = await send(request.with({
      headers: [
        ...request.headerList.filter(([name]) => !OWN_HEADERS.test(name)),
        ["upgrade", "websocket"],
        ["connection", "Upgrade"],
        ["sec-websocket-key", this.#key],
        ["sec-websocket-version", "13"],
        ...given("sec-websocket-protocol", protocols.join(", ")),
        ...given("sec-websocket-extensions", windowBits === 0 ? "" : offerDeflate(windowBits)),
      ],
    }));
    if (result.status === 101) {
      this.#upgraded?.stream.close(); // of an attempt that a middleware retried
      this.#upgraded = result.takeStream?.() ?? null;
    }
    // Redirects of a WebSocket may use ws: or wss:.
    const location = replyHeader(result, "location");
    if (location !== null && /^ws/i.test(location)) {
      result.headers.set("location", location.replace(/^ws/i, "http"));
    }
    return result;
  };

  /** Creates the socket. @throws {WSServerHandshakeError} If the response is not an upgrade. */
  async finish(
    response: ClientResponse,
    channel: WebSocketChannel,
  ): Promise<{ readonly port: FrameSocket; readonly compress: boolean }> {
    const upgraded = this.#upgraded;
    if (upgraded === null) throw await refusal(response, "Invalid response status");
    const fault = this.#faultOf(response.headers);
    if (fault !== null) throw await refusal(response, fault);
    let agreed: DeflateAgreement | null;
    try {
      const answer = response.headers.get("sec-websocket-extensions");
      agreed = readDeflateAnswer(answer, this.#options.windowBits);
    } catch (cause) {
      throw await refusal(response, asError(cause).message, cause);
    }
    this.#upgraded = null;
    const port = new FrameSocket(upgraded.stream, channel, {
      ...this.#options,
      role: "client",
      deflate: agreed === null ? null : { own: agreed.client, peer: agreed.server },
    });
    port.start(upgraded.pending);
    return { port, compress: agreed !== null };
  }

  close(): void {
    this.#upgraded?.stream.close();
    this.#upgraded = null;
  }

  /** Fault of the headers of a 101, in aiohttp's words; `null` if they are valid. */
  #faultOf(headers: Headers): string | null {
    if (headers.get("upgrade")?.toLowerCase() !== "websocket") return "Invalid upgrade header";
    const connection = headers.get("connection") ?? "";
    if (!hasToken(connection, "upgrade")) return "Invalid connection header";
    if (headers.get("sec-websocket-accept") !== acceptOf(this.#key)) {
      return "Invalid challenge response";
    }
    // A server may choose no subprotocol (section 4.2.2), which aiohttp's client accepts.
    const protocol = headers.get("sec-websocket-protocol");
    if (protocol === null || this.#options.protocols.includes(protocol)) return null;
    return "Invalid subprotocol";
  }
}

async function refusal(
  response: ClientResponse,
  reason: string,
  cause?: unknown,
): Promise<WSServerHandshakeError> {
  const { status, headers, history, requestInfo } = response;
  const body = status === 101 ? null : await startOfText(response.content, response.charset) ?? "";
  response.release();
  return new WSServerHandshakeError({ requestInfo, history, status, headers, reason, body, cause });
}

function given(name: string, value: string): [string, string][] {
  return value === "" ? [] : [[name, value]];
}
