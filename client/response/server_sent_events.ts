/**
 * Server-sent events, as a client reads them.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import { createParser } from "eventsource-parser";
import type { StreamReader } from "../../http/bytes/stream_reader.ts";

/** One server-sent event. */
export interface ServerSentEvent {
  /** Type of the event, `message` unless the server names one. */
  readonly event: string;
  /** The data; several lines are joined by `\n`. */
  readonly data: string;
  /** The last id that the server has set, an empty string before the first. */
  readonly id: string;
  /**
   * Time to wait before connecting again, in ms, as last set by the server; `null` if it never was.
   */
  readonly retry: number | null;
}

/** How to read server-sent events. */
export interface EventsOptions {
  /**
   * Most characters of one event.
   * @default {1048576}
   */
  readonly maxEventSize?: number | undefined;
}

/** Names and types of {@linkcode EventsOptions}. */
export const EVENTS_OPTIONS = new OptionTable<EventsOptions>({ maxEventSize: "a number" });

/**
 * An event is longer than `maxEventSize`.
 *
 * @example
 * ```ts
 * import { EventTooLongError } from "@roundtrip/http";
 *
 * const advice = (error: unknown) =>
 *   error instanceof EventTooLongError ? `raise maxEventSize, it is ${error.limit}` : "";
 * console.assert(advice(new EventTooLongError(1024)) === "raise maxEventSize, it is 1024");
 * ```
 */
export class EventTooLongError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "EventTooLongError";
  /** The limit that was passed, in characters. */
  readonly limit: number;

  /**
   * Creates one.
   *
   * @param limit The limit that was passed, in characters.
   */
  constructor(limit: number) {
    super(`Cannot read an event: it is longer than maxEventSize, ${limit} characters`);
    this.limit = limit;
  }
}

/**
 * Reads events from a body, as the HTML standard says (section 9.2, "Server-sent events"): always
 * UTF-8, and what the body breaks off in is no event.
 *
 * @yields The events in order.
 * @throws {EventTooLongError} If an event is longer than `maxEventSize`.
 */
export async function* readEvents(
  content: StreamReader,
  options: EventsOptions,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const maxEventSize = options.maxEventSize ?? 1024 * 1024;
  const ready: ServerSentEvent[] = [];
  let id = "";
  let retry: number | null = null;
  let tooLong = false;
  const parser = createParser({
    maxBufferSize: maxEventSize,
    onId: (value) => id = value,
    onRetry: (value) => retry = value,
    onEvent: ({ event, data }) => {
      if (data.length > maxEventSize) tooLong = true;
      else ready.push({ event: event || "message", data, id, retry });
    },
    onError: (error) => {
      // Fields that nobody knows are to be passed over.
      if (error.type === "max-buffer-size-exceeded") tooLong = true;
    },
  });
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // the parser takes it off
  for await (const piece of content.iterAny()) {
    parser.feed(decoder.decode(piece, { stream: true }));
    yield* ready.splice(0);
    if (tooLong) throw new EventTooLongError(maxEventSize);
  }
}
