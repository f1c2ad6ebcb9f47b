/**
 * The hold that a reply has on its connection.
 * @module
 */
import { type Framing, replyFraming, replyPersists } from "../../http/http1/framing.ts";
import type { ReplyHead } from "../../http/http1/head.ts";
import type { HopRequest } from "../hop/transport.ts";
import type { SocketConnection } from "./socket_connection.ts";

/** Gets a connection back: whether it can be used again, and how long the peer keeps it, in ms. */
export type Free = (
  connection: SocketConnection,
  request: HopRequest,
  reusable: boolean | "taken",
  keptFor: number | null,
) => void;

/** A connection that is a reply's until the body of that has ended. */
export class SocketLease {
  /** Head of the reply. */
  readonly head: ReplyHead;
  /** What it answers. */
  readonly request: HopRequest;
  /** How its end is known. */
  readonly framing: Framing;
  readonly #free: Free;
  #socket: SocketConnection | null;

  /**
   * Takes a connection.
   *
   * @throws {HttpSyntaxError} If the head contradicts itself.
   */
  constructor(head: ReplyHead, request: HopRequest, socket: SocketConnection, free: Free) {
    this.framing = replyFraming(head, request.method);
    this.head = head;
    this.request = request;
    this.#socket = socket;
    this.#free = free;
  }

  /** The connection, `null` once it has been given back. */
  get socket(): SocketConnection | null {
    return this.#socket;
  }

  /**
   * Gives the connection back; a second call changes nothing.
   *
   * @param how Whether the body was read to its end, or somebody else has the connection now.
   */
  end(how: boolean | "taken"): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    if (how === "taken") return this.#free(socket, this.request, how, null);
    const reusable = how && socket.isSent && !socket.isLast && socket.start === socket.end &&
      replyPersists(this.head, this.request.method, this.framing);
    this.#free(socket, this.request, reusable, reusable ? this.#keptFor() : null);
  }

  /** How long the peer keeps it, in ms; a little less, so that no request meets its end. */
  #keptFor(): number | null {
    const header = this.head.fields.get("keep-alive");
    if (header === null) return null;
    const seconds = /(?:^|[\s,])timeout=(\d+)/i.exec(header)?.[1];
    return seconds === undefined ? null : Number(seconds) * 1000 - 500;
  }
}
