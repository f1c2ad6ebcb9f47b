import { NotSupportedError } from "../../http/not_supported_error.ts";
import { checkTrailers } from "../../http/http1/trailers.ts";
import { QueryParams } from "../../http/query_params.ts";
import { parseLength } from "../../http/headers/content_length.ts";
import { parseContentType } from "../../http/headers/content_type.ts";
import { parseCookies } from "../../http/headers/cookie_header.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { portOf } from "../engine/engine_of_request.ts";
import { type ETag, parseETags } from "../../http/headers/etag.ts";
import { type Forwarded, parseForwarded } from "../../http/headers/forwarded.ts";
import { parseHttpDate } from "../../http/headers/http_date.ts";
import { type HTTPRange, parseHTTPRange } from "../../http/headers/range_header.ts";
import { RelativeURL } from "./relative_url.ts";

const REMEDY = "the default engine does not support it, web.socketEngine() does";

/**
 * Accessors of a request that only need its head and its connection.
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
  /** The platform's request; its body can only be read once, here or there. */
  readonly raw: Request;
  /** The platform's connection info. */
  protected readonly info: ServeInfo | undefined;
  #url: URL | null = null;
  #query: URLSearchParams | null = null;

  /** Creates one. */
  constructor(raw: Request, info: ServeInfo | undefined) {
    this.raw = raw;
    this.info = info;
  }

  /** One header, without the others, which take longer than many a handler. */
  #header(name: string): string | null {
    return portOf(this.info).headerOf(this.raw, name);
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

  /** Path and query as in the request line. */
  get relUrl(): RelativeURL {
    return new RelativeURL(this.rawPath, this.queryString);
  }

  /** Path and query as text, `/my%2Fpath?id=10`. */
  get pathQs(): string {
    return this.relUrl.toString();
  }

  /** Path as in the request line, without the query. */
  get rawPath(): string {
    return rawPathOf(this.raw.url);
  }

  /** Decoded path; malformed escapes stay as they are. */
  get path(): string {
    const raw = this.rawPath;
    try {
      return decodeURIComponent(raw);
    } catch {
      return raw;
    }
  }

  /** Decoded query parameters in order, including repeated ones. */
  get query(): URLSearchParams {
    return this.#query ??= new QueryParams(this.queryString);
  }

  /** Query as in the request line, without `?`. */
  get queryString(): string {
    const { url } = this.raw;
    const mark = url.indexOf("?");
    if (mark < 0) return "";
    const end = url.indexOf("#");
    return end < 0 ? url.slice(mark + 1) : end < mark ? "" : url.slice(mark + 1, end);
  }

  /** `http` or `https`; proxy headers are not trusted. */
  get scheme(): string {
    return this.raw.url.slice(0, this.raw.url.indexOf(":"));
  }

  /** Whether the connection is encrypted. */
  get secure(): boolean {
    return this.scheme === "https";
  }

  /** Host that the client asked for, with its port; proxy headers are not trusted. */
  get host(): string {
    return this.headers.get("host") ?? this.url.host;
  }

  /** Address of the peer, `null` if unknown. */
  get remote(): string | null {
    return this.info?.remoteAddr?.hostname ?? null;
  }

  /** Cookie values by name. */
  get cookies(): ReadonlyMap<string, string> {
    return parseCookies(this.#header("cookie"));
  }

  /** Mime type of the body; `application/octet-stream` if the header is missing. */
  get contentType(): string {
    return parseContentType(this.#header("content-type")).mimeType;
  }

  /** Charset of the body, `null` if the header has none. */
  get charset(): string | null {
    return parseContentType(this.#header("content-type")).params.get("charset") ?? null;
  }

  /** Announced length of the body in bytes, or `null`. */
  get contentLength(): number | null {
    return parseLength(this.#header("content-length"));
  }

  /** `If-Modified-Since`, `null` if missing or invalid. */
  get ifModifiedSince(): Date | null {
    return parseHttpDate(this.headers.get("if-modified-since"));
  }

  /** `If-Unmodified-Since`, `null` if missing or invalid. */
  get ifUnmodifiedSince(): Date | null {
    return parseHttpDate(this.headers.get("if-unmodified-since"));
  }

  /** Tags of `If-Match`, one of value `*` for any; `null` if the header is missing. */
  get ifMatch(): readonly ETag[] | null {
    return this.#tags("if-match");
  }

  /** Tags of `If-None-Match`, one of value `*` for any; `null` if the header is missing. */
  get ifNoneMatch(): readonly ETag[] | null {
    return this.#tags("if-none-match");
  }

  #tags(name: string): readonly ETag[] | null {
    const header = this.headers.get(name);
    return header === null ? null : parseETags(header);
  }

  /** `If-Range`, a date or a tag; `null` if missing or invalid. */
  get ifRange(): Date | ETag | null {
    const header = this.headers.get("if-range");
    return parseHttpDate(header) ?? parseETags(header)[0] ?? null;
  }

  /** `Range` as a slice, with a negative `start` from the end; else a `RangeError`. */
  get httpRange(): HTTPRange {
    return parseHTTPRange(this.headers.get("range"));
  }

  /** Elements of `Forwarded` (RFC 7239); trust only the last one, which your own proxy has added. */
  get forwarded(): readonly Forwarded[] {
    return parseForwarded(this.headers.get("forwarded"));
  }

  /** Trailers of a body that was read (RFC 9110 section 6.5); the default engine drops them. */
  get trailers(): Headers {
    return new Headers((this.info?.engine?.trailersOf?.() ?? []) as [string, string][]);
  }

  /**
   * Sets the response's trailers, which follow a chunked body; they can be changed until it ends.
   * @throws {NotSupportedError} If the engine is not `web.socketEngine()`.
   * @throws {TypeError} If a name is not allowed in trailers, or a value holds a control character.
   */
  setTrailers(trailers: HeadersInit): void {
    const engine = this.info?.engine;
    if (engine?.sendTrailers === undefined) throw new NotSupportedError("setTrailers()", REMEDY);
    engine.sendTrailers(checkTrailers([...new Headers(trailers)]));
  }

  /**
   * Sends a 103 (RFC 8297): browsers preload `{ link: "</style.css>; rel=preload; as=style" }`.
   * @throws {NotSupportedError} If the engine is not `web.socketEngine()`.
   * @throws {TypeError} If the response has begun, or a value holds a control character.
   */
  async earlyHints(headers: HeadersInit): Promise<void> {
    const engine = this.info?.engine;
    if (engine?.inform === undefined) throw new NotSupportedError("earlyHints()", REMEDY);
    await engine.inform(103, [...new Headers(headers)]);
  }
}

/** The raw path of a request URL, which `new URL()` would normalise. */
export function rawPathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  for (let at = start; at < url.length; at++) {
    const code = url.charCodeAt(at);
    // "?", or "#", which ends the path for new URL() too: guards by either have to agree.
    if (code === 63 || code === 35) return url.slice(start, at);
  }
  return url.slice(start);
}
