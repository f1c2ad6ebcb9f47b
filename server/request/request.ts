import { messageOf } from "../../http/as_error.ts";
import type { Context } from "hono";
import { tellHabits } from "../../http/habits.ts";
import { described } from "../../http/options.ts";
import {
  MultipartReader,
  type MultipartReaderOptions,
} from "../../http/multipart/multipart_reader.ts";
import { type StreamReader, StreamReader as Reader } from "../../http/bytes/stream_reader.ts";
import { type AppContext, configOf, type KeyReader, type ResourceInfo } from "./app_context.ts";
import { type AppKey, KeyStore } from "./app_key.ts";
import { type AnswerListener, AnswerSlot } from "./answer_slot.ts";
import { BaseRequest } from "./base_request.ts";
import { CLONE_OPTIONS, type CloneOptions } from "./clone_options.ts";
import { REQUEST_HABITS } from "./habits.ts";
import { contextFor } from "./hono_context.ts";
import { RequestExtras, type RequestInternals, runAfter } from "./request_internals.ts";
import { isServed, portOf } from "../engine/engine_of_request.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { HTTPBadRequest } from "../exceptions/replies.ts";
import type { PostData } from "../body/post_data.ts";
import {
  POST_OPTIONS,
  type PostOptions,
  readForm,
  readText,
  refuseLength,
} from "../body/read_form.ts";
import { IncomingBody } from "../body/incoming_body.ts";

/** Filled in by the class, which has access to its private fields. */
export const requestInternals = {} as RequestInternals<ServerRequest<unknown>>;

/**
 * A request, with the accessors of aiohttp's `web.Request`. The platform's own is `raw`.
 * @typeParam Params Match info of the route: a string for each variable of its path.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const request = web.makeRequest("GET", "/users/7?page=2", { matchInfo: { id: "7" } });
 * console.assert(request.matchInfo.id === "7" && request.query.get("page") === "2");
 * ```
 */
export class ServerRequest<Params = Record<string, string>> extends BaseRequest {
  /** Decoded values of the path's variables. */
  readonly matchInfo: Readonly<Params>;
  /** The matched resource, `null` for an unknown path or method; its `canonical` is the template. */
  readonly resource: ResourceInfo | null;
  readonly #root: AppContext;
  #app: AppContext;
  #innermost: AppContext;
  #incoming: IncomingBody | null = null;
  #body: Promise<Uint8Array<ArrayBuffer>> | null = null;
  #origin: ServerRequest<Params> | null = null; // the original of a clone
  #slot: AnswerSlot | null = null;
  #listener: AnswerListener | null = null; // of the slot, once there is one
  #isDone = false;
  #extras: RequestExtras<ServerRequest<Params>> | null = null;
  #hono: Context | null;

