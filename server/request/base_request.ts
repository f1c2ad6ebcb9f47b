/**
 * What the head of a request says: URL and headers.
 * @module
 */
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { checkTrailers } from "../../http/http1/trailers.ts";
import { parseLength } from "../../http/headers/content_length.ts";
import { parseContentType } from "../../http/headers/content_type.ts";
import { parseCookies } from "../../http/headers/cookie_header.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { type ETag, parseETags } from "../../http/headers/etag.ts";
import { type Forwarded, parseForwarded } from "../../http/headers/forwarded.ts";
import { parseHttpDate } from "../../http/headers/http_date.ts";
import { type HTTPRange, parseHTTPRange } from "../../http/headers/range_header.ts";
import { RelativeURL } from "./relative_url.ts";

const REMEDY = "the default engine has none of it, web.socketEngine() has";

/**
 * The accessors of a request that need nothing but its head and its connection.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const raw = new Request("http://localhost/a%20b?page=2", { headers: { cookie: "id=7" } });
 * const request = new web.BaseRequest(raw, undefined);
 * console.assert(request.path === "/a b" && request.rawPath === "/a%20b");
 * console.assert(request.query.get("page") === "2" && request.cookies.get("id") === "7");
 * ```
 */
export class BaseRequest {
  /** The platform's request; its body can be read only once, here or there. */
  readonly raw: Request;
  /** What the platform tells about the connection. */
  protected readonly info: ServeInfo | undefined;
  #url: URL | null = null;

  /**
   * Creates one.
   *
   * @param raw The platform's request.
   * @param info What the platform tells about the connection.
   */
  constructor(raw: Request, info: ServeInfo | undefined) {
    this.raw = raw;
    this.info = info;
  }

  /** Method in upper case. */
  get method(): string {
    return this.raw.method;
  }

  /** Headers of the request. */
  get headers(): Headers {
    return this.raw.headers;
  }

  /** The whole URL, normalised. */
  get url(): URL {
    return this.#url ??= new URL(this.raw.url);
  }

  /** Path and query as they stood in the request line. */
  get relUrl(): RelativeURL {
    const [url = ""] = this.raw.url.split("#", 1);
    const mark = url.indexOf("?");
    return new RelativeURL(rawPathOf(url), mark < 0 ? "" : url.slice(mark + 1));
  }

  /** Path and query as text, `/my%2Fpath?id=10`. */
  get pathQs(): string {
    return this.relUrl.toString();
  }

  /** Path as it stood in the request line, without the query. */
  get rawPath(): string {
    return rawPathOf(this.raw.url);
  }

  /** Path with all escapes decoded; a malformed one stays as it is. */
  get path(): string {
    const raw = this.rawPath;
    try {
      return decodeURIComponent(raw);
    } catch {
      return raw;
    }
  }

  /** Query parameters, decoded, in order, repeats kept. */
  get query(): URLSearchParams {
    return this.url.searchParams;
  }

  /** Query as it stood in the request line, without `?`. */
  get queryString(): string {
    return this.relUrl.query;
  }

  /** `http` or `https`; a proxy's headers are not trusted. */
  get scheme(): string {
    return this.raw.url.slice(0, this.raw.url.indexOf(":"));
  }

  /** Whether the connection is encrypted. */
  get secure(): boolean {
    return this.scheme === "https";
  }

  /** Host the client asked for, with its port; a proxy's headers are not trusted. */
  get host(): string {
    return this.headers.get("host") ?? this.url.host;
  }

  /** Address of the peer, `null` where the platform does not tell or there is none. */
  get remote(): string | null {
    return this.info?.remoteAddr?.hostname ?? null;
  }

  /** Cookies of the request: values by name. */
  get cookies(): ReadonlyMap<string, string> {
    return parseCookies(this.headers.get("cookie"));
  }

  /** Mime type of the body, `application/octet-stream` where the header is missing. */
  get contentType(): string {
    return parseContentType(this.headers.get("content-type")).mimeType;
  }

  /** Charset of the body, `null` where the header does not say. */
  get charset(): string | null {
    return parseContentType(this.headers.get("content-type")).params.get("charset") ?? null;
  }

  /** Length of the body in bytes as the client announced it, `null` where it did not. */
  get contentLength(): number | null {
    return parseLength(this.headers.get("content-length"));
  }

  /** `If-Modified-Since`, `null` where it is missing or no date. */
  get ifModifiedSince(): Date | null {
    return parseHttpDate(this.headers.get("if-modified-since"));
  }

  /** `If-Unmodified-Since`, `null` where it is missing or no date. */
  get ifUnmodifiedSince(): Date | null {
    return parseHttpDate(this.headers.get("if-unmodified-since"));
  }

