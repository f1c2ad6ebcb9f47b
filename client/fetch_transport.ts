/**
 * The transport over `fetch`; its ways are known here and nowhere else.
 * @module
 */
import {
  ClientConnectionError,
  ClientConnectorError,
  ClientPayloadError,
  type ConnectFailure,
  ServerDisconnectedError,
} from "./errors.ts";
import type { HopRequest, HopResult, Transport } from "./transport.ts";

/**
 * Makes a transport over `fetch` with connections of its own.
 *
 * @returns The transport; close it to end its connections.
 */
export function fetchTransport(): Transport {
  let client: Deno.HttpClient | undefined;
  return {
    async send(request) {
      // Elsewhere than on Deno there is nothing to own: fetch has one pool for the program.
      if ("Deno" in globalThis) client ??= Deno.createHttpClient({});
      let response: Response;
      try {
        response = await fetch(request.url, initOf(request, client));
      } catch (error) {
        throw classify(error, request);
      }
      return resultOf(response, request);
    },
    close() {
      client?.close();
      client = undefined;
    },
  };
}

function initOf(request: HopRequest, client: Deno.HttpClient | undefined): RequestInit {
  return {
    method: request.method,
    headers: request.rawBody === true ? rawHeaders(request.headers) : request.headers,
    body: request.body,
    redirect: "manual",
    signal: request.signal,
    ...(client === undefined ? {} : { client }),
    // Node asks for it with a stream as body; Deno sends all bodies this way.
    ...(request.body instanceof ReadableStream ? { duplex: "half" } : {}),
  } as RequestInit;
}

const ON_DENO = "Deno" in globalThis;

/**
 * Deno's fetch undoes gzip and brotli whatever the request says, but for one: a first header line
 * that asks for no coding at all. The caller's own line follows it and means the same as before,
 * though a server that looks at the first line only, nginx before 1.23 for one, will not compress.
 */
function rawHeaders(headers: Headers): [string, string][] {
  if (!ON_DENO) {
    throw new ClientConnectionError(
      "Cannot set autoDecompress to false: this platform's fetch always decodes",
    );
  }
  return [["accept-encoding", "identity"], ...headers];
}

/** Whether fetch has undone the content coding: on Deno a single gzip or br, elsewhere any. */
function isDecoded(response: Response, request: HopRequest): boolean {
  const coding = response.headers.get("content-encoding");
  if (coding === null) return false;
  if (!ON_DENO) return true;
  return /^(?:gzip|br)$/i.test(coding) && request.rawBody !== true &&
    !request.headers.has("range") &&
    request.headers.get("accept-encoding")?.toLowerCase() !== "identity";
}

function resultOf(response: Response, request: HopRequest): HopResult {
  return {
    status: response.status,
    reason: response.statusText,
    headers: response.headers,
    body: response.body,
    decoded: isDecoded(response, request),
    bodyError: (error) => {
      if (request.signal.aborted) return asError(request.signal.reason);
      return new ClientPayloadError(`Response payload is not completed: ${messageOf(error)}`, {
        cause: error,
      });
    },
  };
}

// fetch says "fetch failed" and keeps the reason in `cause`, as text of the HTTP library beneath.
const CONNECT_FAILURES: readonly (readonly [RegExp, ConnectFailure])[] = [
  [/dns error/, "dns"],
  [/certificate|tls|handshake/i, "tls"],
  [/proxy|tunnel/i, "proxy"],
  [/Connect\)|tcp connect error|connection refused/i, "refused"],
];

function classify(error: unknown, request: HopRequest): Error {
  if (request.signal.aborted) return asError(request.signal.reason);
  if (!(error instanceof Error)) return new ClientConnectionError(String(error));
  const options = { cause: error };
  if (error.name === "NotCapable") {
    return new ClientConnectorError(request.url, "permission", error.message, options);
  }
  // Before Deno 2.9 the reason was the message itself, without a cause.
  const beneath = error.cause ?? error;
  const text = messageOf(beneath);
  // What fetch refuses before a connection is tried: a bad header, method or port.
  if (!text.includes("client error (")) return new ClientConnectionError(text, options);
  if (text.includes("(SendRequest)")) {
    return new ServerDisconnectedError(request.url, reasonOf(text), options);
  }
  const failure = CONNECT_FAILURES.find(([pattern]) => pattern.test(text))?.[1];
  return failure === undefined
    ? new ClientConnectionError(`Cannot request ${request.url.href}: ${reasonOf(text)}`, options)
    : new ClientConnectorError(request.url, failure, reasonOf(text), options);
}

/** The last part of a reason, "tcp connect error: Connection refused (os error 111)". */
function reasonOf(text: string): string {
  return text.replace(/^error sending request.*?: (?=client error)/, "")
    .replace(/^client error \(\w+\): /, "");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new ClientConnectionError(String(reason));
}
