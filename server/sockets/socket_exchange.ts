/**
 * One request of a socket connection with its response, as the application asks about them.
 * @module
 */
import { STATUS_CODES } from "node:http";
import type { SourceReader } from "../../http/bytes/body_source.ts";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import type { RequestHead } from "../../http/http1/head.ts";
import { formatHead } from "../../http/http1/format_head.ts";
import { HttpSyntaxError } from "../../http/http1/head_rules.ts";
import { FrameSocket } from "../../http/websocket/frame_socket.ts";
import { acceptDeflate } from "../../http/websocket/deflate.ts";
import { acceptOf } from "../../http/websocket/handshake.ts";
import type { SocketEvents, SocketPort } from "../../http/websocket/port.ts";
import type {
  EnginePort,
  RawHeaders,
  ServeInfo,
  SocketUpgrade,
  UpgradeOptions,
} from "../engine/engine.ts";
import { recordOf } from "../engine/response_record.ts";
import type { SocketBody } from "./socket_body.ts";
import { SocketRequest } from "./socket_request.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What an exchange asks of its connection. */
export interface ExchangeConnection {
  /** Watches for the client to leave. */
  watch(): void;
  /** Writes an informational reply, before the response. */
  inform(head: Bytes): Promise<void>;
}

/** Takes a connection over, with what came behind the handshake, until it ends. */
export type Upgraded = (stream: ByteStream, rest: Bytes) => Promise<void>;

/** A request under way, the engine's port for it, and what the runner is told. */
export class SocketExchange implements ServeInfo, EnginePort {
  /** The client's address. */
  readonly remoteAddr: { readonly transport: string; readonly hostname?: string };
  /** The request. */
  readonly request: SocketRequest;
  /** Whether a response has begun to leave. */
  hasAnswered = false;
  /** Takes the connection over once the handshake's reply is sent; `null` for other replies. */
  upgraded: Upgraded | null = null;
  /** What follows a response in chunks. */
  trailers: RawHeaders = [];
  readonly #head: RequestHead;
  readonly #connection: ExchangeConnection;
  readonly #body: SocketBody | null;
  #completed: PromiseWithResolvers<void> | null = null;
  #outcome: { readonly error: unknown } | "sent" | null = null;
  #leaving: AbortController | null = null;
  #expired: PromiseWithResolvers<Response> | null = null;
  #failure: unknown = null;

  /**
   * Creates one.
   *
   * @param head Head of the request.
   * @param url Its whole URL.
   * @param body Its body, `null` without one.
   * @param remoteAddr The client's address.
   * @param connection What carries it.
   */
  constructor(
    head: RequestHead,
    url: string,
    body: SocketBody | null,
    remoteAddr: { readonly transport: string; readonly hostname?: string },
    connection: ExchangeConnection,
  ) {
    this.request = new SocketRequest(head, url, body);
    this.remoteAddr = remoteAddr;
    this.#head = head;
    this.#connection = connection;
    this.#body = body;
  }

  /** This exchange is its own port. */
  get engine(): EnginePort {
    return this;
  }

  /** What has gone wrong with the connection meanwhile, `null` if nothing has. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Whether anyone waits for the end of the exchange, or for the client to leave. */
  get isWatched(): boolean {
    return this.#completed !== null || this.#leaving !== null || this.#failure !== null;
  }

  /** Resolves when the response was sent, rejects when that failed. */
  get completed(): Promise<void> {
    if (this.#completed === null) {
      this.#completed = Promise.withResolvers<void>();
      this.#completed.promise.catch(() => {});
      this.#settle();
    }
    return this.#completed.promise;
  }

