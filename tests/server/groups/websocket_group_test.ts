import { assert, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { type ClientWebSocketResponse, web, WSMsgType } from "@roundtrip/http";
import { serve, type Served } from "../../_harness.ts";
import { rawSocket } from "../../_frames.ts";

interface Room extends AsyncDisposable {
  readonly served: Served;
  join(): Promise<ClientWebSocketResponse>;
}

async function room(
  group: web.WebSocketGroup,
  options: web.WebSocketResponseOptions = {},
): Promise<Room> {
  const served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      await group.join(socket);
      await group.join(socket); // twice is once
      await socket.sendStr("joined");
      for await (const _ of socket);
    }, options),
  )]);
  return {
    served,
    async join() {
      const ws = await served.session.wsConnect("/ws");
      assertEquals(await ws.receiveStr(), "joined");
      return ws;
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

Deno.test("WebSocketGroup sends to all members, once each, and those who close leave", async () => {
  const group = new web.WebSocketGroup();
  await using place = await room(group);
  const members = await Promise.all(Array.from({ length: 20 }, () => place.join()));
  assertEquals([group.size, await group.send("a")], [20, 20]);
  await group.send(Uint8Array.of(1, 2));
  await group.sendJson({ n: 1 });
  for (const ws of members) {
    assertEquals([await ws.receiveStr(), await ws.receiveBytes(), await ws.receiveJson()], [
      "a",
      Uint8Array.of(1, 2),
      { n: 1 },
    ]);
  }
  await Promise.all(members.slice(0, 15).map((ws) => ws.close()));
  while (group.size > 5) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(await group.send("b"), 5);
  const closing = group.close(4000, "over");
  for (const ws of members.slice(15)) {
    assertEquals(await ws.receiveStr(), "b");
    const { type, data } = await ws.receive();
    assertEquals([type, data], [WSMsgType.CLOSE, 4000]);
  }
  await closing;
  assertEquals([group.size, await group.send("c")], [0, 0]);
});

Deno.test("WebSocketGroup only accepts prepared sockets, and text or bytes", async () => {
  const group = new web.WebSocketGroup();
  await assertRejects(
    () => group.join(new web.WebSocketResponse()),
    TypeError,
    "Call prepare() first",
  );
  await assertRejects(() => group.send(1 as never), TypeError, "expected text or a Uint8Array");
  assertEquals(group.leave(new web.WebSocketResponse()), false);
});

for (const slowPeer of ["close", "skip"] as const) {
  Deno.test(`WebSocketGroup with a member that never reads: ${slowPeer}`, async () => {
    const group = new web.WebSocketGroup({ slowPeer });
    await using place = await room(group, { heartbeat: 0, timeout: { close: 100 } });
    await using reader = await place.join();
    using _slow = await rawSocket(`${place.served.baseUrl}/ws`);
    while (group.size < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    const before = Deno.memoryUsage().rss;
    const chunk = new Uint8Array(64 * 1024);
    const counts = new Set<number>();
    for (let n = 0; n < 600; n++) { // 40 MB
      counts.add(await group.send(chunk));
      assertEquals((await reader.receiveBytes()).length, chunk.length);
    }
    assertEquals([...counts].sort(), [1, 2]);
    assertEquals(group.size, slowPeer === "close" ? 1 : 2);
    assertLess(Deno.memoryUsage().rss - before, 96 * 1024 ** 2);
  });
}

/** A broker between two groups of one process. */
function testBroker(): web.GroupBroker & { listeners: Set<(message: web.GroupMessage) => void> } {
  const listeners = new Set<(message: web.GroupMessage) => void>();
  return {
    listeners,
    async publish(group, message) {
      assertEquals(group, "news");
      await Promise.resolve();
      for (const deliver of listeners) deliver(message);
    },
    subscribe(group, deliver) {
      assertEquals(group, "news");
      listeners.add(deliver);
      return () => listeners.delete(deliver);
    },
  };
}

Deno.test("WebSocketGroup sends through a broker to the members of every process", async () => {
  const broker = testBroker();
  const [here, there] = [1, 2].map(() => new web.WebSocketGroup({ name: "news", broker }));
  assert(here !== undefined && there !== undefined);
  await using placeHere = await room(here);
  await using placeThere = await room(there);
  const [a, b] = [await placeHere.join(), await placeThere.join()];
  await here.send("hi");
  assertEquals([await a.receiveStr(), await b.receiveStr()], ["hi", "hi"]);
  await a.close();
  await b.close();
  while (here.size + there.size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(broker.listeners.size, 0);
});

Deno.test("WebSocketGroup waits in join() for a broker that takes time", async () => {
  const told: string[] = [];
  const starts: PromiseWithResolvers<void>[] = [];
  const broker: web.GroupBroker = {
    publish: () => {},
    async subscribe() {
      const start = Promise.withResolvers<void>();
      starts.push(start);
      await start.promise;
      told.push("subscribed");
      return () => told.push("ended");
    },
  };
  const group = new web.WebSocketGroup({ broker });
  const served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      const refused = await group.join(socket).then(() => null, (error: Error) => error.message);
      await socket.sendStr(refused ?? "joined");
      for await (const _ of socket);
    }),
  )]);
  await using _served = served;
  const connect = async () => await served.session.wsConnect("/ws");
  const [one, two] = [await connect(), await connect()];
  while (group.size < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals([starts.length, told], [1, []]);
  starts[0]?.resolve();
  assertEquals([await one.receiveStr(), await two.receiveStr()], ["joined", "joined"]);
  await Promise.all([one.close(), two.close()]);
  while (!told.includes("ended")) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals([group.size, told], [0, ["subscribed", "ended"]]);

  // A broker that fails leaves no member behind, and is asked again by the next one.
  const late = await connect();
  while (starts.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  starts[1]?.reject(new Error("no broker"));
  assertEquals([await late.receiveStr(), group.size], ["no broker", 0]);
  const next = await connect();
  while (starts.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  starts[2]?.resolve();
  assertEquals(await next.receiveStr(), "joined");
  await Promise.all([late.close(), next.close()]);
});

Deno.test("WebSocketGroup: a new member gets the history first, then what came meanwhile", async () => {
  const kept = [1, 2, 3].map((n) => ({ id: `${n}`, message: `${n}` }));
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<web.KeptMessage[]>();
  let deliver: (message: web.GroupMessage, id?: string) => unknown = () => {};
  const slow: web.GroupBroker = {
    publish: () => {},
    subscribe: (_, to) => {
      deliver = to;
      return () => {};
    },
    history: (group, count) => {
      assertEquals([group, count], ["default", 4]);
      asked.resolve();
      return answer.promise;
    },
  };
  const group = new web.WebSocketGroup({ history: 3, broker: slow });
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      await group.join(socket);
      for await (const _ of socket);
    }),
  )]);
  const ws = await served.session.wsConnect("/ws");
  await asked.promise;
  deliver("3", "3"); // is in the history too
  deliver("4", "4");
  answer.resolve(kept);
  for (const text of ["2", "3", "4"]) assertEquals(await ws.receiveStr(), text);
  deliver("5", "5");
  assertEquals(await ws.receiveStr(), "5");
});

