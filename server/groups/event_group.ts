import { OptionTable } from "../../http/options.ts";
import type { Handler } from "../request/middleware.ts";
import {
  cutEvents,
  eventText,
  type SSEEvent,
  type SSEResponse,
  sseResponse,
  writeEvent,
} from "../response/sse_response.ts";
import type { GroupMessage } from "./group_broker.ts";
import { GROUP_KINDS, type GroupOptions, type JoinOptions, Room } from "./room.ts";

/** Options of {@linkcode EventGroup}. */
export interface EventGroupOptions extends GroupOptions {
  /** Events kept for clients that reconnect. @default {100, 0 with a broker that keeps none} */
  readonly history?: number;
  /** Unsent bytes from which on a client is cut off, and has to reconnect. @default {262144} */
  readonly maxBuffered?: number;
}

const EVENT_GROUP_OPTIONS = new OptionTable<EventGroupOptions>({
  ...GROUP_KINDS,
  maxBuffered: "a number",
});

/**
 * Event streams that get the same events: a news ticker, a live page. A client that lost its
 * connection gets what it missed, by its `Last-Event-ID`, from any process that shares the broker.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const news = new web.EventGroup({ history: 1000 });
 * const routes = [web.get("/news", news.handler())];
 * console.assert(await news.send("hello", { event: "greeting" }) === 0); // no client listens yet
 * ```
 */
export class EventGroup {
  readonly #room: Room<SSEResponse>;
  readonly #unsent = new WeakMap<SSEResponse, number>();
  readonly #maxBuffered: number;
  #last: { readonly text: string; readonly bytes: Uint8Array } | null = null;

  /** Creates one. @throws {TypeError} If the broker lacks what `history` or `presence` need. */
  constructor(options: EventGroupOptions = {}) {
    EVENT_GROUP_OPTIONS.check("new web.EventGroup", options);
    this.#maxBuffered = options.maxBuffered ?? 256 * 1024;
    const keeps = options.broker === undefined || options.broker.history !== undefined;
    this.#room = new Room(
      "new web.EventGroup",
      { ...options, history: options.history ?? (keeps ? 100 : 0) },
      (events, message, id, isKept) => this.#deliver(events, message, id, isKept),
    );
  }

  /** Members of this process. */
  get size(): number {
    return this.#room.size;
  }

  /**
   * Adds an event stream, unless present, after it got the events since its `Last-Event-ID`. It
   * leaves when its client disconnects or the server stops.
   * @returns `false` if events are missing because they are no longer kept: the page may reload.
   * @throws {TypeError} If it has a name in a group without `presence`.
   * @throws {Error} The broker's; the stream is not added.
   */
  async join(events: SSEResponse, options: JoinOptions = {}): Promise<boolean> {
    if (events.signal.aborted) return true;
    return await this.#room.join(events, events.ended, options, events.lastEventId ?? undefined);
  }

  /** Creates a handler whose clients are members until they disconnect. */
  handler(): Handler {
    return async (request) => {
      const events = await sseResponse(request);
      await this.join(events);
      await events.ended;
      return events;
    };
  }

  /** Removes an event stream. */
  leave(events: SSEResponse): boolean {
    return this.#room.leave(events);
  }

  /**
   * Sends an event to all members in all processes without waiting; the broker gives it its id.
   * @returns Number of local members it was sent to; 0 with a broker, which delivers it.
   * @throws {TypeError} If the type holds a line break.
   * @throws {Error} The broker's error: the event is not known to be delivered.
   */
  async send(data: string, event: Omit<SSEEvent, "id"> = {}): Promise<number> {
    return await this.#room.publish(eventText(data, event));
  }

  /** Lists the names given to `join()` in all processes. @throws {TypeError} Without `presence`. */
  present(): Promise<string[]> {
    return this.#room.present();
  }

  #deliver(events: SSEResponse, message: GroupMessage, id?: string, isKept = false): boolean {
    if (events.signal.aborted) return false;
    const text = id === undefined ? `${message}` : `id: ${id}\r\n${message}`;
    if (this.#last?.text !== text) { // else it is the next member's turn
      this.#last = { text, bytes: new TextEncoder().encode(text) };
    }
    const { bytes } = this.#last;
    // The history may be longer: a client that is cut off for it would never get further.
    const unsent = (this.#unsent.get(events) ?? 0) + (isKept ? 0 : bytes.length);
    this.#unsent.set(events, unsent);
    if (unsent > this.#maxBuffered) {
      cutEvents(events, `the client has not read ${unsent} bytes of events`);
      return false;
    }
    // The promise resolves when the client has read enough.
    writeEvent(events, bytes).then(() => this.#unsent.set(events, 0), () => {});
    return true;
  }
}
