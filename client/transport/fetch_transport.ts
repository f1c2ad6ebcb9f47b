// The transport over `fetch`. Its peculiarities are only handled here, in http_clients.ts and in
// fetch_errors.ts: automatic headers, resent requests, decoded bodies.
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { ConnectionSlots, takeTurn } from "../connect/connection_slots.ts";
import { type ConnectorOptions, refuseForFetch, resolveConnector } from "../connect/connector.ts";
import { ClientConnectionError } from "../errors/client_errors.ts";
import { abortOf } from "../hop/hop_abort.ts";
import { bodyError, sendError } from "./fetch_errors.ts";
import { asksUpgrade, headerOf } from "../hop/header_list.ts";
import { HAS_SOCKETS, ON_DENO } from "../hop/runtime.ts";
import { HttpClients, SOCKETS_DO } from "./http_clients.ts";
import type { HeaderList, HopBody, HopRequest, HopResult, Transport } from "../hop/transport.ts";
import { socketTransport } from "./socket_transport.ts";

// Deno always sends these; a caller can change their values, but not omit them.
const FIXED_HEADERS = [
  ...["accept", "accept-encoding", "accept-language", "user-agent", "host", "content-length"],
];
const LACKS: Readonly<Record<string, string>> = {
  "timeout.sockConnect": 'fetch does not tell when it connects; connector.transport "sockets" does',
  expect100: 'fetch does not wait for it; connector.transport "sockets" does',
  ...Object.fromEntries(FIXED_HEADERS.map((name) => [
    `skipAutoHeaders: "${name}"`,
    "the platform's fetch always sends it; set it to another value instead",
  ])),
};

// Deno's fetch holds on to the memory of a chunk, others do not.
const TAKEN = ON_DENO ? "free" : undefined;

/**
 * Creates a transport over `fetch`. Requests that it would send wrong go over sockets: WebSockets,
 * and those through an `http:` proxy to `https:` servers, which Deno would tell its password too.
 * @throws {RangeError} If a limit is not a non-negative integer.
 * @throws {TypeError} If the proxy or a certificate is invalid.
 * @throws {NotSupportedError} If an option requires sockets.
 * @example
 * ```ts
 * import { ClientSession, fetchTransport } from "@roundtrip/http";
 *
 * await using session = new ClientSession({ transport: fetchTransport({ limitPerHost: 4 }) });
 * const error = await session.get("http://localhost:1/").catch((error) => error);
 * console.assert(error.name === "ClientConnectorError");
 * ```
 */
export function fetchTransport(options?: ConnectorOptions): Transport {
  const connector = resolveConnector(options);
  refuseForFetch(options);
  if (options?.transport === "sockets") {
    throw new TypeError('Cannot use connector.transport "sockets" here: socketTransport() is that');
  }
  const clients = new HttpClients(connector);
  const slots = new ConnectionSlots(connector.limit, connector.limitPerHost);
  let sockets: Transport | null = null;
  let isClosed = false;
  return {
    lacks: LACKS,
    webSockets: HAS_SOCKETS,
    async send(request) {
      const proxy = request.proxy ?? connector.proxy;
      if (
        (HAS_SOCKETS && asksUpgrade(request.headers)) ||
        (ON_DENO && proxy !== null && tellsPassword(proxy, request.url))
      ) {
        sockets ??= socketTransport({ ...options, transport: "sockets", http2: false });
        if (isClosed) sockets.close();
        return await sockets.send(request);
      }
      refuseImpossible(request);
      const waiting = slots.acquire(request);
      if (waiting !== null) await takeTurn(waiting, request, slots);
      try {
        if (isClosed) throw new ClientConnectionError("Cannot send: the transport is closed");
        const body = bodyOf(request, ON_DENO || await sendsSizedStreams());
        // Without a body (see bodyOf), only a new connection prevents a resend.
        const pooled = !connector.forceClose && !(request.once && body === null);
        const init: RequestInit & { client?: Deno.HttpClient; duplex?: "half" } = {
          redirect: "manual",
          signal: abortOf(request).signal,
        };
        // Each member takes time; the default method is GET.
        if (request.method !== "GET") init.method = request.method;
        const length = body instanceof ReadableStream ? request.body?.size ?? null : null;
        const headers = sentHeaders(request, connector.forceClose, length);
        if (headers.length > 0) init.headers = headers as [string, string][];
        if (body !== null) init.body = body;
        else if (request.method === "PATCH") init.body = EMPTY; // forces Content-Length
        const client = clients.get(proxy, pooled);
        if (client !== undefined) init.client = client;
        else if (body instanceof ReadableStream) init.duplex = "half"; // required by Node
        const response = await fetch(request.url, init);
        request.observer?.connected();
        return resultOf(response, request, slots);
      } catch (error) {
        slots.release(request.url);
        throw sendError(error, request, proxy);
      }
    },
    close() {
      isClosed = true;
      clients.close();
      sockets?.close();
    },
  };
}