  /**
   * Waits for a handler, as long as it may take.
   *
   * @returns Its response; one of status 504 if it is too slow, of status 500 if it fails.
   */
  async within(response: Promise<Response>): Promise<Response> {
    this.#expired = Promise.withResolvers<Response>();
    return await Promise.race([response, this.#expired.promise]);
  }

  /** The handler took too long: its signal aborts, and the client gets 504. */
  expire(): void {
    this.leave(new DOMException("The handler took too long", "TimeoutError"));
    this.#failure = null;
    this.#expired?.resolve(
      new Response("504: Gateway Timeout", { status: 504, headers: { connection: "close" } }),
    );
  }

  /** The client has left before it has its response. */
  leave(error: Error): void {
    if (this.#outcome !== null) return;
    this.#failure = error;
    this.request.abort(error);
    this.#leaving?.abort(new DOMException("The client has left", "AbortError"));
  }

  /** The response was sent. */
  complete(): void {
    this.#outcome ??= "sent";
    this.#settle();
  }

  /** The response could not be sent. */
  fail(error: unknown): void {
    this.#failure = error;
    this.#leaving?.abort(new DOMException("The client has left", "AbortError"));
    this.#outcome ??= { error };
    this.#settle();
  }

  #settle(): void {
    if (this.#outcome === "sent") this.#completed?.resolve();
    else if (this.#outcome !== null) this.#completed?.reject(this.#outcome.error);
  }

  /** {@inheritDoc EnginePort.headerOf} */
  headerOf(request: Request, name: string): string | null {
    return request instanceof SocketRequest ? request.header(name) : request.headers.get(name);
  }

  /** {@inheritDoc EnginePort.headersOf} */
  headersOf(response: Response): RawHeaders {
    return recordOf(response)?.headers ?? [...response.headers];
  }

  /** {@inheritDoc EnginePort.isBodyUsed} */
  isBodyUsed(response: Response): boolean {
    return recordOf(response) === null && (response.bodyUsed || response.body?.locked === true);
  }

  /** {@inheritDoc EnginePort.bodySizeOf} */
  bodySizeOf(response: Response): number | null {
    const record = recordOf(response);
    if (record === null) return response.body === null ? 0 : null;
    const { body } = record;
    return typeof body === "string" ? new TextEncoder().encode(body).length : body?.length ?? 0;
  }

  /** {@inheritDoc EnginePort.watchClient} */
  watchClient(): AbortController {
    const controller = this.#leaving ??= new AbortController();
    if (this.#failure !== null) {
      controller.abort(new DOMException("The client has left", "AbortError"));
    } else if (this.#body === null || this.#body.isDone) {
      this.#connection.watch();
    }
    return controller;
  }

  /** {@inheritDoc EnginePort.isReset} */
  isReset(error: unknown): boolean {
    return error === this.#failure || error instanceof HttpSyntaxError ||
      (error instanceof Error && error.name === "ClientLeftError");
  }

  /** {@inheritDoc EnginePort.takeBody} */
  takeBody(request: Request, limit: number): Bytes | null {
    return request instanceof SocketRequest ? request.takeBody(limit) : null;
  }

  /** {@inheritDoc EnginePort.readerOf} */
  readerOf(request: Request): SourceReader<Bytes> | null {
    return request instanceof SocketRequest ? request.takeReader() : null;
  }

  /** {@inheritDoc EnginePort.trailersOf} */
  trailersOf(): RawHeaders {
    return this.#body?.trailers.list ?? [];
  }

  /** {@inheritDoc EnginePort.sendTrailers} */
  sendTrailers(trailers: RawHeaders): void {
    this.trailers = trailers;
  }

  /** {@inheritDoc EnginePort.inform} */
  async inform(status: number, headers: RawHeaders): Promise<void> {
    if (this.hasAnswered) throw new TypeError("Cannot inform the client: its response has begun");
    if (this.#head.minor === 0) return; // RFC 9110 section 15.2
    const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`;
    await this.#connection.inform(formatHead(line, headers));
  }

  /** {@inheritDoc EnginePort.upgrade} */
  upgrade(_request: Request, events: SocketEvents, options: UpgradeOptions): SocketUpgrade {
    const { headers, protocol, heartbeat } = options;
    const key = this.request.header("sec-websocket-key") ?? "";
    const bits = options.compress ?? 0;
    const offer = this.request.header("sec-websocket-extensions");
    const deflate = bits === 0 ? null : acceptDeflate(offer, bits);
    const response = new UpgradeResponse(null, { headers });
    response.headers.set("upgrade", "websocket");
    response.headers.set("connection", "Upgrade");
    response.headers.set("sec-websocket-accept", acceptOf(key));
    if (protocol !== null) response.headers.set("sec-websocket-protocol", protocol);
    if (deflate !== null) response.headers.set("sec-websocket-extensions", deflate.header);
    let socket: FrameSocket | null = null;
    this.upgraded = async (stream, rest) => {
      socket = new FrameSocket(stream, events, {
        role: "server",
        maxMsgSize: options.maxMsgSize ?? 0,
        heartbeat,
        autoping: options.autoping ?? true,
        closeTimeout: options.closeTimeout ?? 10_000,
        deflate: deflate === null
          ? null
          : { own: deflate.agreement.server, peer: deflate.agreement.client },
        rest,
      });
      await socket.finished;
    };
    const port: SocketPort = {
      get bufferedAmount() {
        return socket?.bufferedAmount ?? 0;
      },
      send: (data) => socket?.send(data),
      close: (code, reason) => socket?.close(code, reason),
      terminate: () => socket?.terminate(),
      pause: () => socket?.pause(),
      resume: () => socket?.resume(),
      ping: (payload) => socket?.ping(payload),
      pong: (payload) => socket?.pong(payload),
    };
    return { socket: port, response };
  }
}

/** The platform makes no response of status 101; this one says so all the same. */
class UpgradeResponse extends Response {
  override get status(): number {
    return 101;
  }
}
