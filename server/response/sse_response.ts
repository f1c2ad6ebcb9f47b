/**
 * Server-sent events (WHATWG HTML, section 9.2).
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import type { EarlyAnswer } from "../request/prepared_answer.ts";
import type { ServerRequest } from "../request/request.ts";
import { finishStream, StreamResponse } from "./stream_response.ts";

/** What {@linkcode sseResponse} takes. */
export interface SSEOptions {
  /** Headers of the response. */
  readonly headers?: HeadersInit;
  /**
   * How often a comment is sent, in ms, so that proxies keep the connection and a client that is
   * gone is noticed; 0 for never.
   * @default {15000}
   */
  readonly pingInterval?: number;
}

/** Names and types of {@linkcode SSEOptions}. */
export const SSE_OPTIONS = new OptionTable<SSEOptions>({
  headers: "a map or a list of pairs",
  pingInterval: "a number",
}, { heartbeat: 'Write "pingInterval", in ms', retry: "Send it with an event: send({ retry })" });

/** What an event has besides its data. */
export interface SSEEvent {
  /** Type of the event, what `addEventListener()` waits for. @default {"message"} */
  readonly event?: string;
  /** Id that the client sends back as `Last-Event-ID` when it connects again. */
  readonly id?: string;
  /** How long the client waits before it connects again, in ms. */
  readonly retry?: number;
}

const MAX_INTERVAL = 2 ** 31 - 1; // beyond it, a timer would fire at once

/**
 * A stream of events to one client; {@linkcode sseResponse} opens it.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const count = async (events: web.SSEResponse): Promise<web.SSEResponse> => {
 *   for (let i = 0; i < 3 && !events.signal.aborted; i++) await events.send(`${i}`);
 *   return events;
 * };
 * const app = new web.Application();
 * app.addRoutes([web.get("/", async (request) => await count(await web.sseResponse(request)))]);
 * const text = await (await app.request("/")).text();
 * console.assert(text.match(/^data: \d$/gm)?.length === 3);
 * ```
 */
export class SSEResponse implements EarlyAnswer, AsyncDisposable {
  /**
   * Id of the last event that the client got before it lost the connection, `null` for a client
   * that connects for the first time.
   */
  readonly lastEventId: string | null;
  readonly #stream: StreamResponse;
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * Creates one; `sseResponse()` does it and sends the headers.
   *
   * @param stream The response that carries the events; it is prepared.
   * @param lastEventId `Last-Event-ID` of the request, `null` without one.
   * @param pingInterval How often a comment is sent, in ms; 0 for never.
   */
  constructor(stream: StreamResponse, lastEventId: string | null, pingInterval: number) {
    this.#stream = stream;
    this.lastEventId = lastEventId;
    if (stream.signal.aborted) return;
    // Events have no end of their own: where the server stops, they end, and the client knows it.
    stream.signal.addEventListener("abort", () => this.close().catch(() => {}), { once: true });
    if (pingInterval === 0) return;
    let waiting = false;
    this.#timer = setInterval(() => {
      if (waiting) return; // a client that does not read gets no heap of pings
      waiting = true;
      this.comment("ping").then(() => waiting = false, () => clearInterval(this.#timer));
    }, pingInterval);
  }

  /** The platform's response. */
  get response(): Response {
    return this.#stream.response;
  }

  /** Aborts when the client leaves or the server stops. */
  get signal(): AbortSignal {
    return this.#stream.signal;
  }

  /**
   * Sends an event. The promise may be dropped: a client that leaves does not end the program.
   *
   * @param data Its data; each line of it goes as a field of its own, as the client joins them.
   * @param event Type, id and time to wait.
   * @throws {TypeError} If type or id hold a line break, which would make fields of their own.
   * @throws {RangeError} If `retry` is not a number of ms.
   * @throws {ConnectionResetError} If the client has left.
   */
  send(data: string, event: SSEEvent = {}): Promise<void> {
    // Not async: its promise would be another one than write()'s, which is safe to drop.
    try {
      return this.#stream.write(eventText(data, event));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends a comment, which clients do not see. The promise may be dropped, as that of `send()`.
   *
   * @throws {ConnectionResetError} If the client has left.
   */
  comment(text: string): Promise<void> {
    return this.#stream.write(linesOf(text).map((line) => `: ${line}\r\n`).join("") + "\r\n");
  }

  /** Ends the events; the client will connect again, unless it is told not to by an event. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await finishStream(this.#stream);
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Answers a request with server-sent events: sends the headers, and lets the handler send events
 * until it is done or the client leaves.
 *
 * @param request The request.
 * @param options Headers and pings.
 * @returns The open stream of events.
 * @throws {RangeError} If `pingInterval` is not one of 0 to 2147483647 ms.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/", async (request) => {
 *   const events = await web.sseResponse(request);
 *   const start = Number(events.lastEventId ?? 0);
 *   for (let i = start; i < start + 2; i++) await events.send(`${i}`, { id: `${i}` });
 *   return events;
 * })]);
 * const response = await app.fetch(new Request("http://localhost/"));
 * console.assert((await response.text()).startsWith("id: 0\r\ndata: 0\r\n\r\n"));
 * ```
 */
export async function sseResponse<Params>(
  request: ServerRequest<Params>,
  options: SSEOptions = {},
): Promise<SSEResponse> {
  SSE_OPTIONS.check("web.sseResponse()", options);
  const { pingInterval = 15_000 } = options;
  if (!(pingInterval >= 0 && pingInterval <= MAX_INTERVAL)) {
    throw new RangeError(`Cannot ping every ${pingInterval} ms: expected 0 to ${MAX_INTERVAL}`);
  }
  const stream = new StreamResponse(
    options.headers === undefined ? {} : { headers: options.headers },
  );
  const { headers } = stream;
  headers.set("content-type", "text/event-stream");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-cache");
  headers.set("x-accel-buffering", "no"); // nginx would collect events before it sends them
  await stream.prepare(request);
  return new SSEResponse(stream, request.headers.get("last-event-id"), pingInterval);
}

function eventText(data: string, { id, event, retry }: SSEEvent): string {
  let text = "";
  if (id !== undefined) text += field("id", id);
  if (event !== undefined) text += field("event", event);
  for (const line of linesOf(data)) text += `data: ${line}\r\n`;
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0) {
      throw new RangeError(`Cannot send retry ${retry}: expected a number of ms`);
    }
    text += `retry: ${retry}\r\n`;
  }
  return `${text}\r\n`;
}

function field(name: string, value: string): string {
  if (/[\r\n\0]/.test(value)) {
    throw new TypeError(
      `Cannot send the ${name} ${JSON.stringify(value)}: it may hold no line break and no NUL`,
    );
  }
  return `${name}: ${value}\r\n`;
}

/** A client ends a line at each of these, so data cannot have them in any other way. */
function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}
