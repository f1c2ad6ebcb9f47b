/**
 * Replies without a server, for the tests of who uses a session.
 * @module
 */
import type { FetchApp } from "../transport/app_transport.ts";
import { parseUrl } from "../../http/since_node_20.ts";

/** Which requests a reply is for: an absolute URL or a path with its query, a pattern, a test. */
export type MockTarget = string | URL | RegExp | ((request: Request) => boolean);

/** What {@linkcode MockResponses} answers with; nothing at all is an empty 200. */
export interface MockReply {
  /** Status code. @default {200} */
  readonly status?: number;
  /** Headers. */
  readonly headers?: HeadersInit;
  /** The body. */
  readonly body?: BodyInit;
  /** The body as JSON, with its `Content-Type`. */
  readonly json?: unknown;
  /** Thrown instead of an answer, as the cause of a `ClientConnectionError`. */
  readonly error?: Error;
  /** Time until the answer, in ms. @default {0} */
  readonly delay?: number;
  /** How often it is given, `true` for ever. @default {1} */
  readonly repeat?: number | true;
}

/** A request that came. */
export interface MockCall {
  /** Method in upper case. */
  readonly method: string;
  /** URL. */
  readonly url: URL;
  /** Headers, the session's and the jar's among them. */
  readonly headers: Headers;
  /** Body as it was sent. */
  readonly body: Uint8Array<ArrayBuffer>;
}

interface Registered {
  readonly method: string;
  readonly target: MockTarget;
  readonly answer: MockReply | ((request: Request) => Response | Promise<Response>);
  left: number;
}

/**
 * Stands in for the servers that a session talks to, as Python's `aioresponses` does: replies are
 * registered, given in order, and every request is kept in `calls`. A request that no reply is
 * registered for fails and says so; nothing ever reaches the network.
 *
 * @example
 * ```ts
 * import { ClientSession, MockResponses } from "@roundtrip/http";
 *
 * const mock = new MockResponses();
 * mock.add("GET", "https://api.example/users/1", { json: { name: "Ada" } });
 * mock.add("POST", /\/users$/, { status: 201 });
 *
 * await using session = new ClientSession({ app: mock });
 * await using user = await session.get("https://api.example/users/1");
 * console.assert((await user.json<{ name: string }>()).name === "Ada");
 * await using created = await session.post("https://api.example/users", { json: { name: "Bob" } });
 * console.assert(created.status === 201 && mock.pending.length === 0);
 * console.assert(new TextDecoder().decode(mock.calls[1]?.body) === '{"name":"Bob"}');
 * ```
 */
export class MockResponses implements FetchApp {
  readonly #registered: Registered[] = [];
  readonly #calls: MockCall[] = [];

  /** The requests that came, in order. */
  get calls(): readonly MockCall[] {
    return this.#calls;
  }

  /** Replies that nobody has asked for yet, as `METHOD target`; a test ends with none of them. */
  get pending(): readonly string[] {
    return this.#registered.filter(({ left }) => left > 0 && left < Infinity).map(nameOf);
  }

  /**
   * Registers a reply. Of several that fit a request, the first that is left is given.
   *
   * @param method Method; `*` for any.
   * @param target Which requests it is for.
   * @param answer The reply, or a handler that makes it.
   * @returns This, for the next one.
   * @throws {RangeError} If `repeat` is no whole number from 1 on.
   * @throws {TypeError} If `body` and `json` are both given.
   */
  add(
    method: string,
    target: MockTarget,
    answer: MockReply | ((request: Request) => Response | Promise<Response>) = {},
  ): this {
    let left = 1;
    if (typeof answer === "function") left = Infinity;
    else {
      const { repeat = 1, body, json } = answer;
      if (repeat !== true && (!Number.isSafeInteger(repeat) || repeat < 1)) {
        throw new RangeError(`Cannot repeat a reply ${repeat} times: expected 1 or more, or true`);
      }
      if (body !== undefined && json !== undefined) {
        throw new TypeError("Cannot answer with body and json at the same time: give one of them");
      }
      left = repeat === true ? Infinity : repeat;
    }
    this.#registered.push({ method: method.toUpperCase(), target, answer, left });
    return this;
  }

  /** Forgets the replies and the calls. */
  clear(): void {
    this.#registered.length = this.#calls.length = 0;
  }

  /**
   * Answers a request; a session calls it.
   *
   * @returns The reply that was registered.
   * @throws {Error} If there is none.
   */
  async fetch(request: Request): Promise<Response> {
    const { method, headers } = request;
    const url = new URL(request.url);
    const found = this.#registered.find((each) => each.left > 0 && fits(each, request, url));
    if (found !== undefined) found.left--; // before anything is waited for: others may be under way
    const call = { method, url, headers, body: new Uint8Array(0) };
    this.#calls.push(call);
    if (found !== undefined && typeof found.answer === "function") {
      const copy = request.clone();
      const [body, response] = await Promise.all([bytesOf(copy), found.answer(request)]);
      call.body = body;
      return response;
    }
    call.body = await bytesOf(request);
    if (found === undefined) {
      const known = this.#registered.map((each) =>
        `${nameOf(each)}${each.left > 0 ? "" : " (used up)"}`
      );
      throw new Error(
        `no reply is registered for ${method} ${url.href}; there are: ${
          known.join(", ") || "none"
        }`,
      );
    }
    return await responseOf(found.answer as MockReply);
  }
}

async function bytesOf(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await request.arrayBuffer());
}

function fits({ method, target }: Registered, request: Request, url: URL): boolean {
  if (method !== "*" && method !== request.method) return false;
  if (typeof target === "function") return target(request);
  // search(): a pattern with the flag g or y would remember where it was.
  if (target instanceof RegExp) return url.href.search(target) >= 0;
  const wanted = `${target}`;
  return wanted.startsWith("/")
    ? wanted === url.pathname + url.search
    : parseUrl(wanted)?.href === url.href;
}

function nameOf({ method, target }: Registered): string {
  return `${method} ${typeof target === "function" ? target.name || "(a test)" : target}`;
}

async function responseOf(reply: MockReply): Promise<Response> {
  const { status = 200, headers, body, json, error, delay = 0 } = reply;
  if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
  if (error !== undefined) throw error;
  return json === undefined
    ? new Response(body ?? null, { status, headers: new Headers(headers) })
    : Response.json(json, { status, headers: new Headers(headers) });
}
