/**
 * The seam between a session and what carries its bytes.
 * @module
 */
import type { BodySource } from "../../http/bytes/body_source.ts";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import type { HopAbort } from "./hop_abort.ts";

/** Headers in order, names in any case; a name may repeat. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** A body as a transport takes it. */
export interface HopBody {
  /** Length in bytes, `null` where it is not known before the end. */
  readonly size: number | null;
  /** The whole body, where it is in memory. */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  /**
   * The body from its start; called at most once a hop.
   *
   * @param taken Whether whoever reads has no more use for a piece when it asks for the next, so
   * that its memory may be freed then. @default {false}
   * @returns Exactly `size` bytes, if that is known.
   */
  stream(taken?: boolean): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** What a transport tells about a hop while it is under way. */
export interface HopObserver {
  /** All connections are in use; the hop waits for one. */
  queued(): void;
  /** The wait is over. */
  dequeued(): void;
  /** A new connection is made; where the transport sees it, as all that follows up to `secured()`. */
  connecting?(): void;
  /** The name of a host is looked up. */
  resolving?(host: string): void;
  /**
   * The name was looked up.
   *
   * @param host The name.
   * @param isKept Whether its addresses were known from before.
   */
  resolved?(host: string, isKept: boolean): void;
  /** TLS begins on the connection. */
  securing?(): void;
  /** TLS was agreed on. */
  secured?(): void;
  /**
   * A connection is there, as far as the transport can see.
   *
   * @param isReused Whether it has carried requests before, where the transport sees it.
   */
  connected(isReused?: boolean): void;
  /** Bytes of the reply's head have come, and more are waited for; where the transport sees it. */
  progressed?(): void;
  /**
   * A reply of 1xx has come, before the one that counts; where the transport sees it.
   *
   * @param status Its status: 100, 102, 103.
   * @param headers Its headers; those of 103 are hints.
   */
  informed?(status: number, headers: HeaderList): void;
}

/** One end of a connection. */
export interface HopAddress {
  /** IP address. */
  readonly hostname: string;
  /** Port. */
  readonly port: number;
}

/** A certificate that a peer has shown. */
export interface PeerCertificate {
  /** Whose it is: the common name, else the organization. */
  readonly subject: string;
  /** Who signed it. */
  readonly issuer: string;
  /** From when it is valid. */
  readonly validFrom: Date;
  /** Until when it is valid. */
  readonly validTo: Date;
  /** SHA-256 of `bytes`, 64 hexadecimal digits in lower case, as `connector.fingerprint` takes it. */
  readonly fingerprint: string;
  /** The certificate, in DER. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What was agreed on by TLS. */
export interface HopTls {
  /** Version, `TLSv1.3` for example. */
  readonly version: string;
  /** Name of the cipher. */
  readonly cipher: string;
  /** The peer's certificate, `null` where it has shown none. */
  readonly certificate: PeerCertificate | null;
}

/** The connection that a reply came over. */
export interface HopConnection {
  /** Our end; `null` for a Unix socket. */
  readonly localAddress: HopAddress | null;
  /** The peer's end, or the proxy's; `null` for a Unix socket. */
  readonly remoteAddress: HopAddress | null;
  /** Whether it had carried requests before. */
  readonly isReused: boolean;
  /** What TLS has agreed on; `null` without TLS, and unless `connector.tlsInfo` asks for it. */
  readonly tls: HopTls | null;
}

/** One request as a transport takes it. */
export interface HopRequest {
  /** Method in upper case. */
  readonly method: string;
  /** URL without credentials and fragment, as text: Fetch's `Request.url`. */
  readonly url: string;
  /** Headers to send. */
  readonly headers: HeaderList;
  /** The body, `null` for none. */
  readonly body: HopBody | null;
  /** Whether the request must not reach the server twice, whatever happens to the connection. */
  readonly once: boolean;
  /** Whether a connection that was used before is out of the question. @default {false} */
  readonly fresh?: boolean;
  /** Proxy of this hop; `null` for the transport's own choice. */
  readonly proxy: string | null;
  /** Names of headers, in lower case, that the transport does not add. @default none */
  readonly skipped?: ReadonlySet<string> | undefined;
  /**
   * Whether the reply's body has to come as it is on the wire, its content codings not undone. The
   * platform's `fetch` undoes gzip and brotli unless it is kept from it.
   */
  readonly rawBody: boolean;
  /**
   * Aborts the hop until the head has come; its reason is the error to throw. From then on a
   * transport need not heed it, and fetch does not always: it holds the signal weakly. Who gives
   * the body up cancels it.
   */
  readonly signal: AbortSignal;
  /** The same for a transport that can do without a signal; one costs a microsecond or two. */
  readonly abort?: HopAbort;
  /** Told about the hop's way; `null` where nobody listens. */
  readonly observer: HopObserver | null;
}

/** One reply as a transport gives it. */
export interface HopResult {
  /** Status code. */
  readonly status: number;
  /** Reason phrase; the canonical one where the transport does not see the server's. */
  readonly reason: string;
  /** Headers. */
  readonly headers: Headers;
  /** The body as it came, `null` for none. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /**
   * Length of `body` in bytes, where the transport sees to it that there are no more and the body
   * has no content coding: reading stops there without asking for the end. @default {null}, not
   * known
   */
  readonly exactLength?: number | null;
  /**
   * The body as something to pull from, where the transport has that: it costs less than `body`,
   * which is then made of it. Only one of the two can be read. @default {undefined}
   */
  readonly source?: BodySource | null;
  /**
   * Whether all of the body is in memory, and no connection waits for it to be read.
   * @default {false}
   */
  readonly isWhole?: boolean;
  /** Headers as they came, in order and case, where the transport sees them. */
  readonly rawHeaders?: HeaderList;
  /** Version of HTTP, where the transport sees it. */
  readonly version?: "1.0" | "1.1";
  /** Headers behind a body in chunks, once that has ended; where the transport sees them. */
  readonly trailers?: HeaderList;
  /** The connection, where the transport sees it. */
  readonly connection?: HopConnection;
  /** Whether what `Content-Encoding` names has been undone by the platform. @default {false} */
  readonly decoded?: boolean;
  /**
   * Looks a header up without making `headers`, where the transport can; see {@linkcode replyHeader}.
   */
  header?(name: string): string | null;
  /** The values of `Set-Cookie` without making `headers`, where the transport can. */
  setCookies?(): string[];
  /**
   * Takes the connection away after 101 or CONNECT, where the transport can: it talks something
   * else then. Not to be called twice.
   */
  takeStream?(): { readonly stream: ByteStream; readonly pending: Uint8Array<ArrayBuffer> };
  /**
   * Turns a failure while reading `body` into the error that the caller sees.
   *
   * @param error What the stream failed with.
   */
  bodyError(error: unknown): Error;
  /**
   * Has to be called when the body has ended or was cancelled: the connection is free then. Another
   * call changes nothing.
   */
  release(): void;
}

/**
 * Carries requests. `fetchTransport` is the first one and keeps fetch's ways to its own files,
 * fetch_transport.ts and fetch_errors.ts; the tests run their tables over each.
 */
export interface Transport {
  /**
   * Options that it cannot heed, as errors name them, each with the remedy: `expect100`,
   * `timeout.sockConnect`, `skipAutoHeaders: "host"`.
   */
  readonly lacks?: Readonly<Record<string, string>>;
  /** Headers that a session adds for it, names in lower case, unless a request says otherwise. */
  readonly usualHeaders?: HeaderList;
  /**
   * How a WebSocket is opened: `"upgrade"` where `takeStream()` gives the connection of a reply with
   * status 101, `"platform"` by the platform's own `WebSocket`. @default none can be opened
   */
  readonly webSockets?: "upgrade" | "platform";
  /**
   * Sends a request and waits for the head of its reply. Redirects, cookies and deadlines are
   * not its business.
   *
   * @throws {ClientConnectionError} If no reply came.
   */
  send(request: HopRequest): Promise<HopResult>;
  /** Ends the connections that are idle; whatever is still to be sent fails. */
  close(): void;
}

/**
 * Tells whether headers ask to talk something else on the connection (RFC 9110 section 7.8).
 *
 * @returns Whether `Upgrade` is among them.
 */
export function asksUpgrade(headers: HeaderList): boolean {
  return headers.some(([name]) => name.toLowerCase() === "upgrade");
}

/**
 * Gives a reply up that nobody will read.
 *
 * @param result The reply.
 *
 * @example
 * ```ts
 * import { type ClientMiddleware, ClientSession, discardReply } from "@roundtrip/http";
 *
 * const twice: ClientMiddleware = async (request, handler) => {
 *   discardReply(await handler(request)); // its connection is free for the second
 *   return await handler(request);
 * };
 * let calls = 0;
 * const app = { fetch: () => new Response(`call ${++calls}`) };
 * await using session = new ClientSession({ app, middlewares: [twice] });
 * await using response = await session.get("/");
 * console.assert(await response.text() === "call 2");
 * ```
 */
export function discardReply(result: HopResult): void {
  // What the stream says while it is given up is of no use to anyone.
  if (result.source !== undefined) result.source?.cancel().catch(() => {});
  else result.body?.cancel().catch(() => {});
  result.release();
}

/**
 * Looks a header of a reply up in the cheapest way.
 *
 * @returns Its value, `null` where it is missing.
 */
export function replyHeader(result: HopResult, name: string): string | null {
  return result.header === undefined ? result.headers.get(name) : result.header(name);
}
