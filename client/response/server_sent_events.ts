import { OptionTable } from "../../http/options.ts";
import { createParser } from "eventsource-parser";
import type { StreamReader } from "../../http/bytes/stream_reader.ts";

/** A server-sent event. */
export interface ServerSentEvent {
  /** Type of the event, `message` by default. */
  readonly event: string;
  /** The data; lines are joined by `\n`. */
  readonly data: string;
  /** The last id set by the server, an empty string before the first. */
  readonly id: string;
  /** Reconnection delay in ms, as last set by the server; `null` if never set. */
  readonly retry: number | null;
}

/** Options for reading server-sent events. */
export interface EventsOptions {
  /** Limit of the size of an event, in characters. @default {1048576} */
  readonly maxEventSize?: number | undefined;
}

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
  /** Name of the class. */
  override readonly name = "EventTooLongError";
  /** The limit, in characters. */
  readonly limit: number;

  /** Creates one; the limit is in characters. */
  constructor(limit: number) {
    super(`Cannot read an event: it is longer than maxEventSize, ${limit} characters`);
    this.limit = limit;
  }
}

/**
 * Reads events from a body after the HTML standard (section 9.2, "Server-sent events"): always
 * UTF-8; an incomplete event at the end is dropped.
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
      // Unknown fields are ignored.
      if (error.type === "max-buffer-size-exceeded") tooLong = true;
    },
  });
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // the parser removes it
  for await (const piece of content.iterAny()) {
    parser.feed(decoder.decode(piece, { stream: true }));
    yield* ready.splice(0);
    if (tooLong) throw new EventTooLongError(maxEventSize);
  }
}
