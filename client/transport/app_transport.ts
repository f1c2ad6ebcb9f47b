import type { Bytes } from "../../http/bytes/bytes.ts";
import { messageOf } from "../../http/as_error.ts";
import { withSpans } from "../hop/with_spans.ts";
import { parseLength } from "../../http/headers/content_length.ts";
import { deferred } from "../../http/since_node_20.ts";
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { ClientConnectionError } from "../errors/client_errors.ts";
import { asError, incompletePayload } from "../errors/make_error.ts";
import { headerOf } from "../hop/header_list.ts";
import { abortOf, endedBy } from "../hop/hop_abort.ts";
import { observed } from "../hop/observed_stream.ts";
import type { HopRequest, HopResult, Transport } from "../hop/transport.ts";

/** A request handler: an `Application`, a Hono app, `{ fetch: (request) => … }`. */
export interface FetchApp {
  /** Answers a request. */
  fetch(request: Request): Response | Promise<Response>;
}

/**
 * Creates a transport that passes requests to an application.
 * @example
 * ```ts
 * import { appTransport, ClientSession } from "@roundtrip/http";
 *
 * const transport = appTransport({ fetch: () => new Response("hello") });
 * await using session = new ClientSession({ transport });
 * console.assert(await (await session.get("http://localhost/")).text() === "hello");
 * ```
 */
export function appTransport(app: FetchApp): Transport {
  return withSpans({
    send: async (request) => resultOf(await race(app, request), request),
    close() {},
  });
}

async function race(app: FetchApp, request: HopRequest): Promise<Response> {
  const { method, url, body } = request;
  const { signal } = abortOf(request);
  if (signal.aborted) throw asError(signal.reason);
  if (body !== null && (method === "GET" || method === "HEAD")) {
    throw new NotSupportedError(`A body with ${method}`, "the platform's Request has none");
  }
  const { promise: aborted, reject } = deferred<never>();
  const onAbort = (): void => reject(asError(signal.reason));
  let answer: Promise<Response> | null = null;
  try {
    answer = (async () =>
      await app.fetch(
        new Request(url, {
          method,
          headers: [...request.headers, ...lengthOf(request)],
          signal,
          ...(body === null ? {} : { body: body.bytes ?? body.stream(), duplex: "half" }),
        } as RequestInit),
      ))();
    const either = Promise.race([answer, aborted]);
    const response = checked(await endedBy(signal, onAbort, () => either));
    request.observer?.connected();
    return response;
  } catch (error) {
    if (signal.aborted) {
      // Discard a response that arrives later.
      answer?.then((late) => late?.body?.cancel()).catch(() => {});
      throw asError(signal.reason);
    }
    const text = `Cannot request ${url}: the application threw: ${messageOf(error)}`;
    throw new ClientConnectionError(text, { cause: error });
  }
}

function checked(response: Response): Response {
  // No instanceof: adapters for other runtimes have their own classes.
  if (typeof response?.headers?.getSetCookie !== "function") {
    throw new TypeError(`expected a Response, got ${response}`);
  }
  if (response.status < 100) throw new TypeError("it gave Response.error(), which has no status");
  if (response.bodyUsed || response.body?.locked) {
    throw new TypeError("it gave a Response whose body is used or locked");
  }
  return response;
}

/** The Content-Length that a server would send. */
function lengthOf({ body, method, headers }: HopRequest): [string, string][] {
  if (headerOf(headers, "content-length") !== null) return [];
  if (body !== null) return body.size === null ? [] : [["content-length", `${body.size}`]];
  return method === "POST" || method === "PUT" || method === "PATCH"
    ? [["content-length", "0"]]
    : [];
}

function resultOf(response: Response, request: HopRequest): HopResult {
  const { signal } = abortOf(request);
  // A response to HEAD has no body (RFC 9110 section 9.3.2).
  if (request.method === "HEAD") response.body?.cancel().catch(() => {});
  return {
    status: response.status,
    reason: response.statusText,
    headers: response.headers,
    body: request.method === "HEAD" ? null : abortable(response, signal),
    bodyError(error) {
      return signal.aborted ? asError(signal.reason) : incompletePayload(messageOf(error), error);
    },
    release() {},
  };
}

/** The body, which fails with the signal's reason on abort, as on a connection. */
function abortable({ body, headers }: Response, signal: AbortSignal): ReadableStream<Bytes> | null {
  const announced = parseLength(headers.get("content-length"));
  // As on a connection, the body must have its announced length (RFC 9112 section 6.3).
  let left = announced ?? NaN;
  let onAbort = (): void => {};
  return body && observed(body, {
    onStart(stop) {
      onAbort = () => stop(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
    },
    onPiece(piece: unknown) {
      if (!(piece instanceof Uint8Array)) {
        throw new TypeError(`a body gives Uint8Array, not ${typeof piece}`);
      }
      left -= piece.length;
      if (left < 0) throw new TypeError(`it is longer than its content-length ${announced}`);
    },
    onEnd(isWhole) {
      signal.removeEventListener("abort", onAbort);
      if (isWhole && left > 0) {
        throw new TypeError(`it ends ${left} short of its content-length ${announced}`);
      }
    },
  });
}
