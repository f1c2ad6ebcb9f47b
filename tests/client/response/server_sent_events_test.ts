import { assertEquals, assertRejects } from "@std/assert";
import fc from "npm:fast-check@^4";
import {
  ClientConnectionError,
  ContentTypeError,
  EventTooLongError,
  type ServerSentEvent,
  web,
} from "@roundtrip/http";
import { StreamReader } from "../../../http/bytes/stream_reader.ts";
import { readEvents } from "../../../client/response/server_sent_events.ts";
import { serve } from "../../_harness.ts";

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const eventsOf = (pieces: Iterable<Uint8Array<ArrayBuffer>>): Promise<ServerSentEvent[]> =>
  Array.fromAsync(readEvents(new StreamReader(ReadableStream.from(pieces)), {}));
const event = (data: string, more: Partial<ServerSentEvent> = {}): ServerSentEvent => ({
  event: "message",
  data,
  id: "",
  retry: null,
  ...more,
});

const TABLE: [string, string, ServerSentEvent[]][] = [
  ["an event is a message unless named", "data: a\n\n", [event("a")]],
  ["a name applies to one event", "event: x\ndata: a\n\ndata: b\n\n", [
    event("a", { event: "x" }),
    event("b"),
  ]],
  ["an id applies until the next", "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", [
    event("a", { id: "1" }),
    event("b", { id: "1" }),
    event("c"),
  ]],
  ["an id without data counts too", "id: 7\n\ndata: a\n\n", [event("a", { id: "7" })]],
  ["an id with NUL is ignored", "id: a\0b\ndata: a\n\n", [event("a")]],
  ["retry applies until the next", "retry: 5\n\ndata: a\n\nretry: x\ndata: b\n\n", [
    event("a", { retry: 5 }),
    event("b", { retry: 5 }),
  ]],
  ["lines of data are joined", "data: a\ndata:b\ndata\n\n", [event("a\nb\n")]],
  ["only one space is removed", "data:  a \n\n", [event(" a ")]],
  ["comments are ignored", ": ping\n\n:\ndata: a\n\n", [event("a")]],
  ["unknown fields are ignored", "foo: b\ndata: a\n\nbar\n\n", [event("a")]],
  ["an event without data is dropped", "event: x\n\ndata: a\n\n", [event("a")]],
  ["CR and CRLF end lines too", "data: a\r\rdata: b\r\n\r\n", [event("a"), event("b")]],
  ["a byte order mark is removed", "\ufeffdata: a\n\n", [event("a")]],
  ["an incomplete event at the end is dropped", "data: a\n\ndata: b\n", [event("a")]],
  ["text is UTF-8", "data: ж\n\n", [event("ж")]],
  ["an empty body has none", "", []],
];
for (const [name, text, expected] of TABLE) {
  Deno.test(`events(): ${name}, in any split`, async () => {
    const body = bytes(text);
    assertEquals(await eventsOf([body]), expected);
    assertEquals(await eventsOf(Array.from(body, (byte) => Uint8Array.of(byte))), expected);
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length), async (cut) => {
        assertEquals(await eventsOf([body.slice(0, cut), body.slice(cut)]), expected);
      }),
      { numRuns: 20 },
    );
  });
}

Deno.test("events() ends with an error beyond maxEventSize, in one line or in many", async () => {
  for (const text of ["data: " + "x".repeat(200), "data: xxxxxxxxx\n".repeat(20)]) {
    for (const size of [1000, 7]) {
      const pieces = Array.from(
        { length: Math.ceil(text.length / size) },
        (_, at) => bytes(text.slice(at * size, (at + 1) * size)),
      );
      const reader = new StreamReader(ReadableStream.from(pieces));
      const error = await assertRejects(
        () => Array.fromAsync(readEvents(reader, { maxEventSize: 100 })),
        EventTooLongError,
        "100 characters",
      );
      assertEquals(error.limit, 100);
    }
  }
});

Deno.test("events() yields events as they arrive, and leaving the loop ends the response", async () => {
  const ended = Promise.withResolvers<void>();
  let count = 0;
  await using served = await serve([
    web.get("/", () => {
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.enqueue(bytes(`id: ${++count}\ndata: ${count}\n\n`));
        },
        cancel: () => ended.resolve(),
      }, { highWaterMark: 0 });
      return new Response(stream, { headers: { "content-type": "text/event-stream" } });
    }),
    web.get("/text", () => web.textResponse("data: a\n\n")),
  ]);
  await using response = await served.session.get("/");
  const seen: string[] = [];
  for await (const { id, data } of response.events()) {
    seen.push(id + data);
    if (seen.length === 3) break;
  }
  assertEquals(seen, ["11", "22", "33"]);
  await assertRejects(() => response.read(), ClientConnectionError, "released");
  await ended.promise;

  await using text = await served.session.get("/text");
  await assertRejects(
    () => text.events().next(),
    ContentTypeError,
    "unexpected mimetype: text/plain",
  );
});
