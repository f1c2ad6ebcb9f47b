import { type Framing, replyFraming, replyPersists } from "../../http/http1/framing.ts";
import type { ReplyHead } from "../../http/http1/head.ts";
import type { HopRequest } from "../hop/transport.ts";
import type { SocketConnection } from "./socket_connection.ts";

/** Receives a returned connection: whether it is reusable, and the peer's keep-alive time in ms. */
export type Free = (
  connection: SocketConnection,
  request: HopRequest,
  reusable: boolean | "taken",
  keptFor: number | null,
) => void;

/** A connection leased to a response until the end of its body. */
export class SocketLease {
  readonly head: ReplyHead;
  readonly request: HopRequest;
  readonly framing: Framing;
  readonly #free: Free;
  #socket: SocketConnection | null;

  /** @throws {HttpSyntaxError} If the framing headers conflict. */
  constructor(head: ReplyHead, request: HopRequest, socket: SocketConnection, free: Free) {
    this.framing = replyFraming(head, request.method);
    this.head = head;
    this.request = request;
    this.#socket = socket;
    this.#free = free;
  }

  get socket(): SocketConnection | null {
    return this.#socket;
  }

  /** Returns the connection; idempotent. */
  end(how: boolean | "taken"): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    if (how === "taken") return this.#free(socket, this.request, how, null);
    const reusable = how && socket.isSent && !socket.isLast && socket.start === socket.end &&
      replyPersists(this.head, this.request.method, this.framing);
    this.#free(socket, this.request, reusable, reusable ? this.#keptFor() : null);
  }

  /** Keep-alive time of the peer in ms, slightly reduced to avoid a race. */
  #keptFor(): number | null {
    const header = this.head.fields.get("keep-alive");
    if (header === null) return null;
    const seconds = /(?:^|[\s,])timeout=(\d+)/i.exec(header)?.[1];
    return seconds === undefined ? null : Number(seconds) * 1000 - 500;
  }
}
