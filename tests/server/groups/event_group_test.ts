import { assert, assertEquals, assertRejects } from "@std/assert";
import { web } from "@roundtrip/http";
import { serve, type Served } from "../../_harness.ts";

interface Ticker extends AsyncDisposable {
  readonly served: Served;
  /** What join() has returned, by the last event's id. */
  readonly complete: Map<string | null, boolean>;
  /** Connects, and reads events as `id data`. */
  connect(lastEventId?: string): Promise<AsyncIterator<string, void>>;
}

async function ticker(group: web.EventGroup, onJoin = () => {}): Promise<Ticker> {
  const complete = new Map<string | null, boolean>();
  let joined = 0;
  const served = await serve([web.get("/", async (request) => {
    const events = await web.sseResponse(request);
    const joining = group.join(events);
    onJoin();
    complete.set(events.lastEventId, await joining);
    joined++;
    await events.ended;
    return events;
  })]);
  return {
    served,
    complete,
    async connect(lastEventId) {
      const before = joined;
      const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
      const response = await served.session.get("/", { headers });
      while (joined === before) await new Promise((resolve) => setTimeout(resolve, 1));
      return (async function* () {
        await using _ = response;
        for await (const { id, data } of response.events()) yield `${id} ${data}`;
      })();
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

async function take(events: AsyncIterator<string, void>, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) taken.push(await events.next().then(({ value }) => `${value}`));
  return taken;
}

const dataOf = (taken: readonly string[]): string =>
  taken.map((each) => each.split(" ")[1]).join("");

Deno.test("EventGroup: a client that reconnects gets what it missed, and knows what is gone", async () => {
  const group = new web.EventGroup({ history: 3 });
  await using place = await ticker(group);
  const first = await place.connect();
  assertEquals(await group.send("a", { event: "message", retry: 5 }), 1);
  await group.send("b");
  const [a = "", b = ""] = await take(first, 2);
  assertEquals(dataOf([a, b]), "ab");
  await first.return?.();
  while (group.size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  for (const data of ["c", "d"]) await group.send(data);
  const idOf = (line: string): string => line.split(" ")[0] ?? "";
  const cases: [lastEventId: string | undefined, data: string, isComplete: boolean][] = [
    [idOf(b), "cde", true],
    [idOf(a), "bcde", true],
    ["made up", "bcde", false], // it may have been one before "b"
    [undefined, "e", true],
  ];
  const clients = [];
  for (const [id] of cases) clients.push(await place.connect(id));
  await group.send("e");
  for (const [n, [id, data]] of cases.entries()) {
    const client = clients[n];
    assert(client !== undefined);
    assertEquals(dataOf(await take(client, data.length)), data, id);
    await client.return?.();
  }
  for (const [id, , isComplete] of cases) {
    assertEquals(place.complete.get(id ?? null), isComplete, id);
  }
  await assertRejects(() => group.send("x", { event: "a\nb" }), TypeError, "line break");
});

Deno.test("EventGroup: what is sent while a client joins moves nothing out of its history", async () => {
  const group = new web.EventGroup({ history: 2 });
  let isLate = false;
  await using place = await ticker(group, () => isLate && void group.send("d"));
  const first = await place.connect();
  for (const data of "abc") await group.send(data);
  const [a = ""] = await take(first, 3);
  isLate = true;
  const id = a.split(" ")[0];
  const second = await place.connect(id);
  assertEquals(dataOf(await take(second, 3)), "bcd");
  assertEquals(place.complete.get(id ?? null), true);
  for (const client of [first, second]) await client.return?.();
});

Deno.test("EventGroup cuts a client off that does not read; it gets the rest when it is back", async () => {
  const group = new web.EventGroup({ history: 5000, maxBuffered: 100_000 });
  await using place = await ticker(group);
  await using reader = {
    iterator: await place.connect(),
    async [Symbol.asyncDispose]() {
      await this.iterator.return?.();
    },
  };
  const { hostname, port } = new URL(place.served.baseUrl);
  const slow = await Deno.connect({ hostname, port: Number(port) });
  await slow.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: a\r\n\r\n"));
  while (group.size < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  const padding = "x".repeat(10_000);
  let sent = 0;
  while (group.size === 2 && sent < 4000) {
    await group.send(`${++sent}-${padding}`);
    const [event = ""] = await take(reader.iterator, 1); // is not held up
    assertEquals(/ (\d+)-/.exec(event)?.[1], `${sent}`);
  }
  assert(sent < 4000, "the slow client is still a member");
  // Its connection ends; with the last id that it has read it gets the others.
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const piece of slow.readable) text += decoder.decode(piece, { stream: true });
  } catch {
    // A reset is an end too.
  }
  const ids = [...text.matchAll(/id: (\S+)\r\ndata: (\d+)-x{10000}\r\n/g)];
  const [, id, last] = ids.at(-1) ?? [];
  assert(id !== undefined && Number(last) < sent, "it has got all");
  const again = await place.connect(id);
  const rest = await take(again, sent - Number(last));
  assertEquals(rest.map((each) => Number(/ (\d+)-/.exec(each)?.[1])).at(-1), sent);
  assertEquals(place.complete.get(id), true);
  await again.return?.();
});
