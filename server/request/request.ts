/**
 * A request as handlers see it.
 * @module
 */
import { type AfterWork, checkAfter, runAfter } from "./after_answer.ts";
import type { Context } from "hono";
import { decoderFor } from "../../http/headers/charset.ts";
import {
  MultipartReader,
  type MultipartReaderOptions,
} from "../../http/multipart/multipart_reader.ts";
import { type StreamReader, StreamReader as Reader } from "../../http/bytes/stream_reader.ts";
import type { SocketEvents } from "../../http/websocket/port.ts";
import type { AppContext, KeyReader, ResourceInfo } from "./app_context.ts";
import { type AppKey, KeyStore } from "./app_key.ts";
import { AnswerSlot, type Failure } from "./answer_slot.ts";
import { BaseRequest } from "./base_request.ts";
import { CLONE_OPTIONS, type CloneOptions } from "./clone_options.ts";
import { configOf } from "./config_dict.ts";
import { contextFor } from "./hono_context.ts";
import type { EarlyAnswer } from "./prepared_answer.ts";
import { isServed } from "../engine/engine_of_request.ts";
import type { ServeInfo, SocketUpgrade, UpgradeOptions } from "../engine/engine.ts";
import { HTTPBadRequest } from "../exceptions/client_errors.ts";
import { HTTPUnsupportedMediaType } from "../exceptions/message_errors.ts";
import type { PostData } from "../body/post_data.ts";
import {
  type FormReading,
  POST_OPTIONS,
  type PostOptions,
  readForm,
  refuseLength,
} from "../body/read_form.ts";
import { IncomingBody } from "../body/incoming_body.ts";

/** What the library does with a request and programs must not; `server/mod.ts` does not export it. */
export interface RequestInternals {
  /**
   * Where a request, or the one that it is a clone of, is answered early.
   *
   * @param request The request.
   */
  slotOf<P>(request: ServerRequest<P>): AnswerSlot;
  /**
   * The last error of a request that left middlewares of Hono.
   *
   * @param request The request.
   */
  failureOf<P>(request: ServerRequest<P>): Failure | null;
  /**
   * Lets the readers of a request read another one, which a middleware of Hono's made of it.
   *
   * @param request The request.
   * @param raw The other one.
   */
  replaceRaw<P>(request: ServerRequest<P>, raw: Request): void;
  /**
   * What the platform told about the connection.
   *
   * @param request The request.
   */
  infoOf<P>(request: ServerRequest<P>): ServeInfo | undefined;
}

/** Filled in by the class, whose private fields it reaches. */
export const requestInternals: RequestInternals = {} as RequestInternals;

/**
 * A request, with the accessors of aiohttp's `web.Request`. The platform's own is `raw`.
 *
 * @typeParam Params Match info of the route: a string for each variable of its path.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([
 *   web.get("/users/{id}", (request) => web.textResponse(request.matchInfo.id)),
 * ]);
 * const response = await app.fetch(new Request("http://localhost/users/7"));
 * console.assert(await response.text() === "7");
 * ```
 */
export class ServerRequest<Params = Record<string, string>> extends BaseRequest {
  /** Values of the path's variables, decoded. */
  readonly matchInfo: Readonly<Params>;
  /**
   * The resource whose route answers, `null` for an unknown path or method; its `canonical` is the
   * path template, which metrics count by. aiohttp's `match_info.route.resource`.
   */
  readonly resource: ResourceInfo | null;
  readonly #root: AppContext;
  #app: AppContext;
  #innermost: AppContext;
  #limit: number | null = null;
  #incoming: IncomingBody | null = null;
  #content: StreamReader | null = null;
  #body: Promise<Uint8Array<ArrayBuffer>> | null = null;
  #form: FormReading | null = null;
  #after: AfterWork[] | null = null;
  #store: KeyStore | null = null;
  #leave: AbortController | null = null;
  #origin: ServerRequest<Params> | null = null; // what a clone was made of
  #clones: ServerRequest<Params>[] | null = null;
  #slot: AnswerSlot | null = null;
  #platform: Request | null = null; // what a middleware of Hono's has replaced
  #hono: Context | null;

