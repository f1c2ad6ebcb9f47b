import type { Bytes } from "../../http/bytes/bytes.ts";
import { asciiText } from "../../http/bytes/latin1.ts";
import type { SourceReader } from "../../http/bytes/body_source.ts";
import type { RequestHead } from "../../http/http1/head.ts";
import { formatHead } from "../../http/http1/format_head.ts";
import { HttpSyntaxError } from "../../http/http1/head_rules.ts";
import { FrameSocket } from "../../http/websocket/frame_socket.ts";
import { acceptDeflate } from "../../http/websocket/deflate.ts";
import { acceptOf } from "../../http/websocket/frames.ts";
import type { SocketEvents } from "../../http/websocket/port.ts";
import { denoPort } from "../engine/deno_port.ts";
import type {
  EnginePort,
  RawHeaders,
  ServeInfo,
  SocketUpgrade,
  UpgradeOptions,
} from "../engine/engine.ts";
import { RecordedResponse, recordOf, sizeOf } from "../engine/response_record.ts";
import type { RequestConnection, SocketBody } from "./socket_body.ts";
import { SocketRequest } from "./socket_request.ts";
import { firstLine } from "./socket_response.ts";

const NO_TRAILERS: RawHeaders = [];
const UPGRADE: RawHeaders = [["upgrade", "websocket"], ["connection", "Upgrade"]];

/** A pending request, its engine port, and its connection info. */
export class SocketExchange implements ServeInfo, EnginePort {
  readonly remoteAddr: RequestConnection["remote"];
  readonly request: SocketRequest;
  readonly head: RequestHead;
  readonly body: SocketBody | null;
  hasAnswered = false;
  upgraded: FrameSocket | null = null; // takes over after the handshake's reply; null for others
  trailers: RawHeaders = NO_TRAILERS;
  failure: unknown = null;
  readonly #connection: RequestConnection;
  #completed: PromiseWithResolvers<void> | null = null;
  #outcome: { readonly error: unknown } | "sent" | null = null;
  #leaving: AbortController | null = null;
  #expired: PromiseWithResolvers<Response> | null = null;

  constructor(
    head: RequestHead,
    url: string,
    body: SocketBody | null,
    connection: RequestConnection,
  ) {
    this.request = new SocketRequest(head, url, body);
    this.remoteAddr = connection.remote;
    this.head = head;
    this.#connection = connection;
    this.body = body;
  }

  get engine(): EnginePort {
    return this;
  }

  /** Whether anything waits for the end of the exchange or for a disconnect. */
  get isWatched(): boolean {
    return this.#completed !== null || this.#leaving !== null || this.failure !== null;
  }

  get completed(): Promise<void> {
    if (this.#completed === null) {
      this.#completed = Promise.withResolvers<void>();
      this.#completed.promise.catch(() => {});
      this.#settle();
    }
    return this.#completed.promise;
  }

