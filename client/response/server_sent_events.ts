import { OptionTable } from "../../http/options.ts";
import { createParser } from "eventsource-parser";
import { EventTooLongError } from "../errors/client_errors.ts";
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

/** Reads events (HTML section 9.2): always UTF-8; an incomplete one at the end is dropped. */
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