  static {
    Object.assign(
      requestInternals,
      {
        slotOf: (request) => (request.#origin ?? request).#slotOf(),
        failureOf: (request) => (request.#origin ?? request).#slot?.failure ?? null,
        replaceRaw: (request, raw) => request.#replaceRaw(raw),
        infoOf: (request) => request.info,
      } satisfies RequestInternals,
    );
  }

  /**
   * Creates one.
   *
   * @param raw The platform's request.
   * @param info What the platform tells about the connection.
   * @param app The application that handles the request.
   * @param matchInfo Values of the path's variables.
   * @param resource The resource whose route answers.
   * @param hono Hono's context of the request.
   */
  constructor(
    raw: Request,
    info: ServeInfo | undefined,
    app: AppContext,
    matchInfo: Readonly<Params>,
    resource: ResourceInfo | null = null,
    hono: Context | null = null,
  ) {
    super(raw, info);
    this.#root = app;
    this.#app = app;
    this.#innermost = app;
    this.matchInfo = matchInfo;
    this.resource = resource;
    this.#hono = hono;
  }

  /**
   * Hono's context of this request: the values that middlewares of Hono left (`c.get()`), and
   * whatever takes a `Context` of Hono's. The application made it to find the route.
   */
  get hono(): Context {
    return this.#hono ??= contextFor(this.raw, this.info);
  }

  /**
   * The application that handles the request: middlewares see their own, a handler of a
   * sub-application that one.
   */
  get app(): AppContext {
    return this.#app;
  }

  /** The applications that the request has come through, the outermost first. */
  get apps(): readonly AppContext[] {
    const apps: AppContext[] = [];
    let at: AppContext | null = this.#innermost;
    for (; at !== null; at = at.parent) apps.unshift(at);
    return apps;
  }

  /** Values of the application and of all above it; the nearest one counts. */
  get configDict(): KeyReader {
    return configOf(this.#app);
  }

  /** Largest body that the readers accept, in bytes; 0 for no limit. */
  get clientMaxSize(): number {
    return this.#limit ?? this.#root.clientMaxSize;
  }

  /** The way to the body, one for all readers; the library asks it, programs seldom have to. */
  get incoming(): IncomingBody {
    return this.#incoming ??= new IncomingBody(this.raw, this.served, this.#root.bodyLimits);
  }

  /** Whether the request has a body, be it empty. */
  get bodyExists(): boolean {
    return this.raw.body !== null;
  }

  /**
   * The body as a stream, without a limit on its size.
   *
   * @throws {TypeError} If `read()`, `text()`, `json()`, `post()` or `multipart()` came before.
   */
  get content(): StreamReader {
    return this.#content ??= new Reader(this.incoming.open());
  }

  /** Whether the body, if there is one, was not touched yet. */
  get canReadBody(): boolean {
    return this.raw.body !== null && !this.#isTouched();
  }

  /**
   * Aborts when the client leaves before it has the whole response, and never otherwise; pass it
   * on to whatever is done for this client only. Asked for when the client has left already, it
   * aborts a moment later.
   */
  get signal(): AbortSignal {
    if (this.#origin !== null) return this.#origin.signal;
    this.#leave ??= this.engine.watchClient(this.#platform ?? this.raw, this.info);
    return this.#leave.signal;
  }

  /**
   * Gives a value that was kept for this request.
   *
   * @typeParam T Type of the value.
   * @param key The key.
   * @returns The value.
   * @throws {TypeError} If nothing was kept under the key.
   */
  get<T>(key: AppKey<T>): T {
    return (this.#store ??= new KeyStore()).get(key);
  }

  /**
   * Keeps a value for the time of this request, for handlers and middlewares further in.
   *
   * @typeParam T Type of the value.
   * @param key The key.
   * @param value The value.
   */
  set<T>(key: AppKey<T>, value: T): void {
    (this.#store ??= new KeyStore()).set(key, value);
  }

  /**
   * Tells whether a value was kept for this request.
   *
   * @typeParam T Type of the value.
   * @param key The key.
   * @returns `true` if there is one.
   */
  has<T>(key: AppKey<T>): boolean {
    return this.#store?.has(key) ?? false;
  }

  /**
   * A copy with another head, for a middleware to pass on. The body is shared: read one of the two.
   *
   * @param options What is different.
   * @returns The copy; values kept for the request come along.
   * @throws {TypeError} If the body was read already.
   */
  clone(options: CloneOptions = {}): ServerRequest<Params> {
    CLONE_OPTIONS.check("request.clone()", options);
    if (this.#isTouched()) {
      throw new TypeError("Cannot clone the request: its body was read already");
    }
    const headers = new Headers(options.headers ?? this.headers);
    if (options.host !== undefined) headers.set("host", options.host);
    const host = options.host ?? new URL(this.raw.url).host;
    const raw = new Request(
      `${options.scheme ?? this.scheme}://${host}${options.relUrl ?? this.relUrl}`,
      {
        method: options.method ?? this.method,
        headers,
        body: options.body ?? this.raw.body,
      },
    );
    const info = options.remote === undefined
      ? this.info
      : { remoteAddr: { transport: "tcp", hostname: options.remote }, engine: this.engine };
    const { matchInfo, resource } = this;
    const copy = new ServerRequest(raw, info, this.#root, matchInfo, resource, this.#hono);
    copy.#app = this.#app;
    copy.#innermost = this.#innermost;
    copy.#limit = options.clientMaxSize ?? this.#limit;
    copy.#store = this.#store?.copy() ?? null;
    copy.#incoming = options.body ? new IncomingBody(raw, false, null) : this.incoming;
    copy.#origin = this;
    (this.#clones ??= []).push(copy);
    return copy;
  }

  /**
   * Runs something with another application as `request.app`; sub-applications are entered so.
   *
   * @typeParam T What it gives.
   * @param app The application.
   * @param run What runs.
   * @returns What it gives; the application before is back when it is done.
   */
  within<T>(app: AppContext, run: (request: this) => T): T {
    const before = this.#app;
    this.#app = app;
    this.#innermost = app;
    const leave = () => {
      this.#app = before;
    };
    let result: T;
    try {
      result = run(this);
    } catch (error) {
      leave();
      throw error;
    }
    if (result instanceof Promise) return result.finally(leave) as T;
    leave();
    return result;
  }

  /**
   * Reads the whole body; a second call gives the same bytes.
   *
   * @returns The bytes.
   * @throws {HTTPRequestEntityTooLarge} If there are more than `clientMaxSize`.
   */
  read(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#body ??= this.incoming.bytes(this.clientMaxSize);
  }

  /**
   * Reads the body as text, in the charset of its `Content-Type`, else UTF-8.
   *
   * @returns The text.
   * @throws {HTTPUnsupportedMediaType} If the charset is unknown or the bytes are not of it.
   */
  async text(): Promise<string> {
    const charset = this.charset ?? "utf-8";
    const decoder = decoderFor(charset, true);
    if (decoder === null) {
      throw new HTTPUnsupportedMediaType({ text: `Unknown charset: ${charset}` });
    }
    const bytes = await this.read();
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new HTTPUnsupportedMediaType({ text: `The body is not ${charset} text`, cause });
    }
  }

  /**
   * Reads the body as JSON, whatever its content type.
   *
   * @typeParam T Type the caller expects; it is not checked.
   * @returns The value.
   * @throws {HTTPBadRequest} If the body is not JSON.
   */
  async json<T = unknown>(): Promise<T> {
    const text = await this.text();
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new HTTPBadRequest({ text: `The body is not JSON: ${reason}`, cause });
    }
  }

  /**
   * Reads an HTML form, urlencoded or multipart. Files are spooled, together at most 1 MiB in
   * memory and the rest to disk, and are gone once the request was answered. A second call gives
   * the same fields.
   *
   * @param options Limits of this form, in place of the application's.
   * @returns The fields in order, repeats kept; none for a body of another type.
   * @throws {HTTPRequestEntityTooLarge} If the body is larger than `maxSize`.
   * @throws {MultipartError} If a multipart body is malformed, cut or beyond a limit; uncaught, it
   * is answered with 400.
   */
  post(options: PostOptions = {}): Promise<PostData> {
    POST_OPTIONS.check("request.post()", options);
    const limit = options.maxSize ?? this.clientMaxSize;
    const read = () => this.#body ??= this.incoming.bytes(limit);
    const type = this.headers.get("content-type");
    return (this.#form ??= readForm(this.incoming, type, limit, options, read, this.#body)).data;
  }

  /**
   * Reads a multipart body part by part as it comes, without a limit on its size but those of the
   * reader.
   *
   * @param options Limits.
   * @returns The reader.
   * @throws {MultipartSyntaxError} If the body is no multipart; uncaught, it is answered with 400.
   * @throws {MultipartLimitError} If it is announced to be larger than `maxTotalSize`.
   */
  multipart(options?: MultipartReaderOptions): Promise<MultipartReader> {
    return Promise.resolve().then(() => {
      const type = this.headers.get("content-type");
      const reader = new MultipartReader(this.incoming.stream(), type, options);
      refuseLength(this.incoming, reader.limits.maxTotalSize);
      return reader;
    });
  }

  /**
   * Runs something once the handler is done and its answer on its way. A failure is logged with the
   * request; the stop of the server waits for it up to `shutdownTimeout`, then aborts its signal.
   *
   * @param work What runs. The body is gone by then: read before what it needs.
   *
   * @example
   * ```ts
   * import { web } from "@roundtrip/http";
   *
   * const mails: string[] = [];
   * const app = new web.Application();
   * app.addRoutes([web.get("/", (request) => {
   *   request.after(() => mails.push("welcome"));
   *   return web.textResponse("thanks");
   * })]);
   * await app.request("/");
   * await app.idle();
   * console.assert(mails.join() === "welcome");
   * ```
   */
  after(work: (signal: AbortSignal) => unknown): void {
    (this.#after ??= []).push(checkAfter(work));
  }

  /**
   * Frees what the request and its clones held: the files of their forms. Dispatch calls it when
   * the handler is done.
   */
  finish(): void {
    this.#form?.close();
    this.#clones?.forEach((each) => each.finish());
    if (this.#after !== null) runAfter(this.#root, this, this.#after.splice(0));
  }

  /**
   * Makes a WebSocket of the request, of which a clone has only a copy; `WebSocketResponse` calls it.
   *
   * @param events What is told of the socket.
   * @param options Headers, subprotocol and heartbeat of the answer.
   * @returns The socket, and the only response that opens it.
   */
  upgrade(events: SocketEvents, options: UpgradeOptions): SocketUpgrade {
    if (this.#origin !== null) return this.#origin.upgrade(events, options);
    return this.engine.upgrade(this.#platform ?? this.raw, events, options);
  }

  /** Whether a server carries the request, rather than a program that called `fetch`. */
  get served(): boolean {
    return isServed(this.info);
  }

  /**
   * Answers for a handler that has not answered in time, and aborts `signal`; it may run on, its
   * result is dropped.
   *
   * @param response The answer.
   */
  abandon(response: Response): void {
    this.#leave?.abort(new DOMException("The server stops", "AbortError"));
    if (this.earlyAnswer === null) {
      this.#slotOf().answer({ response, finish: () => Promise.resolve() });
    }
  }

  /** The early answer, `null` while there is none. */
  get earlyAnswer(): EarlyAnswer | null {
    return (this.#origin ?? this).#slot?.early ?? null;
  }

  #slotOf(): AnswerSlot {
    return this.#slot ??= new AnswerSlot();
  }

  #replaceRaw(raw: Request): void {
    this.#platform ??= this.raw;
    Object.assign(this, { raw }); // readonly for programs
  }

  /** A clone shares the stream, whose lock is all that tells of a reader there. */
  #isTouched(): boolean {
    return this.raw.bodyUsed || this.raw.body?.locked === true;
  }
}
