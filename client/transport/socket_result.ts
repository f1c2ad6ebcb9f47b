import type { Bytes } from "../../http/bytes/bytes.ts";
import { messageOf } from "../../http/as_error.ts";
import type { BodySource } from "../../http/bytes/body_source.ts";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import { BytesSource, sourceStream } from "../../http/bytes/source_stream.ts";
import { ClientPayloadError } from "../errors/client_errors.ts";
import { incompletePayload } from "../errors/make_error.ts";
import type { Opened } from "../connect/sockets.ts";
import { abortOf } from "../hop/hop_abort.ts";
import type { HeaderList, HopConnection, HopResult } from "../hop/transport.ts";
import { SocketBody } from "./socket_body.ts";
import { giveBuffer, READ_BUFFER } from "./read_buffers.ts";
import { type SocketConnection, UnsentError } from "./socket_connection.ts";
import type { SocketLease } from "./socket_lease.ts";

/** Bytes from which a body keeps the read buffer instead of being copied. */
const LENT_FROM = READ_BUFFER / 4;

/** A response; rarely used members are created on demand. */
export class SocketResult implements HopResult {
  readonly status: number;
  readonly reason: string;
  readonly version: "1.0" | "1.1";
  readonly source: BodySource | null;
  readonly #chunks: SocketBody | null = null;
  readonly #lease: SocketLease;
  readonly #opened: Opened;
  readonly #isReused: boolean;
  #headers: Headers | null = null;
  #body: ReadableStream<Bytes> | null = null;

  constructor(lease: SocketLease, socket: SocketConnection) {
    const { head, framing } = lease;
    this.status = head.status;
    this.reason = head.reason;
    this.version = head.minor === 1 ? "1.1" : "1.0";
    this.#opened = socket.opened;
    this.#isReused = socket.uses > 1;
    this.#lease = lease;
    const end = socket.start + framing;
    if (this.isUpgraded) this.source = null;
    else if (framing >= 0 && end <= socket.end) {
      // The common case: the body arrived with its head, and the connection is free.
      this.source = framing === 0 ? null : wholeBody(socket, end);
      socket.start = end;
      lease.end(true);
    } else {
      this.#chunks = new SocketBody(lease);
      this.source = this.#chunks.isEmpty ? null : this.#chunks;
    }
  }

  /** Whether the connection has switched protocols: after 101 or CONNECT. */
  get isUpgraded(): boolean {
    const { status } = this;
    return status === 101 ||
      (this.#lease.request.method === "CONNECT" && status >= 200 && status < 300);
  }

  get isWhole(): boolean {
    return this.#lease.socket === null;
  }

  get headers(): Headers {
    if (this.#headers !== null) return this.#headers;
    const headers = new Headers();
    for (const [name, value] of this.#lease.head.fields.list) headers.append(name, value);
    return this.#headers = headers;
  }

  header(name: string): string | null {
    return this.#headers === null ? this.#lease.head.fields.get(name) : this.#headers.get(name);
  }

  setCookies(): string[] {
    return this.#headers?.getSetCookie() ?? this.#lease.head.fields.getAll("set-cookie");
  }

  get rawHeaders(): HeaderList {
    return this.#lease.head.fields.list;
  }

  get connection(): HopConnection {
    const { localAddress, remoteAddress, tls } = this.#opened;
    return { localAddress, remoteAddress, isReused: this.#isReused, tls };
  }

  get trailers(): HeaderList {
    return this.#chunks?.trailers ?? [];
  }

  get exactLength(): number | null {
    const { framing, head } = this.#lease;
    return framing > 0 && !head.fields.has("content-encoding") ? framing : null;
  }

  get body(): ReadableStream<Bytes> | null {
    if (this.source === null) return null;
    return this.#body ??= sourceStream(this.source);
  }

  bodyError(error: unknown): Error {
    const { url } = this.#lease.request;
    const { reason: ended } = abortOf(this.#lease.request);
    if (ended !== null) return ended;
    const isOurs = error instanceof UnsentError && error.cause !== undefined;
    const cause = isOurs ? error.cause : error;
    const reason = messageOf(cause);
    if (!isOurs) return incompletePayload(reason, cause);
    return new ClientPayloadError(`Cannot send the body to ${url}: ${reason}`, { cause });
  }

  release(): void {
    this.#lease.end(false);
  }

  takeStream(): { readonly stream: ByteStream; readonly pending: Bytes } {
    const { socket } = this.#lease;
    if (socket === null || !this.isUpgraded) {
      throw new TypeError("Cannot take the connection: it still talks HTTP, or was taken");
    }
    const pending = socket.bytes.slice(socket.start, socket.end);
    socket.rest();
    this.#lease.end("taken");
    return { stream: socket.opened.stream, pending };
  }
}

/** The body that a connection has received up to an offset. */
function wholeBody(socket: SocketConnection, end: number): BodySource {
  const { start, bytes } = socket;
  if (end - start < LENT_FROM || end < socket.end) return new BytesSource(bytes.slice(start, end));
  socket.giveAway();
  return new BytesSource(bytes.subarray(start, end), () => giveBuffer(bytes));
}
