// The interface between a session and its transport.
import type { BodySource } from "../../http/bytes/body_source.ts";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import type { SendableBody } from "../../http/bytes/sendable_body.ts";
import type { HopAbort } from "./hop_abort.ts";

/** Headers in order, names in any case and possibly repeated. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** A request body for a transport, which calls `stream()` at most once per hop. */
export type HopBody = Pick<SendableBody, "bytes" | "size" | "stream">;

/** Events of a hop that a transport reports. */
export interface HopObserver {
  /** All connections are in use; the hop waits. */
  queued(): void;
  /** The wait is over. */
  dequeued(): void;
  /** A new connection is being opened; optional, like the events up to `secured()`. */
  connecting?(): void;
  /** A host name is being resolved. */
  resolving?(host: string): void;
  /** A host name was resolved; `isKept` if its addresses were cached. */
  resolved?(host: string, isKept: boolean): void;
  /** The TLS handshake starts. */
  securing?(): void;
  /** The TLS handshake has finished. */
  secured?(): void;
  /** A connection is ready, or reused, as far as the transport knows. */
  connected(isReused?: boolean): void;
  /** A part of the response head arrived; optional. */
  progressed?(): void;
  /** A 100, 102 or 103 arrived before the final response; headers of 103 are hints. Optional. */
  informed?(status: number, headers: HeaderList): void;
}

/** An endpoint of a connection. */
export interface HopAddress {
  /** IP address. */
  readonly hostname: string;
  /** Port. */
  readonly port: number;
}

/** The certificate of a peer. */
export interface PeerCertificate {
  /** Subject: the common name, else the organization. */
  readonly subject: string;
  /** Issuer. */
  readonly issuer: string;
  /** Start of its validity. */
  readonly validFrom: Date;
  /** End of its validity. */
  readonly validTo: Date;
  /** SHA-256 of `bytes`, 64 hexadecimal digits in lower case, as `connector.fingerprint` takes it. */
  readonly fingerprint: string;
  /** The certificate in DER. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Parameters of a TLS connection. */
export interface HopTls {
  /** Version, for example `TLSv1.3`. */
  readonly version: string;
  /** Name of the cipher. */
  readonly cipher: string;
  /** The peer's certificate, or `null`. */
  readonly certificate: PeerCertificate | null;
}

/** The connection of a response. */
export interface HopConnection {
  /** Local endpoint; `null` for a Unix socket. */
  readonly localAddress: HopAddress | null;
  /** Endpoint of the peer or proxy; `null` for a Unix socket. */
  readonly remoteAddress: HopAddress | null;
  /** Whether it was reused. */
  readonly isReused: boolean;
  /** TLS parameters; `null` without TLS or without `connector.tlsInfo`. */
  readonly tls: HopTls | null;
}

/** A request for a transport. */
export interface HopRequest {
  /** Method in upper case. */
  readonly method: string;
  /** URL without credentials and fragment, as text: Fetch's `Request.url`. */
  readonly url: string;
  /** Headers to send. */
  readonly headers: HeaderList;
  /** The body, `null` for none. */
  readonly body: HopBody | null;
  /** Whether the request must never reach the server twice. */
  readonly once: boolean;
  /** Whether the request needs a new connection. @default {false} */
  readonly fresh?: boolean;
  /** Proxy of this hop; `null` for the transport's. */
  readonly proxy: string | null;
  /** Headers that the transport must not add, names in lower case. @default none */
  readonly skipped?: ReadonlySet<string> | undefined;
  /** Whether the body must not be decoded; the platform's `fetch` decodes gzip and brotli. */
  readonly rawBody: boolean;
  /** Aborts the hop until the response head arrives; its reason is thrown. Later, cancel the body. */
  readonly signal: AbortSignal;
  /** Abort handle, cheaper than `signal` by one or two microseconds. */
  readonly abort?: HopAbort;
  /** Observer of the hop, or `null`. */
  readonly observer: HopObserver | null;
}

/** A response of a transport. */
export interface HopResult {
  /** Status code. */
  readonly status: number;
  /** Reason phrase; the canonical one if the transport does not know the server's. */
  readonly reason: string;
  /** Headers. */
  readonly headers: Headers;
  /** The body, `null` for none. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /** Length of `body` in bytes, if the transport enforces it and there is no content coding. */
  readonly exactLength?: number | null;
  /** The body as a pull source, cheaper than `body`; only one of them can be read. Optional. */
  readonly source?: BodySource | null;
  /** Whether the whole body is in memory and its connection is free. @default {false} */
  readonly isWhole?: boolean;
  /** Headers in the order and case received; optional. */
  readonly rawHeaders?: HeaderList;
  /** HTTP version; optional. */
  readonly version?: "1.0" | "1.1";
  /** Trailers of a chunked body, once it has ended; optional. */
  readonly trailers?: HeaderList;
  /** The connection; optional. */
  readonly connection?: HopConnection;
  /** Whether the platform has decoded `Content-Encoding`. @default {false} */
  readonly decoded?: boolean;
  /** Looks up a header without creating `headers`; optional, see {@linkcode replyHeader}. */
  header?(name: string): string | null;
  /** Values of `Set-Cookie` without creating `headers`; optional. */
  setCookies?(): string[];
  /** Takes over the connection after 101 or CONNECT; optional. Not to be called twice. */
  takeStream?(): { readonly stream: ByteStream; readonly pending: Uint8Array<ArrayBuffer> };
  /** Converts a failure while reading `body` to the caller's error. */
  bodyError(error: unknown): Error;
  /** Returns the connection to the pool once the body ended or was cancelled; idempotent. */
  release(): void;
}

/** Sends requests. The built-in transports are `socketTransport` and `fetchTransport`. */
export interface Transport {
  /** Remedies for options that it lacks, such as `expect100` or `skipAutoHeaders: "host"`. */
  readonly lacks?: Readonly<Record<string, string>>;
  /** Default headers that a session adds for it, names in lower case. */
  readonly usualHeaders?: HeaderList;
  /** Whether it opens WebSockets, by `takeStream()` after status 101. @default {false} */
  readonly webSockets?: boolean;
  /**
   * Sends a request and waits for the response head.
   * @throws {ClientConnectionError} If no response was received.
   */
  send(request: HopRequest): Promise<HopResult>;
  /** Closes idle connections; later requests fail. */
  close(): void;
}

/**
 * Discards a response without reading it, which frees its connection.
 * @example
 * ```ts
 * import { type ClientMiddleware, ClientSession, discardReply } from "@roundtrip/http";
 *
 * const twice: ClientMiddleware = async (request, handler) => {
 *   discardReply(await handler(request)); // frees its connection for the second
 *   return await handler(request);
 * };
 * let calls = 0;
 * const app = { fetch: () => new Response(`call ${++calls}`) };
 * await using session = new ClientSession({ app, middlewares: [twice] });
 * console.assert(await (await session.get("/")).text() === "call 2");
 * ```
 */
export function discardReply(result: HopResult): void {
  // Errors after the cancellation do not matter.
  if (result.source !== undefined) result.source?.cancel().catch(() => {});
  else result.body?.cancel().catch(() => {});
  result.release();
}
