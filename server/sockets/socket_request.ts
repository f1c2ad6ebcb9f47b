import { fillFirst } from "../../http/fill_first.ts";
import type { HeaderFields } from "../../http/http1/header_fields.ts";
import type { Bytes } from "../../http/bytes/bytes.ts";
import type { RequestHead } from "../../http/http1/head.ts";
import type { SourceReader } from "../../http/bytes/body_source.ts";
import type { SocketBody } from "./socket_body.ts";

/** A `Request` that becomes real when the platform needs it: that costs 7 µs with its headers. */
export class SocketRequest {
  readonly #url: string;
  readonly #head: RequestHead;
  readonly #source: SocketBody | null;
  #headers: Headers | null = null;
  #stream: ReadableStream<Bytes> | null = null;
  #controller: AbortController | null = null;
  #real: Request | null = null;
  #isTaken = false;

  constructor(head: RequestHead, url: string, body: SocketBody | null) {
    this.#url = url;
    this.#head = head;
    this.#source = body;
  }

  /** One raw header, without creating all of them. */
  header(name: string): string | null {
    return this.#head.fields.get(name);
  }

  get method(): string {
    return this.#head.method;
  }

  get url(): string {
    return this.#url;
  }

  get headers(): Headers {
    return this.#headers ??= new SocketHeaders(this.#head.fields);
  }

  get body(): ReadableStream<Bytes> | null {
    if (this.#source === null || this.#stream !== null) return this.#stream;
    this.#stream = this.#source.stream(() => this.#isTaken = true);
    if (this.#isTaken) this.#stream.getReader(); // as the platform locks a body that was read
    return this.#stream;
  }

  get bodyUsed(): boolean {
    return this.#isTaken;
  }

  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }

  /** Aborts `signal`; free if it was never accessed. */
  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  /** The body by `read`, if it has arrived completely and is unread, else `null`. */
  takeBody<T>(limit: number, read: (bytes: Bytes) => T | null): T | null {
    if (this.#source === null || this.#stream !== null || this.#isTaken) return null;
    const body = this.#source.takeWhole(limit, read);
    this.#isTaken = body !== null;
    return body;
  }

  /** The body for one reader, if it is unread. */
  takeReader(): SourceReader<Bytes> | null {
    const source = this.#source;
    if (source === null || this.#stream !== null || this.#isTaken) return null;
    this.#isTaken = true;
    return {
      async read(view) {
        const size = await source.readInto(view);
        return size === 0 ? { done: true } : { done: false, value: view.subarray(0, size) };
      },
      cancel: () => Promise.resolve(), // the connection handles the rest
    };
  }

  /** The platform's own request; it takes over the body. */
  get real(): Request {
    if (this.#real !== null) return this.#real;
    const { method, url, headers, signal } = this;
    const body = method === "GET" || method === "HEAD" ? null : this.body;
    this.#real = new Request(url, { method, headers, signal, body });
    this.#stream = this.#real.body;
    return this.#real;
  }
}

const PLAIN_NAME = /^[A-Za-z0-9-]+$/;

let fill: (headers: SocketHeaders) => void;

/** Lazy platform headers; creating real ones costs more than the rest of a small request. */
class SocketHeaders extends Headers {
  #fields: HeaderFields | null;

  static {
    fill = (headers) => {
      const fields = headers.#fields;
      if (fields === null) return;
      headers.#fields = null;
      for (const [name, value] of fields.list) headers.append(name, value);
      const cookies = fields.get("cookie");
      if (cookies !== null) headers.set("cookie", cookies);
    };
  }

  constructor(fields: HeaderFields) {
    super();
    this.#fields = fields;
  }

  override get(name: string): string | null {
    const fields = this.#fields;
    if (fields !== null && PLAIN_NAME.test(name)) return fields.get(name.toLowerCase());
    fill(this);
    return super.get(name);
  }

  override has(name: string): boolean {
    const fields = this.#fields;
    if (fields !== null && PLAIN_NAME.test(name)) return fields.has(name.toLowerCase());
    fill(this);
    return super.has(name);
  }
}

fillFirst(SocketHeaders, (headers) => fill(headers));

/** The whole raw URL of a request; `origin` is for HTTP/1.0 requests without `Host`. */
export function urlOf({ target, fields }: RequestHead, scheme: string, origin: string): string {
  if (target.charCodeAt(0) !== 47 && target !== "*") return target; // absolute-form
  const host = fields.get("host");
  const path = target === "*" ? "/*" : target;
  return host === null || host === "" ? origin + path : `${scheme}://${host}${path}`;
}

// Other members, and the platform's symbols that identify a request, come from a real one; so
// `fetch(request)` and `new Request(request)` work.
const sample = new Request("http://localhost/");
const own = new Set<PropertyKey>(Reflect.ownKeys(SocketRequest.prototype));
for (const key of [...Reflect.ownKeys(Request.prototype), ...Reflect.ownKeys(sample)]) {
  if (own.has(key)) continue;
  Object.defineProperty(SocketRequest.prototype, key, {
    configurable: true,
    get(this: SocketRequest): unknown {
      const value: unknown = Reflect.get(this.real, key);
      return typeof value === "function" ? value.bind(this.real) : value;
    },
  });
}
Object.setPrototypeOf(SocketRequest.prototype, Request.prototype);
