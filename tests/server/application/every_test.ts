import { assert, assertEquals, assertThrows } from "@std/assert";
import * as web from "../../../server/mod.ts";
import { until } from "../../_until.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function stop(app: web.Application): Promise<void> {
  await app.shutdown();
  await app.idle();
  await app.cleanup();
}

Deno.test("work runs from start-up until the stop, and a failure is logged", async () => {
  const logged: unknown[] = [];
  const app = new web.Application({ logger: { error: (...line) => logged.push(...line) } });
  let runs = 0;
  app.every(5, () => {
    if (++runs === 1) throw new Error("once");
  }, { about: "Error cleaning up" });
  await pause(20);
  assertEquals(runs, 0);
  await app.startup();
  await until(() => runs >= 3);
  assertEquals(logged.map(String), ["Error cleaning up", "Error: once"]);
  await app.shutdown();
  const before = runs;
  await pause(20);
  assertEquals(runs, before);
  await app.cleanup();
});

Deno.test("runs do not overlap, and the stop waits for the last one", async () => {
  const app = new web.Application();
  const sub = new web.Application();
  app.addSubapp("/sub", sub);
  let running = 0;
  let most = 0;
  let done = 0;
  sub.every(1, async (signal) => {
    assert(!signal.aborted);
    most = Math.max(most, ++running);
    await pause(10);
    running--;
    done++;
  });
  await app.startup();
  await until(() => done >= 2 && running === 1);
  await stop(app);
  assertEquals([most, running], [1, 0]);
});

Deno.test("runs come at their rate, shifted by the jitter", async () => {
  // A busy machine makes them late: the best of ten.
  let least = Infinity;
  for (let tries = 0; tries < 10 && least >= 150; tries++) {
    const times: number[] = [];
    const app = new web.Application();
    app.every(20, async () => {
      times.push(performance.now());
      await pause(10); // is part of the 20 ms
    }, { jitter: 0 });
    await app.startup();
    await until(() => times.length === 6);
    await stop(app);
    const [first = 0, , , , , last = 0] = times;
    assert(last - first > 95, `${last - first} ms for 5 runs of 20`);
    least = Math.min(least, last - first);
  }
  assert(least < 150, `${least} ms for 5 runs of 20`);
});

Deno.test("wrong arguments are refused", async () => {
  const app = new web.Application();
  const nothing = () => {};
  for (
    const [ms, options] of [[0, {}], [NaN, {}], [2 ** 31, {}], [5, { jitter: 6 }]] as const
  ) assertThrows(() => app.every(ms, nothing, options), RangeError, "a jitter up to it");
  assertThrows(() => app.every(5, 5 as unknown as () => void), TypeError, "the number 5");
  assertThrows(
    () => app.every(5, nothing, { jiter: 1 } as web.EveryOptions),
    TypeError,
    'did you mean "jitter"?',
  );
  await app.startup();
  assertThrows(() => app.every(5, nothing), TypeError, "app has started");
  await app.cleanup();
});
