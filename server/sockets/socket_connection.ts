import type { Bytes } from "../../http/bytes/bytes.ts";
import { type ByteStream, byteStream, type PlatformStream } from "../../http/bytes/byte_stream.ts";
import type { LinkedNode } from "../../http/linked_list.ts";
import { persists } from "../../http/http1/framing.ts";
import type { RequestHead } from "../../http/http1/head.ts";
import { HttpSyntaxError } from "../../http/http1/head_rules.ts";
import type { FrameSocket } from "../../http/websocket/frame_socket.ts";
import type { EngineHandler } from "../engine/engine.ts";
import { clock } from "./clock.ts";
import { drop, refusal, skip } from "./last_words.ts";
import { bodyOf, type RequestConnection, type SocketBody } from "./socket_body.ts";
import { SocketInput } from "./socket_input.ts";
import { SocketExchange } from "./socket_exchange.ts";
import { sendResponse } from "./send_response.ts";
import type { SocketLimits } from "./socket_limits.ts";
import { SocketOutput } from "./socket_output.ts";
import { urlOf } from "./socket_request.ts";
import { quickResponse, type ResponseRules } from "./socket_response.ts";

export interface Accepted extends PlatformStream {
  readonly remoteAddr: RequestConnection["remote"];
  setNoDelay?(noDelay: boolean): void;
}

export interface ConnectionServer {
  readonly limits: Required<SocketLimits>;
  readonly handler: EngineHandler;
  readonly scheme: string; // "http", or "https" of a server with TLS
  readonly origin: string; // http://host:port, for HTTP/1.0 requests without Host
  readonly tick: number; // ms between checks of deadlines
  readonly isStopping: boolean; // then each response is its connection's last
  readonly size: number;
  ended(connection: SocketConnection): void;
}

/** The phases of a connection, each with a time limit. */
type Waiting = "idle" | "head" | "body" | "drop" | null;

const SKIPPED = 256 * 1024; // of a short unread body, drained to reuse the connection
const SLOW = "The client has sent nothing for too long";

class ClientLeftError extends Error {
  override readonly name = "ClientLeftError";
}

const failed = () => new Response("500: Internal Server Error", { status: 500 });

/** Requests, responses and deadlines of one connection. */
export class SocketConnection implements RequestConnection {
  readonly input: SocketInput;
  idleSince = 0; // by performance.now(); 0 while busy
  place: LinkedNode<SocketConnection> | null = null;
  readonly remote: RequestConnection["remote"];
  readonly #stream: ByteStream;
  readonly #output: SocketOutput;
  readonly #server: ConnectionServer;
  #waiting: Waiting = null;
  #deadline = Infinity;
  #handlerDeadline = Infinity;
  #exchange: SocketExchange | null = null;
  #upgraded: FrameSocket | null = null;
  #requests = 0;
  #timedOut: Waiting = null;
  #isClosed = false;

  constructor(connection: Accepted, server: ConnectionServer) {
    this.input = new SocketInput(connection, server.limits);
    this.#stream = byteStream(connection, this.input); // for an upgrade
    this.#output = new SocketOutput(connection, server.limits.writeTimeout + server.tick);
    this.#server = server;
    this.remote = connection.remoteAddr;
  }