  static {
    const internals: RequestInternals<ServerRequest<unknown>> = {
      slotOf: (request) => {
        const first = request.#origin ?? request;
        return first.#slot ??= new AnswerSlot(first.#isDone, first.#listener);
      },
      listen: (request, listener) => {
        request.#listener = listener;
        request.#slot?.listen(listener);
      },
      failureOf: (request) => (request.#origin ?? request).#slot?.failure ?? null,
      replaceRaw: (request, raw) => {
        request.#extra.platform ??= request.raw;
        Object.assign(request, { raw }); // readonly for users
      },
      infoOf: (request) => request.info,
      bodyOf: (request) => request.#bodyOf(),
      finish: (request) => request.#finish(),
      upgrade: (request, events, options) => {
        const first = request.#origin ?? request;
        const platform = first.#extras?.platform ?? first.raw;
        return portOf(first.info).upgrade(platform, events, options);
      },
      leave: (request, reason) => {
        void request.signal; // a handler may ask for it later
        (request.#origin ?? request).#extras?.leave?.abort(reason);
      },
      abandon: (request, response) => {
        const done = async () => {};
        request.#extras?.leave?.abort(new DOMException("The server stops", "AbortError"));
        if (requestInternals.earlyOf(request) !== null) return;
        requestInternals.slotOf(request).answer({ response, finish: done, shutdown: done });
      },
      within: (request, app, handler) => {
        const before = request.#app;
        const leave = () => void (request.#app = before);
        request.#app = request.#innermost = app;
        let result: ReturnType<typeof handler> | null = null;
        try {
          return result = handler(request);
        } finally {
          if (result instanceof Promise) result.then(leave, leave);
          else leave();
        }
      },
      endOf: (request) => (request.#origin ?? request).#slot?.end ?? null,
      earlyOf: (request) => (request.#origin ?? request).#slot?.early ?? null,
    };
    Object.assign(requestInternals, internals);
  }

  /** Creates one. */
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

  /** Hono's context: for values of its middlewares, `c.get()`, and functions that take a `Context`. */
  get hono(): Context {
    return this.#hono ??= contextFor(this.raw, this.info);
  }

  /** The application that handles the request; in a middleware, the one that has it. */
  get app(): AppContext {
    return this.#app;
  }

  /** The applications that the request passed through, outermost first. */
  get apps(): readonly AppContext[] {
    const apps = [this.#innermost];
    while (apps[0]?.parent) apps.unshift(apps[0].parent);
    return apps;
  }

  /** Values of the application and its parents; the nearest one wins. */
  get configDict(): KeyReader {
    return configOf(this.#app);
  }

  /** Largest body that the readers accept, in bytes; 0 for no limit. */
  get clientMaxSize(): number {
    return this.#extras?.limit ?? this.#root.clientMaxSize;
  }

  /** Whether the request has a body, even an empty one. */
  get bodyExists(): boolean {
    return this.raw.body !== null;
  }

  /** The body as a stream, without a limit on its size; a `TypeError` if it was read before. */
  get content(): StreamReader {
    return this.#extra.content ??= new Reader(this.#bodyOf().open());
  }

  /** Whether the body, if there is one, is unread. */
  get canReadBody(): boolean {
    return this.raw.body !== null && !this.#isTouched();
  }

  /** Aborts when the client disconnects before it has the whole response, and never otherwise. */
  get signal(): AbortSignal {
    if (this.#origin !== null) return this.#origin.signal;
    const extra = this.#extra;
    extra.leave ??= portOf(this.info).watchClient(extra.platform ?? this.raw, this.info);
    return extra.leave.signal;
  }

  /** Returns a value of this request; a key without one is a `TypeError`. */
  get<T>(key: AppKey<T>): T {
    return (this.#extra.store ??= new KeyStore()).get(key);
  }

  /** Sets a value of this request, for handlers and inner middlewares. */
  set<T>(key: AppKey<T>, value: T): void {
    (this.#extra.store ??= new KeyStore()).set(key, value);
  }

  /** Whether this request has a value for a key. */
  has<T>(key: AppKey<T>): boolean {
    return this.#extras?.store?.has(key) ?? false;
  }

  /** Copies the request with another head and a shared body; a `TypeError` if that was read. */
  clone(options: CloneOptions = {}): ServerRequest<Params> {
    CLONE_OPTIONS.check("request.clone()", options);
    if (this.#isTouched()) {
      throw new TypeError("Cannot clone the request: its body was read already");
    }
    const headers = new Headers(options.headers ?? this.headers);
    if (options.host !== undefined) headers.set("host", options.host);
    const host = options.host ?? new URL(this.raw.url).host;
    const url = `${options.scheme ?? this.scheme}://${host}${options.relUrl ?? this.relUrl}`;
    const { method = this.method, body = this.raw.body } = options;
    const raw = new Request(url, { method, headers, body });
    const info = options.remote === undefined
      ? this.info
      : { remoteAddr: { transport: "tcp", hostname: options.remote }, engine: portOf(this.info) };
    const { matchInfo, resource } = this;
    const copy = new ServerRequest(raw, info, this.#root, matchInfo, resource, this.#hono);
    copy.#app = this.#app;
    copy.#innermost = this.#innermost;
    copy.#extra.limit = options.clientMaxSize ?? this.#extra.limit;
    copy.#extra.store = this.#extra.store && new KeyStore(this.#extra.store);
    copy.#incoming = options.body ? new IncomingBody(raw, false, null) : this.#bodyOf();
    copy.#origin = this;
    this.#extra.clones.push(copy);
    return copy;
  }

  /** Reads the whole body, once; more than `clientMaxSize` is `HTTPRequestEntityTooLarge`. */
  read(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#body ??= this.#bodyOf().bytes(this.clientMaxSize);
  }

  /** Reads the body as text in its charset, else UTF-8; others are `HTTPUnsupportedMediaType`. */
  async text(): Promise<string> {
    return this.#ascii() ?? await this.#decoded();
  }

  /** The body as text at once: of ASCII, arrived, and not read as bytes before. */
  #ascii(): string | null {
    if (this.#body !== null || (this.charset ?? "utf-8") !== "utf-8") return null;
    return this.#bodyOf().ascii(this.clientMaxSize);
  }

  #decoded(): Promise<string> {
    return readText(this.charset ?? "utf-8", () => this.read());
  }

  /** Reads JSON of any content type, else `HTTPBadRequest`; that it is a `T` is not checked. */
  async json<T = unknown>(): Promise<T> {
    if (arguments.length > 0) { // Hono's c.json(value), which TypeScript refuses
      throw new TypeError("request.json() reads the body: write return web.jsonResponse(value)");
    }
    const text = this.#ascii() ?? await this.#decoded();
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new HTTPBadRequest({ text: `The body is not JSON: ${messageOf(cause)}`, cause });
    }
  }

  /**
   * Reads an HTML form, urlencoded or multipart. Files are spooled: up to 1 MiB together in memory,
   * the rest on disk, until the request is answered. A body of another type has no fields.
   * @throws {HTTPRequestEntityTooLarge} If the body is larger than `maxSize`.
   * @throws {MultipartError} If a multipart body is malformed, cut or exceeds a limit; 400 if uncaught.
   */
  post(options: PostOptions = {}): Promise<PostData> {
    POST_OPTIONS.check("request.post()", options);
    const limit = options.maxSize ?? this.clientMaxSize;
    const read = () => this.#body ??= this.#bodyOf().bytes(limit);
    const type = this.headers.get("content-type");
    const kept = this.#bodyOf().isText ? read() : this.#body;
    const extra = this.#extra;
    extra.form ??= readForm(this.#bodyOf(), type, limit, options, read, kept);
    return extra.fields ??= extra.form.then(({ data }) => data);
  }

  /**
   * Reads a multipart body part by part as it arrives; only the reader's limits apply.
   * @throws {MultipartSyntaxError} If the body is not multipart; answered with 400 if uncaught.
   * @throws {MultipartLimitError} If its announced length exceeds `maxTotalSize`.
   */
  multipart(options?: MultipartReaderOptions): Promise<MultipartReader> {
    return Promise.resolve().then(() => {
      const type = this.headers.get("content-type");
      const reader = new MultipartReader(this.#bodyOf().stream(), type, options);
      refuseLength(this.#bodyOf(), reader.limits.maxTotalSize);
      return reader;
    });
  }

  /** Runs work after the answer was sent, as `app.spawn()` does; the body is gone by then. */
  after(work: (signal: AbortSignal) => unknown): void {
    if (typeof work !== "function") {
      throw new TypeError(`request.after() takes a function, got ${described(work)}`);
    }
    (this.#extra.after ??= []).push(work);
  }

  #finish(): void {
    this.#isDone = true;
    const { after = null, form, clones } = this.#extras ?? {};
    const afterwards = after === null ? null : runAfter(this.#root, this, after.splice(0));
    if (this.#slot !== null) Object.assign(this.#slot, { isClosed: true, afterwards });
    form?.then((form) => form.close(), () => {}); // even while it is being read
    clones?.forEach((each) => each.#finish());
  }

  get #extra(): RequestExtras<ServerRequest<Params>> {
    return this.#extras ??= new RequestExtras();
  }

  #bodyOf(): IncomingBody {
    const { info } = this;
    const { bodyLimits } = this.#root;
    return this.#incoming ??= new IncomingBody(this.raw, isServed(info), bodyLimits, portOf(info));
  }

  /** A clone shares the stream, whose lock is the only sign of a reader there. */
  #isTouched(): boolean {
    return this.raw.bodyUsed || this.raw.body?.locked === true;
  }
}

tellHabits(ServerRequest.prototype, "request", REQUEST_HABITS);
