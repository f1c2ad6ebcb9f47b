import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import fc from "npm:fast-check@^4";
import { WebSocketChannel } from "../../../http/websocket/channel.ts";
import type { ChannelLimits } from "../../../http/websocket/limits.ts";
import type { SocketPort } from "../../../http/websocket/port.ts";
import { WebSocketClosedError, WebSocketLimitError } from "../../../http/websocket/errors.ts";
import { WSMsgType } from "../../../http/websocket/message.ts";

interface Fake extends SocketPort {
  bufferedAmount: number;
  readonly calls: string[];
}

function fakePort(canPause: boolean): Fake {
  const calls: string[] = [];
  return {
    bufferedAmount: 0,
    calls,
    send(data) {
      calls.push(`send ${data.length}`);
      this.bufferedAmount += data.length;
    },
    close: (code, reason) => void calls.push(`close ${code} ${reason}`.trimEnd()),
    terminate: () => void calls.push("terminate"),
    ...(canPause
      ? { pause: () => void calls.push("pause"), resume: () => void calls.push("resume") }
      : {}),
  };
}

function channelOf(
  limits: Partial<ChannelLimits> = {},
  canPause = false,
): [WebSocketChannel, Fake] {
  const channel = new WebSocketChannel({
    maxMsgSize: 1000,
    maxQueue: 4,
    maxBuffered: 200_000,
    receiveTimeout: 0,
    closeTimeout: 1_000,
    closedReceives: 5,
    ...limits,
  });
  const port = fakePort(canPause);
  channel.attach(port);
  channel.onOpen();
  return [channel, port];
}

Deno.test("messages are received in order, at any relative speed", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.oneof(fc.constant(null), fc.string({ unit: "binary", maxLength: 20 }))),
    async (steps) => {
      const [channel, port] = channelOf({ maxQueue: 100 });
      const put: string[] = [];
      const got: Promise<unknown>[] = [];
      let waiting: Promise<unknown> | null = null;
      for (const step of steps) {
        if (step !== null) {
          put.push(step);
          channel.onMessage(step);
          continue;
        }
        await waiting; // one reader at a time
        if (put.length === got.length) continue;
        waiting = channel.receive().then(({ data }) => data);
        got.push(waiting);
      }
      while (got.length < put.length) got.push(channel.next().then(({ value }) => value?.data));
      assertEquals(await Promise.all(got), put);
      assertEquals(port.calls, []);
    },
  ));
});

Deno.test("maxMsgSize counts the bytes of a text", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const size = new TextEncoder().encode(text).length;
    for (const above of [0, 1]) {
      const [channel] = channelOf({ maxMsgSize: size + above });
      channel.onMessage(text);
      assertEquals(channel.closed, above === 0 && size > 0, `${text}, ${size + above}`);
    }
  }));
});

Deno.test("a queue that is full pauses a port that can, and resumes it at the half", async () => {
  const [channel, port] = channelOf({}, true);
  for (let n = 0; n < 6; n++) channel.onMessage(`${n}`); // the port had read two more by then
  assertEquals(port.calls, ["pause", "pause"]);
  const seen: unknown[] = [];
  for (let n = 0; n < 3; n++) seen.push((await channel.receive()).data);
  assertEquals([channel.closed, port.calls.at(-1)], [false, "pause"]);
  seen.push((await channel.receive()).data);
  assertEquals([seen, port.calls.at(-1)], [["0", "1", "2", "3"], "resume"]);
});

Deno.test("close() resumes a port that is paused, so that the close frame is read", async () => {
  const [channel, port] = channelOf({}, true);
  for (let n = 0; n < 5; n++) channel.onMessage("x");
  const closing = channel.close(1000, "");
  assertEquals(port.calls, ["pause", "resume", "close 1000"]);
  channel.onClose(1000, "", null);
  assertEquals([await closing, channel.closeCode, channel.exception], [true, 1000, null]);
});

Deno.test("send() waits above 64 KiB until the port has sent", async () => {
  const [channel, port] = channelOf();
  await channel.send("x".repeat(60_000));
  let sent = false;
  const sending = channel.send("x".repeat(10_000)).then(() => sent = true);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assertEquals(sent, false);
  port.bufferedAmount = 65_536;
  await sending;
});

Deno.test("a pending send fails when the socket closes", async () => {
  const [channel] = channelOf();
  const sending = channel.send("x".repeat(100_000));
  channel.onClose(null, "", new Error("gone"));
  await assertRejects(() => sending, WebSocketClosedError, "Cannot write to closing transport");
});

Deno.test("unsent bytes never exceed maxBuffered by more than a message", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.nat({ max: 90_000 }), { minLength: 1, maxLength: 30 }),
    async (sizes) => {
      const [channel, port] = channelOf();
      for (const size of sizes) channel.send("x".repeat(size));
      assertLessOrEqual(port.bufferedAmount, 200_000 + Math.max(...sizes) + 64 * 1024);
      if (channel.closed) {
        assert(channel.exception instanceof WebSocketLimitError);
        assertEquals(channel.closeCode, 1013);
        assertEquals((await channel.receive()).type, WSMsgType.ERROR);
        await assertRejects(() => channel.send("x"), WebSocketClosedError);
      }
      channel.onClose(null, "", null); // ends what still waits
    },
  ));
});

Deno.test("events after the end are ignored", async () => {
  const [channel] = channelOf();
  channel.onClose(4000, "bye", null);
  channel.onClose(1000, "", null);
  channel.onFail(new Error("late"), 1002);
  channel.onMessage("late");
  channel.onOpen();
  assertEquals([channel.closeCode, channel.exception, channel.closed], [4000, null, true]);
  assertEquals(await channel.receive(), { type: WSMsgType.CLOSE, data: 4000, extra: "bye" });
  assertEquals((await channel.receive()).type, WSMsgType.CLOSED);
  assertEquals(await channel.close(1000, ""), false);
});

Deno.test("a handshake that ends before it is done gives CLOSED", async () => {
  const channel = new WebSocketChannel({
    maxMsgSize: 0,
    maxQueue: 1,
    maxBuffered: 1,
    receiveTimeout: 0,
    closeTimeout: 1,
    closedReceives: 0,
  });
  channel.attach(fakePort(false));
  const waiting = channel.receive();
  await assertRejects(() => channel.send("early"), WebSocketClosedError);
  channel.onClose(null, "", new Error("the client left"));
  await channel.opened;
  assertEquals([(await waiting).type, channel.closeCode], [WSMsgType.CLOSED, 1006]);
});
