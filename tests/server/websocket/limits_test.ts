import { assert, assertEquals, assertInstanceOf, assertLess, assertRejects } from "@std/assert";
import {
  web,
  WebSocketClosedError,
  WebSocketLimitError,
  WebSocketTimeoutError,
  type WSMessage,
  WSMsgType,
} from "@roundtrip/http";
import { serve } from "../../_harness.ts";
import { CLOSE, frame, PING, PONG, rawSocket } from "../../_frames.ts";

const KIB = 1024;

Deno.test("a peer that never reads makes a sender wait, and memory stays flat", async () => {
  const state: { sent: number; error?: unknown } = { sent: 0 };
  const over = Promise.withResolvers<web.WebSocketResponse>();
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      const chunk = new Uint8Array(64 * KIB);
      try {
        for (;; state.sent += chunk.length) await socket.sendBytes(chunk);
      } catch (error) {
        state.error = error;
      }
      over.resolve(socket);
    }, { heartbeat: 400 }),
  )]);
  const before = Deno.memoryUsage().rss;
  using socket = await rawSocket(`${served.baseUrl}/ws`);
  // It neither reads nor answers pings: within 400 + 200 ms it is dead.
  const start = performance.now();
  const { bufferedAmount, closeCode, exception } = await over.promise.then((ended) => ({
    bufferedAmount: ended.bufferedAmount,
    closeCode: ended.closeCode,
    exception: ended.exception(),
  }));
  const took = performance.now() - start;
  assertInstanceOf(state.error, WebSocketClosedError);
  assertInstanceOf(exception, WebSocketTimeoutError);
  assertEquals([exception.message, closeCode, bufferedAmount], [
    "No PONG received after 200 ms",
    1006,
    0,
  ]);
  assert(took > 400 && took < 2_000, `noticed after ${took} ms`);
  assertLess(state.sent, 32 * KIB * KIB, "the sender was not made to wait");
  assertLess(Deno.memoryUsage().rss - before, 64 * KIB * KIB);
  void socket;
});

Deno.test("a peer that never reads is closed with 1013 when a sender does not wait", async () => {
  const seen = Promise.withResolvers<[unknown, number | null, number]>();
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      let sent = 0;
      const chunk = new Uint8Array(16 * KIB);
      while (!socket.closed) {
        socket.sendBytes(chunk); // neither awaited nor caught
        sent += chunk.length;
        if (sent % (256 * KIB) === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      }
      seen.resolve([(await socket.receive()).data, socket.closeCode, sent]);
    }, { maxBuffered: 512 * KIB }),
  )]);
  using socket = await rawSocket(`${served.baseUrl}/ws`);
  const [error, code, sent] = await seen.promise;
  assertInstanceOf(error, WebSocketLimitError);
  assertEquals([error.code, code], [1013, 1013]);
  assertLess(sent, 32 * KIB * KIB);
  // Earlier messages arrive, then the close frame.
  let last = await socket.read();
  while (last !== null && last.opcode !== CLOSE) last = await socket.read();
  assertEquals([...last?.payload.subarray(0, 2) ?? []], [1013 >> 8, 1013 & 255]);
});

Deno.test("one message beyond maxBuffered is sent, if nothing waits before it", async () => {
  await using served = await serve([web.get(
    "/ws",
    web.webSocket((socket) => socket.sendBytes(new Uint8Array(3 * KIB * KIB)), {
      maxBuffered: KIB,
    }),
  )]);
  await using ws = await served.session.wsConnect("/ws");
  assertEquals((await ws.receiveBytes()).length, 3 * KIB * KIB);
});

Deno.test("a peer that sends faster than it is read is closed with 1013 at maxQueue", async () => {
  const flooded = Promise.withResolvers<void>();
  const seen = Promise.withResolvers<string[]>();
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      await flooded.promise;
      const types: string[] = [];
      for await (const { type, data } of socket) {
        types.push(type === WSMsgType.ERROR ? data.message : `${data}`);
      }
      seen.resolve(types);
    }, { maxQueue: 3 }),
  )]);
  using socket = await rawSocket(`${served.baseUrl}/ws`);
  await socket.send(...["a", "b", "c", "d"].map((payload) => frame({ payload })));
  const close = await socket.read();
  assertEquals([close?.opcode, (close?.payload[0] ?? 0) * 256 + (close?.payload[1] ?? 0)], [
    CLOSE,
    1013,
  ]);
  flooded.resolve();
  assertEquals(await seen.promise, [
    "a",
    "b",
    "c",
    "Receive queue is full: 3 messages wait to be received",
  ]);
});

