/**
 * Short ways into Deno's own requests and responses, each used only while it proves to say the same
 * as the public one.
 * @module
 */

/** Reads the headers of a response that is about to leave. */
export type RawHeaders = readonly (readonly [string, string])[];

const requestSymbol = symbolOf(new Request("http://localhost/"), "request");
const responseSymbol = findResponseSymbol();

let proofsLeft = 32; // how many requests are read both ways before the short one is trusted
let proven = requestSymbol !== undefined;

/**
 * Reads the `Host` header. Reading `request.headers` makes Deno build all of them and answer by a
 * longer path, which costs 12 % of a hello route.
 *
 * @param request The platform's request.
 * @returns The header, `null` where there is none.
 */
export function hostHeaderOf(request: Request): string | null {
  if (!proven || requestSymbol === undefined) return request.headers.get("host");
  const inner: unknown = Reflect.get(request, requestSymbol);
  if (!isServed(inner)) return request.headers.get("host");
  const host = inner.header("host");
  if (proofsLeft > 0) {
    proofsLeft--;
    const same = request.headers.get("host");
    if (host !== same) proven = false;
    return same;
  }
  return host;
}

/**
 * Reads the header list of a response. Touching `response.headers` ends Deno.serve's short path,
 * 15 % of a hello route.
 *
 * @param response The response.
 * @returns Name and value of each header; `undefined` where only `response.headers` tells.
 */
export function rawHeadersOf(response: Response): RawHeaders | undefined {
  return responseSymbol === undefined ? undefined : headerList(response, responseSymbol);
}

/**
 * Tells whether the body of a response was read. `response.bodyUsed` costs as much as its headers.
 *
 * @param response The response.
 * @returns `true` if it cannot be sent.
 */
export function isBodyUsed(response: Response): boolean {
  if (responseSymbol === undefined) return response.bodyUsed;
  const body = innerOf(response, responseSymbol)?.body;
  // Text that nobody looked at has no record of a body yet.
  return body === null || body?.streamOrStatic?.consumed === false ? false : response.bodyUsed;
}

/**
 * Tells how long the body of a response is, without reading it.
 *
 * @param response The response.
 * @returns The size in bytes; `null` for a stream, and where the platform does not tell.
 */
export function bodySizeOf(response: Response): number | null {
  if (responseSymbol === undefined) return null;
  // Looking at the headers makes Deno write the record of a body that is plain text.
  if (innerOf(response, responseSymbol)?.body === null) response.headers;
  const body = innerOf(response, responseSymbol)?.body;
  if (body === null) return 0;
  const source = body?.streamOrStatic?.body;
  if (typeof source === "string") return new TextEncoder().encode(source).length;
  return source instanceof Uint8Array ? source.length : null;
}

/** As much of Deno's own record of a response as is read here. */
interface InnerResponse {
  readonly headerList?: unknown;
  readonly body?: {
    readonly streamOrStatic?: { readonly consumed?: unknown; readonly body?: unknown } | null;
  } | null;
}

function innerOf(response: Response, symbol: symbol): InnerResponse | undefined {
  const inner: unknown = Reflect.get(response, symbol);
  return typeof inner === "object" && inner !== null ? inner : undefined;
}

function headerList(response: Response, symbol: symbol): RawHeaders | undefined {
  const list = innerOf(response, symbol)?.headerList;
  return Array.isArray(list) ? list : undefined;
}

function isServed(inner: unknown): inner is { header(name: string): string | null } {
  return typeof inner === "object" && inner !== null && "header" in inner &&
    typeof inner.header === "function";
}

function symbolOf(object: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find((each) => each.description === description);
}

/** The record is used only if it proves, on responses made here, to hold what is sent. */
function findResponseSymbol(): symbol | undefined {
  const symbol = symbolOf(new Response(), "response");
  if (symbol === undefined) return undefined;
  const later = new Response("x", { headers: { "content-type": "text/plain" } });
  later.headers.append("x-late", "late");
  later.headers.set("content-type", "text/late");
  const text = new Response("x"); // has only a header of the platform's own, kept elsewhere
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
