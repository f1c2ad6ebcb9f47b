import type { FetchApp } from "../transport/app_transport.ts";
import { parseUrl } from "../../http/since_node_20.ts";

/** Requests to match: an absolute URL, a path with its query, a pattern, or a predicate. */
export type MockTarget = string | URL | RegExp | ((request: Request) => boolean);

/** A response of {@linkcode MockResponses}; an empty 200 by default. */
export interface MockReply {
  /** Status code. @default {200} */
  readonly status?: number;
  /** Headers. */
  readonly headers?: HeadersInit;
  /** The body. */
  readonly body?: BodyInit;
  /** The body as JSON, with its `Content-Type`. */
  readonly json?: unknown;
  /** Cause of a `ClientConnectionError` that is thrown instead. */
  readonly error?: Error;
  /** Delay of the response, in ms. @default {0} */
  readonly delay?: number;
  /** Number of uses, `true` for unlimited. @default {1} */
  readonly repeat?: number | true;
}

/** A recorded request. */
export interface MockCall {
  /** Method in upper case. */
  readonly method: string;
  /** URL. */
  readonly url: URL;
  /** Headers, including those of the session and the cookie jar. */
  readonly headers: Headers;
  /** The body. */
  readonly body: Uint8Array<ArrayBuffer>;
}

interface Registered {
  readonly method: string;
  readonly target: MockTarget;
  readonly answer: MockReply | ((request: Request) => Response | Promise<Response>);
  left: number;
}

/**
 * Mocks the servers of a session, as Python's `aioresponses`: returns registered responses in order
 * and records every request in `calls`. A request without a response fails.
 * @example
 * ```ts
 * import { ClientSession, MockResponses } from "@roundtrip/http";
 *
 * const mock = new MockResponses();
 * mock.add("GET", "https://api.example/users/1", { json: { name: "Ada" } });
 * await using session = new ClientSession({ app: mock });
 * await using user = await session.get("https://api.example/users/1");
 * console.assert((await user.json<{ name: string }>()).name === "Ada");
 * console.assert(mock.calls.length === 1 && mock.pending.length === 0);
 * ```
 */
export class MockResponses implements FetchApp {
  readonly #registered: Registered[] = [];
  readonly #calls: MockCall[] = [];

  /** The recorded requests, in order. */
  get calls(): readonly MockCall[] {
    return this.#calls;
  }

  /** Responses not requested yet, as `METHOD target`; empty at the end of a good test. */
  get pending(): readonly string[] {
    return this.#registered.filter(({ left }) => left > 0 && left < Infinity).map(nameOf);
  }

  /**
   * Registers a response, or a handler that creates it; the first match that is not used up is
   * returned. The method `*` is any.
   * @throws {RangeError} If `repeat` is not a positive integer.
   * @throws {TypeError} If `body` and `json` are both given.
   */
  add(
    method: string,
    target: MockTarget,
    answer: MockReply | ((request: Request) => Response | Promise<Response>) = {},
  ): this {
    const { repeat = 1, body, json } = typeof answer === "function"
      ? { repeat: true as const }
      : answer;
    if (repeat !== true && (!Number.isSafeInteger(repeat) || repeat < 1)) {
      throw new RangeError(`Cannot repeat a reply ${repeat} times: expected 1 or more, or true`);
    }
    if (body !== undefined && json !== undefined) {
      throw new TypeError("Cannot answer with body and json at the same time: give one of them");
    }
    const left = repeat === true ? Infinity : repeat;
    this.#registered.push({ method: method.toUpperCase(), target, answer, left });
    return this;
  }

  /** Removes all responses and calls. */
  clear(): void {
    this.#registered.length = this.#calls.length = 0;
  }

  /** Answers a request; called by the session; throws `Error` if no response is registered. */
  async fetch(request: Request): Promise<Response> {
    const { method, headers } = request;
    const url = new URL(request.url);
    const found = this.#registered.find((each) => each.left > 0 && fits(each, request, url));
    if (found !== undefined) found.left--; // before the first await, because of concurrent requests
    const call = { method, url, headers, body: new Uint8Array(0) };
    this.#calls.push(call);
    call.body = new Uint8Array(await request.clone().arrayBuffer());
    if (found === undefined) {
      const known = this.#registered.map((each) =>
        nameOf(each) + (each.left > 0 ? "" : " (used up)")
      );
      const list = known.join(", ") || "none";
      throw new Error(`no reply is registered for ${method} ${url.href}; there are: ${list}`);
    }
    const { answer } = found;
    return typeof answer === "function" ? await answer(request) : await responseOf(answer);
  }
}

function fits({ method, target }: Registered, request: Request, url: URL): boolean {
  if (method !== "*" && method !== request.method) return false;
  if (typeof target === "function") return target(request);
  // search(): test() keeps state with the flags g and y.
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