Deno.test("WebSocketGroup in memory: history and presence", async () => {
  const group = new web.WebSocketGroup({ history: 2, presence: true });
  const names = ["ann", "bob"];
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      const name = names.shift();
      await group.join(socket, name === undefined ? {} : { as: name });
      for await (const _ of socket);
    }),
  )]);
  const first = await served.session.wsConnect("/ws");
  while (group.size < 1) await new Promise((resolve) => setTimeout(resolve, 1));
  for (const text of ["a", "b", "c"]) await group.send(text);
  const others = [await served.session.wsConnect("/ws"), await served.session.wsConnect("/ws")];
  for (const ws of others) for (const text of "bc") assertEquals(await ws.receiveStr(), text);
  await group.send("d");
  for (const text of "abcd") assertEquals(await first.receiveStr(), text);
  for (const ws of others) assertEquals(await ws.receiveStr(), "d");
  assertEquals(await group.present(), ["ann", "bob"]);
  await first.close();
  while (group.size > 2) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(await group.present(), ["bob"]);
  await Promise.all([group.close(), ...others.map((ws) => ws.receive())]);
  assertEquals(await group.present(), []);
});

Deno.test("a group refuses what its broker cannot do, and a name without presence", async () => {
  const broker: web.GroupBroker = { publish: () => {}, subscribe: () => () => {} };
  const cases: [options: web.GroupOptions, error: string][] = [
    [{ broker, history: 1 }, '"history" needs a broker with history()'],
    [{ broker, presence: true }, '"presence" needs a broker with announce()'],
    [{ history: -1 }, '"history" is a number of messages, got -1'],
    [{ histroy: 1 } as never, "history"],
  ];
  for (const [options, error] of cases) {
    assertThrows(() => new web.WebSocketGroup(options), Error, error);
    assertThrows(() => new web.EventGroup(options), Error, error);
  }
  await assertRejects(() => new web.WebSocketGroup().present(), TypeError, "presence: true");
  const stream = { signal: new AbortController().signal } as web.SSEResponse;
  const join = () => new web.EventGroup().join(stream, { name: "a" } as never);
  await assertRejects(join, TypeError, 'join(): unknown option "name"');
  assertEquals(new web.EventGroup({ broker }).size, 0); // it keeps nothing then
});