/** Creates the transport of a connector; by default sockets, if they support the options. */
export function networkTransport(options: ConnectorOptions = {}): Transport {
  const { transport } = options;
  if (options.verify === false) {
    console.warn(
      "connector.verify: false, certificates are not checked: anyone on the way can read and change " +
        "what this session sends. Give the authorities that you trust as connector.caCerts",
    );
  }
  if (transport === "sockets") return socketTransport(options);
  if (transport !== undefined && transport !== "fetch") {
    throw new TypeError(`Cannot use connector.transport "${transport}": expected sockets or fetch`);
  }
  const wantsFetch = !HAS_SOCKETS || transport === "fetch" || options.http2 === true;
  return wantsFetch ? fetchTransport(options) : socketTransport(options);
}

function tellsPassword(proxy: string, url: string): boolean {
  return url.startsWith("https:") && /^http:[^?#]*@/.test(proxy);
}

const EMPTY = new Uint8Array(0);
const CLOSE = ["connection", "close"] as const;
// Deno's fetch always decodes gzip and brotli, unless the first header line requests no coding. The
// caller's line follows it with the same meaning, but a server that reads only the first line, such
// as nginx before 1.23, does not compress.
const RAW = ["accept-encoding", "identity"] as const;

/** The headers as pairs: a Headers object would take a fifth more time per request. */
function sentHeaders(
  { headers, rawBody }: HopRequest,
  forceClose: boolean,
  length: number | null,
): HeaderList {
  if (!rawBody && !forceClose && length === null) return headers;
  return [
    ...(rawBody ? [RAW] : []),
    ...headers,
    ...(forceClose ? [CLOSE] : []),
    ...(length === null ? [] : [["content-length", `${length}`] as const]),
  ];
}

function refuseImpossible({ method, body, rawBody }: HopRequest): void {
  if (rawBody && !ON_DENO) {
    throw new NotSupportedError(
      "autoDecompress: false",
      `this runtime's fetch always decodes${SOCKETS_DO}`,
    );
  }
  if (method === "TRACE" || method === "CONNECT" || method === "TRACK") {
    throw new NotSupportedError(`Method ${method}`, "the platform's fetch forbids it");
  }
  if (body !== null && (method === "GET" || method === "HEAD")) {
    throw new NotSupportedError(`A body with ${method}`, "the platform's fetch has none");
  }
}

/**
 * The body for fetch, which resends bytes if a pooled connection is dead, but not a stream. A Blob
 * is a stream with Content-Length. Bun sends no such Blob, but accepts the header with a stream.
 */
function bodyOf({ body, once }: HopRequest, sized: boolean): BodyInit | null {
  if (body === null) return null;
  if (body.size === 0) return once ? null : new Uint8Array(0);
  if (body.bytes !== null && !once) return body.bytes;
  return body.size === null || !sized ? body.stream(TAKEN) : new SizedStream(body, body.size);
}

let sizedStreams: Promise<boolean> | null = null;

/** Whether the runtime calls stream() of a Blob subclass; Bun reads its empty bytes. */
function sendsSizedStreams(): Promise<boolean> {
  const bytes = new Uint8Array([33]);
  const body = { bytes, size: 1, stream: () => new Blob([bytes]).stream() };
  return sizedStreams ??= new Response(new SizedStream(body, 1)).text().then((text) =>
    text === "!"
  );
}

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
    return this.#body.stream(TAKEN);
  }
}

/** The HTTP library ends a body at Content-Length, unless there is a transfer coding. */
function exactLengthOf(headers: Headers): number | null {
  const length = ON_DENO ? headers.get("content-length") : null;
  if (length === null) return null;
  const size = Number(length);
  if (!Number.isSafeInteger(size) || `${size}` !== length) return null; // "0x10", "+5"
  if (headers.has("transfer-encoding") || headers.has("content-encoding")) return null;
  return size;
}

function resultOf(response: Response, request: HopRequest, slots: ConnectionSlots): HopResult {
  const { status, statusText: reason, headers } = response;
  const exactLength = exactLengthOf(headers);
  const hasBody = exactLength !== 0 && request.method !== "HEAD";
  if (!hasBody) response.body?.cancel().catch(() => {});
  let isReleased = false;
  return {
    status,
    reason,
    headers,
    exactLength,
    body: hasBody ? response.body : null,
    get decoded() {
      return isDecoded(headers.get("content-encoding"), request);
    },
    bodyError: (error) => bodyError(error, abortOf(request).signal),
    release() {
      if (!isReleased) slots.release(request.url);
      isReleased = true;
    },
  };
}

/** Deno decodes a single gzip or br, other runtimes any coding. */
function isDecoded(coding: string | null, { headers, rawBody }: HopRequest): boolean {
  if (coding === null || !ON_DENO) return coding !== null;
  return /^(?:gzip|br)$/i.test(coding) && !rawBody && headerOf(headers, "range") === null &&
    headerOf(headers, "accept-encoding")?.toLowerCase() !== "identity";
}