  /** Tags of `If-Match`, one of value `*` for any; `null` where the header is missing. */
  get ifMatch(): readonly ETag[] | null {
    const header = this.headers.get("if-match");
    return header === null ? null : parseETags(header);
  }

  /** Tags of `If-None-Match`, one of value `*` for any; `null` where the header is missing. */
  get ifNoneMatch(): readonly ETag[] | null {
    const header = this.headers.get("if-none-match");
    return header === null ? null : parseETags(header);
  }

  /** `If-Range`, a date or a tag; `null` where it is missing or neither. */
  get ifRange(): Date | ETag | null {
    const header = this.headers.get("if-range");
    return parseHttpDate(header) ?? parseETags(header)[0] ?? null;
  }

  /**
   * `Range` as a slice: `start` counts from the end where it is negative, `stop` is exclusive.
   *
   * @throws {RangeError} If the header is no single range of bytes.
   */
  get httpRange(): HTTPRange {
    return parseHTTPRange(this.headers.get("range"));
  }

  /**
   * `Forwarded` (RFC 7239) as proxies wrote it, the first one first. Anyone can send it: believe
   * what your own proxy added, which is the last.
   */
  get forwarded(): readonly Forwarded[] {
    return parseForwarded(this.headers.get("forwarded"));
  }

  /**
   * Headers behind a body in chunks (RFC 9110 section 6.5), once it was read; empty before, and with
   * the default engine, which drops them.
   */
  get trailers(): Headers {
    return new Headers((this.info?.engine?.trailersOf?.() ?? []) as [string, string][]);
  }

  /**
   * Sets trailers of the response, which follow a body that goes out in chunks: a stream without a
   * `Content-Length`, to a client of HTTP/1.1. Until the body ends they may be set, or set anew.
   *
   * @param trailers Names and values.
   * @throws {NotSupportedError} If another engine than `web.socketEngine()` carries the request.
   * @throws {TypeError} If a name may not be among trailers, or a value holds a control character.
   *
   * @example
   * ```ts
   * import { ClientSession, web } from "@roundtrip/http";
   *
   * const app = new web.Application();
   * app.addRoutes([web.get("/", async (request) => {
   *   const response = new web.StreamResponse();
   *   await response.prepare(request);
   *   await response.write("rows");
   *   request.setTrailers({ "x-rows": "1" });
   *   return response;
   * })]);
   * await using runner = new web.AppRunner(app, { engine: web.socketEngine() });
   * const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
   * await using session = new ClientSession({ baseUrl });
   * await using response = await session.get("/");
   * console.assert(await response.text() === "rows");
   * console.assert(response.trailers.get("x-rows") === "1");
   * ```
   */
  setTrailers(trailers: HeadersInit): void {
    const engine = this.info?.engine;
    if (engine?.sendTrailers === undefined) throw new NotSupportedError("setTrailers()", REMEDY);
    engine.sendTrailers(checkTrailers([...new Headers(trailers)]));
  }

  /**
   * Tells a client what it will need before the response is made, by a reply of status 103 (RFC
   * 8297): browsers begin to load what `Link` headers name. A client of HTTP/1.0 gets none.
   *
   * @param headers Headers of the hint, above all `link`.
   * @returns Resolves when it was sent.
   * @throws {NotSupportedError} If another engine than `web.socketEngine()` carries the request.
   * @throws {TypeError} If the response has begun, or a value holds a control character.
   *
   * @example
   * ```ts
   * import { web } from "@roundtrip/http";
   *
   * const app = new web.Application();
   * app.addRoutes([web.get("/", async (request) => {
   *   await request.earlyHints({ link: "</style.css>; rel=preload; as=style" });
   *   return web.textResponse("<link rel=stylesheet href=/style.css>", { contentType: "text/html" });
   * })]);
   * await using runner = new web.AppRunner(app, { engine: web.socketEngine() });
   * const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
   * console.assert((await (await fetch(url)).text()).startsWith("<link"));
   * ```
   */
  async earlyHints(headers: HeadersInit): Promise<void> {
    const engine = this.info?.engine;
    if (engine?.inform === undefined) throw new NotSupportedError("earlyHints()", REMEDY);
    await engine.inform(103, [...new Headers(headers)]);
  }
}

/**
 * The path of a request URL as it stood in the request line, which `new URL()` would normalise.
 *
 * @param url `Request.url`.
 */
export function rawPathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  for (let at = start; at < url.length; at++) {
    const code = url.charCodeAt(at);
    // "?" or "#". A fragment ends the path for new URL(), so it does here: guards that look at
    // one and routes that look at the other have to agree.
    if (code === 63 || code === 35) return url.slice(start, at);
  }
  return url.slice(start);
}
