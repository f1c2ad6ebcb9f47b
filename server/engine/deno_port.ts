// Requests and responses of Deno's HTTP server (Deno 2.9.6); for frames see `deno_socket.ts`.
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { asciiText } from "../../http/bytes/latin1.ts";
import { denoSocket } from "./deno_socket.ts";
import type { EnginePort, RawHeaders, UpgradeOptions } from "./engine.ts";
import { recordOf, recordResponses, sizeOf } from "./response_record.ts";

/** Deno's private fields; a member access costs a third of `Reflect.get()`. */
type Private = Readonly<Record<symbol, unknown>>;

const requestSymbol = symbolOf(new Request("http://localhost/"), "request");
const responseSymbol = findResponseSymbol();
const sentSymbol = findSentSymbol();
if (sentSymbol === undefined) recordResponses(); // for bodySizeOf()
let proofsLeft = 32; // how many requests are read both ways before the shortcut is trusted
let proven = requestSymbol !== undefined;

/** The port over Deno; shortcuts into private objects are used while the public API agrees. */
export const denoPort: EnginePort = {
  // Reading `request.headers` makes Deno build all and leave its fast path: 12 % of a hello route.
  headerOf(request, name) {
    if (!proven || requestSymbol === undefined) return request.headers.get(name);
    const inner = (request as unknown as Private)[requestSymbol];
    if (!isServed(inner)) return request.headers.get(name);
    // Of repeated headers Deno 2.4 gives the first; over HTTP/2 each cookie may be one.
    if (name === "cookie" && sentSymbol === undefined) return request.headers.get(name);
    let value: string | null;
    try {
      value = inner.header(name);
    } catch { // after an upgrade, before which all were read
      return request.headers.get(name);
    }
    if (proofsLeft > 0) {
      proofsLeft--;
      const same = request.headers.get(name);
      if (value === null ? same !== null : same?.startsWith(value) !== true) proven = false;
      return same;
    }
    return value;
  },
  // A small body is there with its head: taking it saves a stream, its reader and a timer, 20 µs.
  takeBody: (request, limit) => take(request, limit, (bytes) => bytes),
  takeText: (request, limit) => take(request, limit, asciiText),
  opensSpans: true,
  // Touching `response.headers` leaves the fast path of Deno.serve, 15 % of a hello route.
  headersOf(response) {
    const list = responseSymbol === undefined ? undefined : headerList(response, responseSymbol);
    return list ?? [...response.headers];
  },
  // `response.bodyUsed` costs as much as the headers.
  isBodyUsed(response) {
    if (responseSymbol === undefined) return isTaken(response);
    const body = innerOf(response, responseSymbol)?.body;
    // Unread text has no body record yet.
    return body === null || body?.streamOrStatic?.consumed === false ? false : isTaken(response);
  },
  bodySizeOf(response) {
    const known = sentSymbol === undefined
      ? recordOf(response)?.body
      : (response as unknown as Private)[sentSymbol];
    if (typeof known === "string" || known instanceof Uint8Array) return sizeOf(known);
    if (responseSymbol === undefined) return null;
    // Reading the headers makes Deno create the body record of plain text.
    if (innerOf(response, responseSymbol)?.body === null) response.headers;
    const body = innerOf(response, responseSymbol)?.body;
    if (body === null) return 0;
    const source = body?.streamOrStatic?.body;
    return typeof source === "string" || source instanceof Uint8Array ? sizeOf(source) : null;
  },
  // Without `--unstable-no-legacy-abort`, Deno aborts the request's signal after every response,
  // also a complete one: that is ignored. Without `completed`, the signal is trusted.
  watchClient({ signal }, info) {
    const controller = new AbortController();
    const leave = () => controller.abort(new DOMException("The client has left", "AbortError"));
    const completed = info?.completed;
    if (completed === undefined) {
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
      return controller;
    }
    let sent = false;
    completed.then(() => sent = true, () => {});
    signal.addEventListener("abort", () => {
      // Deno settles `completed` just before it aborts, so the callback above has run by then.
      queueMicrotask(() => {
        if (!sent) leave();
      });
    }, { once: true });
    return controller;
  },
  isReset: (error) =>
    error instanceof Error && error.name === "BadResource" &&
    error.message.endsWith("body as underlying resource unavailable"),
  // Deno omits the length, even if the response has one, and closes nothing.
  sendsReset: false,
  upgrade(request, events, options) {
    const { headers, protocol, heartbeat } = options;
    checkSupport(options);
    if (typeof Deno === "undefined") {
      const reason = "only Deno can upgrade a request of its own";
      throw new NotSupportedError("WebSocketResponse", reason);
    }
    const idleTimeout = heartbeat * 1.5 / 1000;
    // The option `protocol` rejects "a,b", which lacks a space; headers are immutable in Deno 2.4,
    // the runtime of some executables.
    const offered = request.headers.get("sec-websocket-protocol")?.split(", ") ?? [];
    const known = protocol !== null && offered.includes(protocol);
    request.headers.has("host"); // makes all of them: after the upgrade Deno can read none
    const { socket, response } = Deno.upgradeWebSocket(
      request,
      known ? { idleTimeout, protocol } : { idleTimeout },
    );
    for (const [name, value] of headers) response.headers.append(name, value);
    if (protocol !== null && !known) response.headers.set("sec-websocket-protocol", protocol);
    return { socket: denoSocket(socket, events, heartbeat), response };
  },
};

