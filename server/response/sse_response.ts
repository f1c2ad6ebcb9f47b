// Server-sent events (WHATWG HTML, section 9.2).
import { OptionTable } from "../../http/options.ts";
import { EndOfConnection } from "../engine/engine_of_request.ts";
import type { EarlyAnswer } from "../request/answer_slot.ts";
import type { ServerRequest } from "../request/request.ts";
import { finishStream, StreamResponse } from "./stream_response.ts";

/** Options of {@linkcode sseResponse}. */
export interface SSEOptions {
  /** Headers of the response. */
  readonly headers?: HeadersInit;
  /** Interval in ms of comments that keep the connection open; 0 for never. @default {15000} */
  readonly pingInterval?: number;
}

const SSE_OPTIONS = new OptionTable<SSEOptions>({
  headers: "a map or a list of pairs",
  pingInterval: "a number",
}, { heartbeat: 'Write "pingInterval", in ms', retry: "Send it with an event: send({ retry })" });

/** Fields of an event besides its data. */
export interface SSEEvent {
  /** Type of the event, for `addEventListener()`. @default {"message"} */
  readonly event?: string;
  /** Id that the client sends back as `Last-Event-ID` when it reconnects. */
  readonly id?: string;
  /** Delay before the client reconnects, in ms. */
  readonly retry?: number;
}

/** Sends the text of an event that is the same for many clients. */
export let writeEvent: (events: SSEResponse, text: Uint8Array) => Promise<void>;
/** Cuts an event stream off: unsent events are dropped, and the client reconnects. */
export let cutEvents: (events: SSEResponse, reason: string) => void;

const MAX_INTERVAL = 2 ** 31 - 1; // a longer delay would fire at once

/**
 * A stream of events to one client; {@linkcode sseResponse} opens it.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const ticks: web.Handler = async (request) => {
 *   const events: web.SSEResponse = await web.sseResponse(request);
 *   for (let i = 0; !events.signal.aborted; i++) await events.send(`${i}`);
 *   return events;
 * };
 * ```
 */
export class SSEResponse implements EarlyAnswer, AsyncDisposable {
  /** Id that the client saw last, `null` for a new one: `Last-Event-ID` or `?lastEventId=`. */
  readonly lastEventId: string | null;
  readonly #stream: StreamResponse;
  #timer: ReturnType<typeof setInterval> | undefined;

  static {
    writeEvent = (events, text) => events.#stream.write(text);
    cutEvents = (events, reason) => {
      clearInterval(events.#timer);
      void finishStream(events.#stream, new EndOfConnection(reason));
    };
  }

  /** Called by `sseResponse()`, which sends the headers; the interval of pings is in ms. */
  constructor(stream: StreamResponse, lastEventId: string | null, pingInterval: number) {
    this.#stream = stream;
    this.lastEventId = lastEventId;
    if (stream.signal.aborted) return;
    // Event streams are endless: they end when the server stops, and the client reconnects.
    stream.signal.addEventListener("abort", () => this.close().catch(() => {}), { once: true });
    if (pingInterval === 0) return;
    let waiting = false;
    this.#timer = setInterval(() => {
      if (waiting) return; // do not pile up pings for a client that does not read
      waiting = true;
      this.comment("ping").then(() => waiting = false, () => clearInterval(this.#timer));
    }, pingInterval);
  }

  /** The platform's response. */
  get response(): Response {
    return this.#stream.response;
  }

  /** Aborts when the client disconnects or the server stops. */
  get signal(): AbortSignal {
    return this.#stream.signal;
  }

  /** Resolves when `signal` aborts, for a handler that leaves the sending to others. */
  get ended(): Promise<void> {
    const { signal } = this;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  /**
   * Sends an event. The promise may be ignored: a disconnect does not end the program.
   * @throws {TypeError} If type or id hold a line break, which would start another field.
   * @throws {RangeError} If `retry` is not a number of ms.
   * @throws {ConnectionResetError} If the client has disconnected.
   */
  send(data: string, event: SSEEvent = {}): Promise<void> {
    // Not async: that would return another promise than write()'s, which is safe to ignore.
    try {
      return this.#stream.write(eventText(data, event));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends a comment, which clients ignore; for the promise see `send()`. */
  comment(text: string): Promise<void> {
    return this.#stream.write(linesOf(text).map((line) => `: ${line}\r\n`).join("") + "\r\n");
  }

  /** Ends the stream; the client reconnects unless an event has told it not to. */
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
 * Answers with server-sent events, which the handler sends until it returns.
 * @throws {RangeError} If `pingInterval` is not 0 to 2147483647 ms.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const hello: web.Handler = async (request) => {
 *   const events = await web.sseResponse(request);
 *   await events.send("hello", { id: "1" });
 *   return events;
 * };
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
  const stream = new StreamResponse({ headers: options.headers ?? {} });
  const { headers } = stream;
  headers.set("content-type", "text/event-stream");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-cache");
  headers.set("x-accel-buffering", "no"); // or nginx would buffer events
  await stream.prepare(request);
  const lastEventId = request.headers.get("last-event-id") ?? request.query.get("lastEventId");
  return new SSEResponse(stream, lastEventId, pingInterval);
}

export function eventText(data: string, { id, event, retry }: SSEEvent): string {
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
    const given = JSON.stringify(value);
    throw new TypeError(`Cannot send the ${name} ${given}: it may hold no line break and no NUL`);
  }
  return `${name}: ${value}\r\n`;
}

/** A client ends a line at each of these, so data must be split there. */
function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}