  async run(): Promise<void> {
    try {
      await this.#loop();
    } catch (error) {
      // Otherwise the client has disconnected or is too slow: nothing to send.
      if (error instanceof HttpSyntaxError) {
        await this.#refuse(error.status, error.message);
        await this.#drop(null).catch(() => {});
      }
    }
    const upgraded = this.#upgraded;
    if (upgraded !== null) {
      // Not a callback in its place: 10,000 WebSockets opened and cut would take 82 MiB, not 33.
      const closed = new Promise<void>((resolve) => upgraded.onEnd = resolve);
      upgraded.start(this.input.take());
      await closed;
    }
    this.close();
    if (this.#exchange === null) this.input.release();
    this.#server.ended(this);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#exchange?.leave(new ClientLeftError("The client has left"));
    this.#stream.close();
  }

  /** Whether no request is pending, so that it can be closed safely. */
  get isIdle(): boolean {
    return this.idleSince > 0 && this.input.isEmpty;
  }

  /** Whether its first request may still arrive. */
  get isNew(): boolean {
    return this.#requests === 0 && clock.now - this.idleSince < 2 * this.#server.tick;
  }

  tick(now: number): void {
    if (this.#isClosed) return;
    if (now >= this.#handlerDeadline) {
      this.#handlerDeadline = Infinity;
      this.#exchange?.expire();
    }
    if (now >= this.#output.deadline) return this.close();
    if (now < this.#deadline) return;
    this.#deadline = Infinity;
    const waiting = this.#timedOut = this.#waiting;
    if (waiting !== "head" && waiting !== "body") return this.close();
    // The pending read throws the error; the answer is written first.
    void this.#refuse(408, "The request took too long").finally(() => this.close());
    this.#exchange?.leave(new Error(SLOW));
  }

  async #loop(): Promise<void> {
    const output = this.#output;
    const { input } = this;
    const { limits } = this.#server;
    const hasNoTimeout = limits.handlerTimeout === Infinity;
    for (;;) {
      const head = input.takeHead();
      if (head !== null) {
        const exchange = this.#begin(head);
        let response = this.#handled(exchange);
        if (response instanceof Promise) {
          if (output.size > 0) output.flush().catch(() => {}); // the next write fails too
          try {
            response = await (hasNoTimeout ? response : this.#within(response, exchange));
          } catch {
            response = failed();
          }
        }
        if (!this.#quick(response, exchange) && !await this.#send(response, exchange)) return;
        // A pipelining client would starve the others: give the event loop a turn now and then.
        if (this.#requests % 64 === 0 && !input.isEmpty) {
          await new Promise((resolve) => setTimeout(resolve));
        }
        continue;
      }
      // The answers to pipelined requests are sent in one write.
      if (output.size > 0) await output.flush();
      const isIdle = input.isEmpty && this.#requests > 0;
      if (isIdle && this.#server.isStopping) return;
      if (isIdle) this.#wait("idle", limits.idleTimeout);
      else if (this.#waiting !== "head") this.#wait("head", limits.headTimeout);
      const size = await input.readSome();
      if (size === null) return;
      input.end += size;
      if (isIdle) this.#wait("head", limits.headTimeout);
    }
  }

  get siblings(): number {
    return this.#server.size;
  }

  #begin(head: RequestHead): SocketExchange {
    this.#wait(null, 0);
    const body = bodyOf(head, this, this.#server.limits);
    this.#requests++;
    const url = urlOf(head, this.#server.scheme, this.#server.origin);
    return this.#exchange = new SocketExchange(head, url, body, this);
  }

  #handled(exchange: SocketExchange): Response | Promise<Response> {
    try {
      return this.#server.handler(exchange.request as unknown as Request, exchange);
    } catch {
      return failed();
    }
  }

  async #within(promised: Promise<Response>, exchange: SocketExchange): Promise<Response> {
    this.#handlerDeadline = clock.now + this.#server.limits.handlerTimeout + this.#server.tick;
    const response = await exchange.within(promised);
    this.#handlerDeadline = Infinity;
    return response;
  }

  /** Buffers a short text response; `false` if it does not qualify. */
  #quick(response: Response, exchange: SocketExchange): boolean {
    const { body } = exchange;
    exchange.hasAnswered = true;
    if (exchange.isWatched || (body !== null && !body.isDone)) return false;
    const quick = quickResponse(response, this.#rulesOf(exchange));
    if (quick === null || !this.#output.addWhole(quick.head, quick.body)) return false;
    this.#exchange = null;
    exchange.complete();
    return true;
  }

  /** Sends a response; `false` if the connection ends with it. */
  async #send(response: Response, exchange: SocketExchange): Promise<boolean> {
    const { body } = exchange;
    const end = await sendResponse(response, this.#rulesOf(exchange), this.#output, exchange);
    if (end === "broken") return false;
    this.#exchange = null;
    this.#upgraded = exchange.upgraded;
    if (this.#upgraded !== null) return false;
    if (end === "last") {
      await this.#drop(body);
      return false;
    }
    if (body === null || body.isDone) return true;
    this.#wait("drop", this.#server.limits.dropTimeout);
    return await skip(body, SKIPPED);
  }

  #rulesOf(exchange: SocketExchange): ResponseRules {
    const { head, body } = exchange;
    const { method, minor } = head;
    const { limits, isStopping } = this.#server;
    const isLong = body !== null && !body.isDone && (body.isAwaited || body.left > SKIPPED);
    const mayPersist = persists(head) && !isStopping && this.#requests < limits.maxRequests &&
      exchange.failure === null && !isLong;
    const trailers = () => exchange.trailers;
    return { method, minor, persists: mayPersist || exchange.upgraded !== null, trailers };
  }

  watch(): void {
    const leave = () => this.#exchange?.leave(new ClientLeftError("The client has left"));
    if (!this.#isClosed) this.input.watch(leave);
  }

  async inform(head: Bytes): Promise<void> {
    await this.#output.send(head);
  }

  takeOver(): ByteStream {
    return this.#stream;
  }

  async readBody(target: Bytes): Promise<number> {
    const isDropped = this.#waiting === "drop"; // with a deadline for all of it
    if (!isDropped) this.#wait("body", this.#server.limits.bodyTimeout);
    const size = await this.input.read(target).catch(() => null); // a reset also counts as the end
    if (this.#timedOut === "body") throw new Error(SLOW);
    if (!isDropped) this.#wait(null, 0);
    if (size !== null) return size;
    const left = new ClientLeftError("The client has left in the middle of its body");
    this.#exchange?.leave(left);
    throw left;
  }

  #wait(waiting: Waiting, limit: number): void {
    this.#waiting = waiting;
    this.#deadline = waiting === null ? Infinity : clock.now + limit + this.#server.tick;
    this.idleSince = waiting === "idle" || waiting === "head" ? clock.now : 0;
  }

  async #refuse(status: number, reason: string): Promise<void> {
    if (this.#exchange?.hasAnswered === true) return;
    await this.#output.send(refusal(status, reason)).catch(() => {});
  }

  async #drop(body: SocketBody | null): Promise<void> {
    const isOver = body === null || body.isDone || body.isAwaited;
    const { dropSize, dropTimeout } = this.#server.limits;
    this.#wait("drop", isOver ? Math.min(dropTimeout, 500) : dropTimeout);
    await drop(this.#stream, this.input, dropSize);
  }
}
