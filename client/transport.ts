/**
 * The seam between a session and what carries its bytes.
 * @module
 */

/** One request as a transport takes it. */
export interface HopRequest {
  /** Method in upper case. */
  readonly method: string;
  /** URL without credentials and fragment. */
  readonly url: URL;
  /** Headers to send. */
  readonly headers: Headers;
  /** The body, `null` for none. */
  readonly body:
    | string
    | Uint8Array<ArrayBuffer>
    | Blob
    | ReadableStream<Uint8Array<ArrayBuffer>>
    | null;
  /**
   * Whether the reply's body has to come as it is on the wire, its content codings not undone. The
   * platform's `fetch` undoes gzip and brotli unless it is kept from it.
   */
  readonly rawBody?: boolean;
  /** Aborts the hop; its reason is the error to throw. */
  readonly signal: AbortSignal;
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
  /** Whether what `Content-Encoding` names has been undone by the platform. @default {false} */
  readonly decoded?: boolean;
  /**
   * Turns a failure while reading `body` into the error that the caller sees.
   *
   * @param error What the stream failed with.
   */
  bodyError(error: unknown): Error;
}

/** Carries requests; `fetchTransport` is the first one. */
export interface Transport {
  /**
   * Sends a request and waits for the head of its reply. Redirects, cookies and deadlines are
   * not its business.
   *
   * @param request The request.
   * @returns The reply.
   * @throws {ClientConnectionError} If no reply came.
   */
  send(request: HopRequest): Promise<HopResult>;
  /** Ends the connections that are idle. */
  close(): void;
}