  async within(response: Promise<Response>): Promise<Response> {
    this.#expired = Promise.withResolvers<Response>();
    const first = await Promise.race([response, this.#expired.promise]);
    this.#expired = null;
    return first;
  }

  /** The handler timed out: its signal aborts, and the client gets 504. */
  expire(): void {
    this.leave(new DOMException("The handler took too long", "TimeoutError"));
    this.failure = null;
    this.#expired?.resolve(
      new Response("504: Gateway Timeout", { status: 504, headers: { connection: "close" } }),
    );
  }

  /** The client disconnected before it had its response. */
  leave(error: Error): void {
    if (this.#outcome !== null) return;
    this.failure = error;
    this.request.abort(error);
    this.#leaving?.abort(hasLeft());
  }

  complete(): void {
    this.#outcome ??= "sent";
    this.#settle();
  }

  fail(error: unknown): void {
    this.failure = error;
    this.#leaving?.abort(hasLeft());
    this.#outcome ??= { error };
    this.#settle();
  }

  #settle(): void {
    if (this.#outcome === "sent") this.#completed?.resolve();
    else if (this.#outcome !== null) this.#completed?.reject(this.#outcome.error);
  }

  headerOf(request: Request, name: string): string | null {
    return request instanceof SocketRequest ? request.header(name) : request.headers.get(name);
  }

  headersOf(response: Response): RawHeaders {
    return recordOf(response)?.headers ?? [...response.headers];
  }

  isBodyUsed(response: Response): boolean {
    return recordOf(response) === null && (response.bodyUsed || response.body?.locked === true);
  }

  bodySizeOf(response: Response): number | null {
    const record = recordOf(response);
    if (record !== null) return sizeOf(record.body);
    return denoPort.bodySizeOf(response) ?? (response.body === null ? 0 : null);
  }

  connections(): number {
    return this.#connection.siblings;
  }

  watchClient(): AbortController {
    const controller = this.#leaving ??= new AbortController();
    if (this.failure !== null) controller.abort(hasLeft());
    else if (this.body === null || this.body.isDone) this.#connection.watch();
    return controller;
  }

  isReset(error: unknown): boolean {
    return error === this.failure || error instanceof HttpSyntaxError ||
      (error instanceof Error && error.name === "ClientLeftError");
  }

  takeBody(request: Request, limit: number): Bytes | null {
    return request instanceof SocketRequest ? request.takeBody(limit, copyOf) : null;
  }

  takeText(request: Request, limit: number): string | null {
    return request instanceof SocketRequest ? request.takeBody(limit, asciiText) : null;
  }

  readerOf(request: Request): SourceReader<Bytes> | null {
    return request instanceof SocketRequest ? request.takeReader() : null;
  }

  trailersOf(): RawHeaders {
    return this.body?.trailers.list ?? [];
  }

  sendTrailers(trailers: RawHeaders): void {
    this.trailers = trailers;
  }

  async inform(status: number, headers: RawHeaders): Promise<void> {
    if (this.hasAnswered) throw new TypeError("Cannot inform the client: its response has begun");
    if (this.head.minor === 0) return; // RFC 9110 section 15.2
    await this.#connection.inform(formatHead(firstLine(status, ""), headers));
  }

  upgrade(_request: Request, events: SocketEvents, options: UpgradeOptions): SocketUpgrade {
    const { headers, protocol, heartbeat } = options;
    const key = this.request.header("sec-websocket-key") ?? "";
    const bits = options.compress ?? 0;
    const offer = this.request.header("sec-websocket-extensions");
    const deflate = bits === 0 ? null : acceptDeflate(offer, bits);
    const answer = [...UPGRADE, ["sec-websocket-accept", acceptOf(key)] as const];
    if (protocol !== null) answer.push(["sec-websocket-protocol", protocol]);
    if (deflate !== null) answer.push(["sec-websocket-extensions", deflate.header]);
    const own = new Set(answer.map(([name]) => name));
    for (const header of headers) if (!own.has(header[0])) answer.push(header);
    const response = new UpgradeResponse(answer);
    const socket = new FrameSocket(this.#connection.takeOver(), events, {
      role: "server",
      maxMsgSize: options.maxMsgSize ?? 0,
      heartbeat,
      autoping: options.autoping ?? true,
      closeTimeout: options.closeTimeout ?? 10_000,
      deflate: deflate && { own: deflate.agreement.server, peer: deflate.agreement.client },
    });
    this.upgraded = socket;
    return { socket, response };
  }
}

const copyOf = (bytes: Bytes): Bytes => bytes.slice();

function hasLeft(): DOMException {
  return new DOMException("The client has left", "AbortError");
}

/** The platform refuses status 101; this response reports it, with platform headers on demand. */
class UpgradeResponse extends RecordedResponse {
  #unset: RawHeaders | null;

  constructor(headers: RawHeaders) {
    super(null, undefined, headers);
    this.#unset = headers;
  }

  override get status(): number {
    return 101;
  }

  override get headers(): Headers {
    const unset = this.#unset;
    this.#unset = null;
    const headers = super.headers;
    for (const [name, value] of unset ?? []) headers.append(name, value);
    return headers;
  }
}
