/**
 * One connection of the engine over sockets: requests in, responses out, each with its deadline.
 * @module
 */
import { STATUS_CODES } from "node:http";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import { formatHead } from "../../http/http1/format_head.ts";
import { persists, requestFraming } from "../../http/http1/framing.ts";
import type { RequestHead } from "../../http/http1/head.ts";
import { HttpSyntaxError } from "../../http/http1/syntax_error.ts";
import type { EngineHandler } from "../engine/engine.ts";
import { ClientLeftError, SlowClientError } from "./connection_errors.ts";
import { type BodyConnection, SocketBody } from "./socket_body.ts";
import { SocketInput } from "./socket_input.ts";
import { SocketExchange } from "./socket_exchange.ts";
import type { SocketLimits } from "./socket_limits.ts";
import { planResponse, sendStream } from "./socket_response.ts";
import type { StreamStart } from "./stream_start.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a connection needs of its server. */
export interface ConnectionServer {
  /** Limits, complete. */
  readonly limits: Required<SocketLimits>;
  /** What answers. */
  readonly handler: EngineHandler;
  /** `http://host:port`, for requests of HTTP/1.0 without `Host`. */
  readonly origin: string;
  /** Whether the server stops, so that each response is the connection's last. */
  readonly isStopping: boolean;
}

/** What a connection waits for, with the limit that ends it. */
type Waiting = "idle" | "head" | "body" | "write" | "handler" | "drop" | null;

const SMALL_BUFFER = 4 * 1024;
const LARGE_BUFFER = 64 * 1024;
const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");
// An unread rest as small as this is read, so that the connection can go on.
const SKIPPED = 256 * 1024;

/** Carries the exchanges of one connection. */
export class SocketConnection implements BodyConnection {
  /** What comes in. */
  readonly input: SocketInput;
  /** When the connection became idle, of `performance.now()`; 0 while it is busy. */
  idleSince = 0;
  readonly #stream: ByteStream;
  readonly #server: ConnectionServer;
  readonly #remote: { readonly transport: string; readonly hostname?: string };
  #waiting: Waiting = null;
  #deadline = Infinity;
  #exchange: SocketExchange | null = null;
  #requests = 0;
  #timedOut: Waiting = null;
  #isClosed = false;

  /**
   * Takes a connection over.
   *
   * @param stream The connection.
   * @param server Its server.
   * @param remote The client's address.
   */
  constructor(
    stream: ByteStream,
    server: ConnectionServer,
    remote: { readonly transport: string; readonly hostname?: string },
  ) {
    this.#stream = stream;
    this.input = new SocketInput(stream, server.limits);
    this.#server = server;
    this.#remote = remote;
  }

