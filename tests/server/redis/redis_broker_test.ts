// redisBroker() against Redis itself, by each client library.
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { web } from "@roundtrip/http";
import { redisBroker, type RedisBrokerOptions } from "@roundtrip/http/redis";
import { startRedis } from "../../_redis.ts";
import { until } from "../../_until.ts";
import { tempDir } from "../../e2e/_cli.ts";
import { CLIENTS, HAS_REDIS, send, testRedis } from "./_clients.ts";

/** A broker with what it has delivered and reported. */
async function reader(
  client: Parameters<typeof redisBroker>[0],
  options: RedisBrokerOptions = {},
) {
  const errors: string[] = [];
  const got: web.GroupMessage[] = [];
  const broker = redisBroker(client, {
    onError: ({ message }) => errors.push(message),
    ...options,
  });
  const end = await broker.subscribe("chat", (message) => got.push(message));
  return { broker, got, errors, end };
}

testRedis("redisBroker() carries text and bytes, in order and once", async (client) => {
  const [a, b] = [await reader(client), await reader(client)];
  const sent = ["", "a b\r\n ж😀\0", Uint8Array.of(), Uint8Array.of(0, 255, 10)];
  for (const message of sent) await a.broker.publish("chat", message, 0);
  await b.broker.publish("chat:other", "not for these", 0);
  await until(() => b.got.length === sent.length && a.got.length === sent.length);
  assertEquals([a.got, b.got], [sent, sent]);
  // Many at once: they are sent by few scripts, and not faster than they are read.
  const count = 20_000;
  await Promise.all(
    Array.from({ length: count }, (_, n) => (n % 2 ? a : b).broker.publish("chat", `${n}`, 0)),
  );
  for (const { got, errors } of [a, b]) {
    await until(() => got.length === sent.length + count);
    assertEquals(errors, []);
    for (const odd of [0, 1]) {
      const numbers = got.slice(sent.length).map(Number).filter((n) => n % 2 === odd);
      assert(numbers.every((n, at) => n === 2 * at + odd));
    }
  }
  // Another group of the same reader, and the first one again after its end.
  const other: unknown[] = [];
  const endOther = await a.broker.subscribe("news", (message) => other.push(message));
  await b.broker.publish("news", "now", 0);
  await until(() => other.length === 1);
  a.end();
  await b.broker.publish("chat", "while away", 0);
  const again: unknown[] = [];
  await a.broker.subscribe("chat", (message) => again.push(message));
  await b.broker.publish("chat", "back", 0);
  await until(() => again.length === 1);
  assertEquals([other, again, a.got.at(-1) === "while away"], [["now"], ["back"], false]);
  endOther();
  for (const { broker } of [a, b]) await broker[Symbol.asyncDispose]();
});

testRedis("redisBroker(): history is what its subscribers have got", async (client) => {
  const [broker, other] = [redisBroker(client), redisBroker(client)];
  const ids: string[] = [];
  const end = await broker.subscribe("chat", (_, id) => ids.push(id ?? ""));
  for (const text of "abcde") await other.publish("chat", text, 3);
  const history = await broker.history("chat", 3);
  assertEquals([ids.length, ids.slice(-3)], [5, history.map(({ id }) => id)]);
  assertEquals(history.map(({ message }) => message), ["c", "d", "e"]);
  assertEquals(await broker.history("unknown", 3), []);
  end();
  for (const each of [broker, other]) await each[Symbol.asyncDispose]();
});

testRedis("redisBroker(): presence of all processes", async (client) => {
  const [a, b] = [redisBroker(client), redisBroker(client)];
  await a.announce("chat", ["ann", "ж"]);
  await b.announce("chat", ["bob"]);
  assertEquals([...await a.present("chat")].sort(), ["ann", "bob", "ж"]);
  await a.announce("chat", []);
  assertEquals(await a.present("chat"), ["bob"]);
  for (const key of await client.keys("*present*")) {
    const left = await client.ttl(key);
    assert(left > 10 && left <= 15, `a dead process is forgotten in ${left} s`);
  }
  await a[Symbol.asyncDispose]();
  await b[Symbol.asyncDispose]();
  assertEquals(await client.keys("*present*"), []);
});