function checkSupport({ autoclose, autoping, compress = 0 }: UpgradeOptions): void {
  const remedy = "Deno.serve does not support it, web.socketEngine() does";
  if (autoclose === false) throw new NotSupportedError("autoclose: false", remedy);
  if (autoping === false) throw new NotSupportedError("autoping: false", remedy);
  if (compress !== 0) throw new NotSupportedError("compress", remedy);
}

/** The fields we use of Deno's private record of a body; text and bytes in memory are no stream. */
interface InnerBody {
  readonly streamOrStatic?: { consumed?: unknown; readonly body?: unknown } | null;
}

interface InnerResponse {
  readonly headerList?: unknown;
  readonly body?: InnerBody | null;
}

function isTaken({ bodyUsed, body }: Response): boolean {
  return bodyUsed || body?.locked === true;
}

function innerOf(response: Response, symbol: symbol): InnerResponse | undefined {
  const inner = (response as unknown as Private)[symbol];
  return typeof inner === "object" && inner !== null ? inner : undefined;
}

/** The record of a response's bytes in memory; they may be replaced. `null` for other bodies. */
export function bytesRecordOf(response: Response): { body: Uint8Array } | null {
  if (responseSymbol === undefined) return null;
  const record = innerOf(response, responseSymbol)?.body?.streamOrStatic;
  return record?.body instanceof Uint8Array ? record as { body: Uint8Array } : null;
}

function headerList(response: Response, symbol: symbol): RawHeaders | undefined {
  const list = innerOf(response, symbol)?.headerList;
  return Array.isArray(list) ? list : undefined;
}

/** Of a request that came over a connection. */
interface InnerRequest {
  header(name: string): string | null;
  readonly body?: InnerBody | null;
}

function bodyOf(inner: InnerRequest): InnerBody | null {
  try {
    return inner.body ?? null;
  } catch {
    return null; // the client has disconnected
  }
}

/** Takes a body in memory, unless `read` gives `null`. */
function take<T>(
  request: Request,
  limit: number,
  read: (bytes: Uint8Array<ArrayBuffer>) => T | null,
): T | null {
  if (requestSymbol === undefined) return null;
  const inner = (request as unknown as Private)[requestSymbol];
  const record = isServed(inner) ? bodyOf(inner)?.streamOrStatic : null;
  const body = record?.body;
  if (!(body instanceof Uint8Array) || record?.consumed !== false || body.length > limit) {
    return null;
  }
  const result = read(body as Uint8Array<ArrayBuffer>);
  record.consumed = result !== null;
  return result;
}

function isServed(inner: unknown): inner is InnerRequest {
  return typeof inner === "object" && inner !== null && "header" in inner &&
    typeof inner.header === "function";
}

function symbolOf(object: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find((each) => each.description === description);
}

/** The field with the body of a response whose headers are untouched. */
function findSentSymbol(): symbol | undefined {
  if (responseSymbol === undefined) return undefined; // Workers allow no body before a request
  const text = new Response("x");
  const symbol = symbolOf(text, "serve fast body");
  if (symbol === undefined || Reflect.get(text, symbol) !== "x") return undefined;
  text.headers.set("x-late", "late");
  return Reflect.get(text, symbol) === null ? symbol : undefined;
}

/** The record is only used if test responses prove that it holds what is sent. */
function findResponseSymbol(): symbol | undefined {
  const symbol = symbolOf(new Response(), "response");
  if (symbol === undefined) return undefined;
  const later = new Response("x", { headers: { "content-type": "text/plain" } });
  later.headers.append("x-late", "late");
  later.headers.set("content-type", "text/late");
  const text = new Response("x"); // its only header is the platform's own, stored elsewhere
  text.headers.append("x-late", "late");
  const proofs: [Response, string[]][] = [
    [new Response("x"), []],
    [text, ["late"]],
    [new Response("x", { headers: { "content-type": "text/only" } }), ["text/only"]],
    [new Response("x", { headers: { "x-a": "a", "x-b": "b" } }), ["a", "b"]],
    [new Response("x", { headers: new Headers([["x-a", "a"]]) }), ["a"]],
    [Response.json({}, { headers: { "x-a": "a" } }), ["a"]],
    [Response.json({}, { headers: { "content-type": "text/only" } }), ["text/only"]],
    [Response.redirect("http://localhost/a"), ["http://localhost/a"]],
    [later, ["late", "text/late"]],
  ];
  const holds = proofs.every(([response, values]) => {
    const sent = headerList(response, symbol)?.map((header) => header[1]);
    return sent !== undefined && values.every((value) => sent.includes(value));
  });
  return holds ? symbol : undefined;
}