Deno.test("the bytes of waiting messages are bounded too", async () => {
  const seen = Promise.withResolvers<number[]>();
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      while (!socket.closed) await new Promise((resolve) => setTimeout(resolve, 5));
      const types: number[] = [];
      for await (const { type } of socket) types.push(type);
      seen.resolve(types);
    }),
  )]);
  await using ws = await served.session.wsConnect("/ws");
  for (let i = 0; i < 6; i++) await ws.sendBytes(new Uint8Array(3 * KIB * KIB)).catch(() => {});
  assertEquals(await seen.promise, [2, 2, 2, 2, 2, WSMsgType.ERROR]);
});

Deno.test("a peer that does not answer pings is an ERROR within heartbeat and half", async () => {
  const seen = Promise.withResolvers<[WSMessage, number | null, number]>();
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      const start = performance.now();
      const message = await socket.receive();
      seen.resolve([message, socket.closeCode, performance.now() - start]);
    }, { heartbeat: 300 }),
  )]);
  using socket = await rawSocket(`${served.baseUrl}/ws`);
  const ping = await socket.read();
  assertEquals(ping?.opcode, PING);
  const [message, code, took] = await seen.promise;
  assertInstanceOf(message.data, WebSocketTimeoutError);
  assertEquals([message.type, message.data.message, code], [
    WSMsgType.ERROR,
    "No PONG received after 150 ms",
    1006,
  ]);
  assert(took > 300 && took < 1_500, `noticed after ${took} ms`);
});

Deno.test("a peer that answers pings, or sends, lives on", async () => {
  const seen = Promise.withResolvers<string>();
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => seen.resolve(await socket.receiveStr()), { heartbeat: 100 }),
  )]);
  using socket = await rawSocket(`${served.baseUrl}/ws`);
  for (let pings = 0; pings < 5; pings++) {
    const ping = await socket.read();
    assertEquals(ping?.opcode, PING);
    await socket.send(frame({ opcode: PONG, payload: ping?.payload ?? "" }));
  }
  await socket.send(frame({ payload: "alive" }));
  assertEquals(await seen.promise, "alive");
});

Deno.test("a client that vanishes is CLOSED with 1006, and tells why", async () => {
  const seen = Promise.withResolvers<[number, number | null, string]>();
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      const { type } = await socket.receive();
      seen.resolve([type, socket.closeCode, String(socket.exception()?.message)]);
    }),
  )]);
  const socket = await rawSocket(`${served.baseUrl}/ws`);
  socket[Symbol.dispose]();
  const [type, code, why] = await seen.promise;
  assertEquals([type, code], [WSMsgType.CLOSED, 1006]);
  assert(why.startsWith("WebSocket connection lost: "), why);
});

Deno.test("close() stops waiting for an unresponsive peer after the timeout", async () => {
  const seen = Promise.withResolvers<unknown[]>();
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      const start = performance.now();
      const closed = await socket.close(4000, "bye");
      const took = performance.now() - start;
      seen.resolve([closed, socket.closeCode, socket.exception()?.name, took > 90 && took < 1_000]);
    }, { timeout: { close: 100 } }),
  )]);
  using socket = await rawSocket(`${served.baseUrl}/ws`);
  assertEquals(await seen.promise, [true, 1006, "WebSocketTimeoutError", true]);
  assertEquals((await socket.read())?.opcode, CLOSE);
});

Deno.test("the server stops in time despite stuck sockets and handlers", async () => {
  const app = new web.Application({ logger: { error() {} } });
  app.addRoutes([
    web.get("/ws", web.webSocket(() => new Promise<void>(() => {}), { timeout: { close: 200 } })),
  ]);
  const runner = new web.AppRunner(app, { shutdownTimeout: 400 });
  const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const sockets = await Promise.all([1, 2, 3, 4, 5].map(() => rawSocket(`${baseUrl}/ws`)));
  const start = performance.now();
  await runner.cleanup();
  assertLess(performance.now() - start, 2_000);
  for (const socket of sockets) {
    const [close] = await socket.rest(); // its end has come
    assertEquals((close?.payload[0] ?? 0) * 256 + (close?.payload[1] ?? 0), 1001);
    socket[Symbol.dispose]();
  }
});

Deno.test("an unawaited send that fails does not end the program", async () => {
  const rejections: unknown[] = [];
  const listen = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    rejections.push(event.reason);
  };
  addEventListener("unhandledrejection", listen);
  const done = Promise.withResolvers<void>();
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      await socket.close();
      socket.sendStr("dropped");
      await assertRejects(() => socket.sendStr("awaited"), WebSocketClosedError);
      await new Promise((resolve) => setTimeout(resolve, 0));
      done.resolve();
    }),
  )]);
  await using _ws = await served.session.wsConnect("/ws");
  await done.promise;
  removeEventListener("unhandledrejection", listen);
  assertEquals(rejections, []);
});