for (const keeps of [true, false]) {
  const what = keeps ? "one that keeps its data" : "one that forgets";
  for (const [library, connect] of CLIENTS) {
    Deno.test({
      name: `redisBroker() loses nothing over a restart of Redis, ${what}, by ${library}`,
      ignore: !HAS_REDIS,
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        await using folder = await tempDir();
        const data = keeps ? folder.path : null;
        const server = await startRedis(undefined, data);
        const { port } = server;
        const [client, close] = await connect(port);
        const [other, closeOther] = await connect(port);
        const [a, b] = [await reader(client), await reader(other)];
        await a.broker.publish("chat", "1", 0);
        await until(() => b.got.length === 1);
        await server[Symbol.asyncDispose](); // kills it
        const before = performance.now();
        const waiting = ["4", "5", "6"].map((text) => a.broker.publish("chat", text, 0));
        await until(() => a.errors.length >= 2); // reading and writing, once each
        assert(performance.now() - before < 2500, "it was noticed late");
        await new Promise((resolve) => setTimeout(resolve, 500));
        assertEquals(a.errors.length, 2, a.errors.join("\n"));
        assertMatch(
          a.errors.sort().join("\n"),
          /not read messages of groups.*\n.*not write.*they wait/,
        );
        await using _again = await startRedis(port, data);
        await Promise.all(waiting);
        await until(() => a.got.length === 4);
        await until(() => b.got.length === 4);
        assertEquals([a.got, b.got], [["1", "4", "5", "6"], ["1", "4", "5", "6"]]);
        assertEquals(a.errors.concat(b.errors).filter((each) => /lost in Redis/.test(each)), []);
        for (const { broker } of [a, b]) await broker[Symbol.asyncDispose]();
        await close();
        await closeOther();
      },
    });
  }
}

testRedis("redisBroker(): what is missing is reported, what comes twice is not", async (client) => {
  const { broker, got, errors } = await reader(client);
  const entries = [
    "x 7 ta",
    "x 8 tb",
    "x 8 tb",
    "x 7 ta",
    "y 1 tc",
    "x 11 td",
    "not ours",
    "y 3 te",
  ];
  for (const text of entries) {
    await send(client, "XADD", "roundtrip:group:messages:chat", "*", "m", text);
  }
  await until(() => got.length === 5);
  assertEquals(got, ["a", "b", "c", "d", "e"]);
  assertEquals(errors, [
    'Messages of group "chat" were lost in Redis: 2 (numbers 9 to 10 of sender x)',
    'Messages of group "chat" were lost in Redis: 1 (numbers 2 of sender y)',
  ]);
  await broker[Symbol.asyncDispose]();
});

testRedis(
  "redisBroker(): a message is not given up because this process was busy",
  async (client) => {
    const { broker, got } = await reader(client, { patience: 200 });
    const sent = broker.publish("chat", "a", 0);
    await new Promise((resolve) => setTimeout(resolve, 0)); // the script is on its way
    const end = performance.now() + 600;
    while (performance.now() < end);
    await sent;
    await until(() => got.length === 1);
    await broker[Symbol.asyncDispose]();
  },
);

testRedis("redisBroker() gives up after its patience, and says so", async (client, _, stop) => {
  const { broker, errors } = await reader(client, { patience: 500 });
  await stop();
  await assertRejects(async () => await broker.publish("chat", "a", 0), Error);
  assert(errors.some((each) => /does not write messages of groups/.test(each)), errors.join("\n"));
  const late = Promise.allSettled(
    Array.from({ length: 10_600 }, () => broker.publish("chat", "a", 0)),
  );
  await assertRejects(
    async () => await broker.publish("chat", "a", 0),
    Error,
    "10000 messages wait",
  );
  const refused = (await late).filter(({ status }) => status === "rejected");
  assertEquals(refused.length, 10_600);
  await broker[Symbol.asyncDispose]();
});
