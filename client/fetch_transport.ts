/**
 * The transport over `fetch`; its ways are known here and in fetch_errors.ts, nowhere else.
 * @module
 */
import { NotSupportedError } from "../http/not_supported_error.ts";
import { ConnectionSlots } from "./connection_slots.ts";
import { type ConnectorOptions, resolveConnector } from "./connector.ts";
import { bodyError, sendError } from "./fetch_errors.ts";
import { headerOf } from "./header_list.ts";
import { HttpClients } from "./http_clients.ts";
import type { HeaderList, HopBody, HopRequest, HopResult, Transport } from "./transport.ts";

// Deno sends these whatever the request says; a caller can change their values, not leave them out.
const FIXED_HEADERS = ["accept", "accept-encoding", "accept-language", "user-agent"];

/**
 * Makes a transport over `fetch` with connections of its own.
 *
 * @param options How to connect.
 * @returns The transport; close it to end its connections.
 * @throws {RangeError} If a limit is no whole number from 0 on.
 * @throws {TypeError} If the proxy or the certificate is not valid.
 *
 * @example
 * ```ts
 * import { ClientSession, fetchTransport, web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/", () => web.textResponse("hello"))]);
 * await using runner = new web.AppRunner(app);
 * const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 *
 * const transport = fetchTransport({ limitPerHost: 4 });
 * await using session = new ClientSession({ baseUrl, transport });
 * await using response = await session.get("/");
 * console.assert(await response.text() === "hello");
 * ```
 */
export function fetchTransport(options?: ConnectorOptions): Transport {
  const connector = resolveConnector(options);
  const clients = new HttpClients(connector);
  const slots = new ConnectionSlots(connector.limit, connector.limitPerHost);
  return {
    fixedHeaders: FIXED_HEADERS,
    async send(request) {
      refuseImpossible(request);
      const waiting = slots.acquire(request.url, request.signal);
      if (waiting !== null) await turn(waiting, request);
      const proxy = request.proxy ?? connector.proxy;
      const body = bodyOf(request);
      // With no body to make a request unrepeatable (see bodyOf), only a new connection does.
      const pooled = !connector.forceClose && !(request.once && body === null);
      try {
        const init: RequestInit & { client?: Deno.HttpClient; duplex?: "half" } = {
          method: request.method,
          redirect: "manual",
          signal: request.signal,
        };
        const headers = sentHeaders(request, connector.forceClose);
        if (headers.length > 0) init.headers = headers as [string, string][];
        if (body !== null) init.body = body;
        const client = clients.get(proxy, pooled);
        if (client !== undefined) init.client = client;
        else if (body instanceof ReadableStream) init.duplex = "half"; // Node asks for it
        const response = await fetch(request.url.href, init);
        request.observer?.connected();
        return new FetchResult(response, request, slots);
      } catch (error) {
        slots.release(request.url);
        const { method, url, signal } = request;
        const streams = request.body !== null && request.body.bytes === null;
        throw sendError(error, { method, url, signal, proxy, streams });
      }
    },
    close: () => clients.close(),
  };
}

const ON_DENO = "Deno" in globalThis;
const CLOSE = ["connection", "close"] as const;
// Deno's fetch undoes gzip and brotli whatever the request says, but for one: a first header line
// that asks for no coding at all. The caller's own line follows it and means the same as before,
// though a server that looks at the first line only, nginx before 1.23 for one, will not compress.
const RAW = ["accept-encoding", "identity"] as const;

/** The headers as pairs: a Headers object would cost a fifth of the request more. */
function sentHeaders({ headers, rawBody }: HopRequest, forceClose: boolean): HeaderList {
  if (!rawBody && !forceClose) return headers;
  return [...(rawBody ? [RAW] : []), ...headers, ...(forceClose ? [CLOSE] : [])];
}

function refuseImpossible({ method, body, rawBody }: HopRequest): void {
  if (rawBody && !ON_DENO) {
    throw new NotSupportedError("autoDecompress: false", "this runtime's fetch always decodes");
  }
  if (method === "TRACE" || method === "CONNECT" || method === "TRACK") {
    throw new NotSupportedError(`Method ${method}`, "the platform's fetch forbids it");
  }
  if (body !== null && (method === "GET" || method === "HEAD")) {
    throw new NotSupportedError(`A body with ${method}`, "the platform's fetch has none");
  }
}

async function turn(waiting: Promise<void>, { observer }: HopRequest): Promise<void> {
  observer?.queued();
  await waiting;
  observer?.dequeued();
}

/**
 * The body as fetch takes it. Bytes are the fastest. But fetch sends a request again on its own when
 * a pooled connection turns out to be dead, after the server may have acted on it; it cannot when
 * the body is a stream. A Blob is sent as a stream with Content-Length; a stream alone would be
 * chunked. Measured: POST of bytes twice, of a Blob once.
 */
function bodyOf({ body, once }: HopRequest): BodyInit | null {
  if (body === null) return null;
  if (body.size === 0) return once ? null : new Uint8Array(0);
  if (body.bytes !== null && !once) return body.bytes;
  return body.size === null ? body.stream() : new SizedStream(body, body.size);
}

/** A stream that says its length in the only way that fetch listens to. */
class SizedStream extends Blob {
  readonly #body: HopBody;
  readonly #size: number;

  constructor(body: HopBody, size: number) {
    super();
    this.#body = body;
    this.#size = size;
  }

  override get size(): number {
    return this.#size;
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#body.stream();
  }
}

class FetchResult implements HopResult {
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  readonly #request: HopRequest;
  #slots: ConnectionSlots | null;

  constructor(response: Response, request: HopRequest, slots: ConnectionSlots) {
    this.status = response.status;
    this.reason = response.statusText;
    this.headers = response.headers;
    this.body = response.body;
    this.#request = request;
    this.#slots = slots;
  }

  /** The HTTP library beneath ends a body at Content-Length, unless there is a transfer coding. */
  get exactLength(): number | null {
    const { headers } = this;
    const length = ON_DENO ? headers.get("content-length") : null;
    if (length === null) return null;
    const size = Number(length);
    if (!Number.isSafeInteger(size) || `${size}` !== length) return null; // "0x10", "+5"
    if (headers.has("transfer-encoding") || headers.has("content-encoding")) return null;
    return size;
  }

  /** On Deno a single gzip or br is decoded, elsewhere any coding. */
  get decoded(): boolean {
    const coding = this.headers.get("content-encoding");
    if (coding === null) return false;
    if (!ON_DENO) return true;
    const { headers, rawBody } = this.#request;
    return /^(?:gzip|br)$/i.test(coding) && !rawBody && headerOf(headers, "range") === null &&
      headerOf(headers, "accept-encoding")?.toLowerCase() !== "identity";
  }

  bodyError(error: unknown): Error {
    return bodyError(error, this.#request.signal);
  }

  release(): void {
    this.#slots?.release(this.#request.url);
    this.#slots = null;
  }
}