  /** Answers requests until the connection ends. */
  async run(): Promise<void> {
    try {
      while (await this.#serve());
    } catch {
      // The client has left, or was too slow: there is no one to tell.
    }
    this.close();
  }

  /** Ends the connection at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#exchange?.leave(new ClientLeftError("The client has left"));
    this.#stream.close();
  }

  /** Whether no request is under way, so that it may be closed without a loss. */
  get isIdle(): boolean {
    return (this.#waiting === "idle" || this.#waiting === "head") && this.input.isEmpty;
  }

  /**
   * Looks whether what is waited for is late.
   *
   * @param now `performance.now()`.
   */
  tick(now: number): void {
    if (now < this.#deadline || this.#isClosed) return;
    const waiting = this.#waiting;
    this.#deadline = Infinity;
    this.#timedOut = waiting;
    if (waiting === "handler") return this.#exchange?.expire();
    if (waiting === "head" || waiting === "body") {
      // The read that waits gives the error; the answer is written first.
      void this.#refuse(408, "The request took too long").finally(() => this.close());
      this.#exchange?.leave(new SlowClientError("The client has sent nothing for too long"));
      return;
    }
    this.close();
  }

  /** One request and its response; `false` at the end of the connection. */
  async #serve(): Promise<boolean> {
    let head: RequestHead | null;
    let body: SocketBody | null = null;
    try {
      head = await this.#nextHead();
      if (head === null) return false;
      body = this.#bodyOf(head);
    } catch (error) {
      if (!(error instanceof HttpSyntaxError)) throw error;
      await this.#refuse(error.status, error.message);
      await this.#drop(null);
      return false;
    }
    this.#requests++;
    const { limits, handler } = this.#server;
    const exchange = new SocketExchange(head, this.#urlOf(head), body, this.#remote, this);
    this.#exchange = exchange;
    if (limits.handlerTimeout < Infinity) this.#wait("handler", limits.handlerTimeout);
    const answered = exchange.answer(handler);
    const response = answered instanceof Promise ? await answered : answered;
    this.#wait(null, 0);
    const upgrade = exchange.upgraded;
    if (upgrade !== null) {
      const reply = await planResponse(response, { method: "GET", minor: 1, persists: true });
      await this.write(reply.head);
      const rest = this.input.take();
      this.#exchange = null;
      exchange.complete();
      await upgrade(this.#stream, rest);
      return false;
    }
    return await this.#send(head, response, body, exchange);
  }

  async #send(
    head: RequestHead,
    response: Response,
    body: SocketBody | null,
    exchange: SocketExchange,
  ): Promise<boolean> {
    const { limits, isStopping } = this.#server;
    const unread = body !== null && !body.isDone;
    const mayPersist = persists(head) && !isStopping && this.#requests < limits.maxRequests &&
      exchange.failure === null && !(unread && (body.isAwaited || body.left > SKIPPED));
    const { method, minor } = head;
    let whole = true;
    let stream: StreamStart | null = null;
    let persisting = false;
    try {
      const planned = planResponse(response, { method, minor, persists: mayPersist });
      const plan = planned instanceof Promise ? await planned : planned;
      stream = plan.stream;
      persisting = plan.persists;
      await this.write(plan.head);
      if (plan.tail !== null) await this.write(plan.tail);
      if (stream !== null) whole = await sendStream(plan, stream, (bytes) => this.write(bytes));
    } catch (error) {
      stream?.reader.cancel(error).catch(() => {});
      exchange.fail(error);
      return false;
    }
    if (!whole) {
      exchange.fail(new TypeError("The body was shorter than its Content-Length"));
      return false;
    }
    exchange.complete();
    this.#exchange = null;
    if (!persisting) {
      await this.#drop(body);
      return false;
    }
    if (unread) await this.#skip(body);
    // A turn of the event loop now and then, or a client that pipelines would starve the others.
    if (!this.input.isEmpty && this.#requests % 16 === 0) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    return true;
  }

  async #nextHead(): Promise<RequestHead | null> {
    const { limits, isStopping } = this.#server;
    const { input } = this;
    if (this.#requests > 0 && input.isEmpty) {
      if (isStopping) return null;
      this.#wait("idle", limits.idleTimeout);
      if (!await input.readSome()) return null;
    }
    this.#wait("head", limits.headTimeout);
    const head = await input.readHead();
    this.#wait(null, 0);
    return head;
  }

  /** {@inheritDoc ExchangeConnection.watch} */
  watch(): void {
    const leave = () => this.#exchange?.leave(new ClientLeftError("The client has left"));
    if (!this.#isClosed) this.input.watch(leave);
  }

  #bodyOf(head: RequestHead): SocketBody | null {
    if (head.method === "CONNECT") throw new HttpSyntaxError("CONNECT is for proxies", "", 501);
    const framing = requestFraming(head);
    const expect = head.fields.get("expect");
    // RFC 9110 section 10.1.1: the one expectation there is.
    if (expect !== null && expect.toLowerCase() !== "100-continue") {
      throw new HttpSyntaxError("an expectation that is not 100-continue", expect, 417);
    }
    if (framing === 0) return null;
    const { maxHeadSize, maxLineSize, maxHeaders } = this.#server.limits;
    const limits = { maxHeadSize, maxLineSize, maxHeaders };
    return new SocketBody(this, framing, limits, expect !== null && head.minor === 1);
  }

  #urlOf({ target, fields }: RequestHead): string {
    if (target.charCodeAt(0) !== 47 && target !== "*") return target; // absolute-form
    const host = fields.get("host");
    const path = target === "*" ? "/*" : target;
    return host === null || host === "" ? this.#server.origin + path : `http://${host}${path}`;
  }

  /** {@inheritDoc BodyConnection.sendContinue} */
  sendContinue(): Promise<void> {
    return this.write(CONTINUE);
  }

  /** {@inheritDoc BodyConnection.readBody} */
  async readBody(target: Bytes): Promise<number> {
    // A body that fills the small buffer is long, and is read in larger pieces.
    const { buffer } = this.input;
    if (target === buffer && target.length < LARGE_BUFFER) {
      target = this.input.buffer = new Uint8Array(LARGE_BUFFER);
    }
    const before = this.#waiting;
    this.#wait("body", this.#server.limits.bodyTimeout);
    const size = await this.input.read(target);
    if (this.#timedOut === "body") {
      throw new SlowClientError("The client has sent nothing for too long");
    }
    if (size === null) throw new ClientLeftError("The client has left in the middle of its body");
    this.#wait(before === "handler" ? "handler" : null, Infinity);
    return size;
  }

  /**
   * Writes bytes.
   *
   * @param bytes The bytes.
   * @returns Resolves when the system has taken them.
   * @throws {Error} If the client has left, or reads nothing for too long.
   */
  async write(bytes: Bytes): Promise<void> {
    const before = this.#waiting;
    const deadline = this.#deadline;
    this.#wait("write", this.#server.limits.writeTimeout);
    await this.#stream.write(bytes);
    this.#waiting = before;
    this.#deadline = deadline;
  }

  #wait(waiting: Waiting, limit: number): void {
    this.#waiting = waiting;
    const now = performance.now();
    this.#deadline = waiting === null ? Infinity : now + limit;
    this.idleSince = waiting === "idle" ? now : 0;
  }

  /** Answers what is not a request, or came too late. */
  async #refuse(status: number, reason: string): Promise<void> {
    if (this.#exchange?.hasAnswered === true) return;
    const text = new TextEncoder().encode(`${status}: ${reason}`);
    const head = formatHead(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}`, [
      ["content-type", "text/plain; charset=utf-8"],
      ["content-length", String(text.length)],
      ["connection", "close"],
    ], text.length);
    head.set(text, head.length - text.length);
    await this.write(head).catch(() => {});
  }

  /** Reads a short rest of a body that no handler wanted. */
  async #skip(body: SocketBody): Promise<void> {
    this.#wait("drop", this.#server.limits.dropTimeout);
    const target = new Uint8Array(SMALL_BUFFER);
    for (let left = SKIPPED; !body.isDone && left > 0;) left -= await body.readInto(target);
    if (!body.isDone) throw new SlowClientError("The client sends more than was announced");
  }

  /**
   * Ends the connection so that the response arrives: FIN first, then what the client still sends is
   * read and dropped, since a reset would take the response with it (RFC 9112 section 9.6).
   */
  async #drop(body: SocketBody | null): Promise<void> {
    await this.#stream.closeWrite().catch(() => {});
    if (body !== null && (body.isDone || body.isAwaited)) body = null;
    const { dropSize, dropTimeout } = this.#server.limits;
    this.#wait("drop", body === null ? Math.min(dropTimeout, 500) : dropTimeout);
    const target = new Uint8Array(LARGE_BUFFER);
    for (let left = dropSize; left > 0;) {
      const size = await this.input.read(target);
      if (size === null) return;
      left -= size;
    }
  }
}
