import { asError } from "../../http/as_error.ts";
import type { WebSocketChannel } from "../../http/websocket/channel.ts";
import { hasToken } from "../../http/http1/framing.ts";
import {
  type DeflateAgreement,
  offerDeflate,
  readDeflateAnswer,
} from "../../http/websocket/deflate.ts";
import { FrameSocket } from "../../http/websocket/frame_socket.ts";
import { acceptOf } from "../../http/websocket/handshake.ts";
import type { ClientHandler, ClientMiddleware } from "../hop/middleware.ts";
import { replyHeader } from "../hop/hop_result.ts";
import type { HopResult, Transport } from "../hop/transport.ts";
import type { SessionDefaults } from "../request/options.ts";
import { sender } from "../request/send_hop.ts";
import { startOfText } from "../response/error_body.ts";
import type { ClientResponse } from "../response/response.ts";
import { networkTransport } from "../transport/network_transport.ts";
import { WSServerHandshakeError } from "../errors/client_errors.ts";
import type { ResolvedWebSocket } from "./options.ts";

/** An upgraded connection with the bytes received after the response head. */
type Upgraded = ReturnType<NonNullable<HopResult["takeStream"]>>;

// Headers that the handshake sets itself, and headers of a body.
const OWN_HEADERS = /^(?:sec-websocket-.*|connection|upgrade|content-length|transfer-encoding)$/i;

/** Requests an upgrade and sends frames over that connection. */
export class Handshake {
  /** The innermost middleware of the request. */
  readonly middleware: ClientMiddleware;
  readonly #options: ResolvedWebSocket;
  readonly #channel: WebSocketChannel;
  readonly #transport: Transport | null; // if the socket has its own certificates
  #key = "";
  #upgraded: Upgraded | null = null;

  constructor(defaults: SessionDefaults, options: ResolvedWebSocket, channel: WebSocketChannel) {
    this.#options = options;
    this.#channel = channel;
    const { tls } = options;
    const transport = tls === null ? null : networkTransport({ ...defaults.connector, ...tls });
    this.#transport = transport;
    const send = transport === null ? null : sender(defaults, transport);
    this.middleware = (request, handler) => this.#ask(request, send ?? handler);
  }

  /** Creates the socket. @throws {WSServerHandshakeError} If the response is not an upgrade. */
  async finish(
    response: ClientResponse,
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
    const port = new FrameSocket(upgraded.stream, this.#channel, {
      ...this.#options,
      role: "client",
      deflate: agreed === null ? null : { own: agreed.client, peer: agreed.server },
    });
    port.start(upgraded.pending);
    return { port, compress: agreed !== null };
  }

  /** Closes the connection if `finish()` has not used it. */
  close(): void {
    this.#upgraded?.stream.close();
    this.#upgraded = null;
    this.#transport?.close();
  }

  /** Sends a hop with a new key. */
  async #ask(request: Parameters<ClientHandler>[0], send: ClientHandler): Promise<HopResult> {
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
