import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { ConnectionSlots } from "../../../client/connect/connection_slots.ts";

const url = (host: number): string => `http://h${host}/`;

/** A simple model of the slots. */
class Model {
  readonly waiting: { id: number; host: number }[] = [];
  readonly running: { id: number; host: number }[] = [];
  readonly #limits: readonly [number, number];

  constructor(limit: number, perHost: number) {
    this.#limits = [limit || Infinity, perHost || Infinity];
  }

  settle(): void {
    for (const each of [...this.waiting]) {
      const ofHost = this.running.filter(({ host }) => host === each.host).length;
      if (this.running.length >= this.#limits[0] || ofHost >= this.#limits[1]) continue;
      this.waiting.splice(this.waiting.indexOf(each), 1);
      this.running.push(each);
    }
  }
}

const tick = (): Promise<void> => new Promise((resolve) => queueMicrotask(resolve));

Deno.test("ConnectionSlots gives each slot to the first waiter that can use it, also after aborts", async () => {
  const step = fc.tuple(fc.constantFrom("acquire", "release", "abort"), fc.nat(5));
  await fc.assert(
    fc.asyncProperty(
      fc.nat(4),
      fc.nat(3),
      fc.array(step, { maxLength: 60 }),
      async (a, b, steps) => {
        const slots = new ConnectionSlots(a, b);
        const model = new Model(a, b);
        const got = new Set<number>();
        const controllers = new Map<number, AbortController>();
        let ids = 0;
        for (const [action, number] of steps) {
          if (action === "acquire") {
            const id = ids++;
            const controller = new AbortController();
            controllers.set(id, controller);
            const wait = slots.acquire({ url: url(number), signal: controller.signal });
            if (wait === null) got.add(id);
            else wait.then(() => got.add(id), () => {});
            model.waiting.push({ id, host: number });
          } else if (action === "release") {
            const [done] = model.running.splice(number % (model.running.length || 1), 1);
            if (done !== undefined) slots.release(url(done.host));
          } else {
            const [gone] = model.waiting.splice(number % (model.waiting.length || 1), 1);
            if (gone !== undefined) controllers.get(gone.id)?.abort(new Error("gone"));
          }
          model.settle();
          await tick();
          await tick();
          assertEquals([slots.used, slots.waiting], [model.running.length, model.waiting.length]);
          for (const { id } of model.running) assert(got.has(id), `${id} waits`);
          for (const { id } of model.waiting) assert(!got.has(id), `${id} does not wait`);
        }
      },
    ),
    { numRuns: 300 },
  );
});

const COUNT = 10_000;
const urls = Array.from({ length: COUNT }, (_, at) => url(at));
const other = url(COUNT);

/** A signal for each: many listeners on one are slow. */
function acquire(slots: ConnectionSlots, target: string | undefined): boolean {
  return slots.acquire({ url: target ?? other, signal: new AbortController().signal }) === null;
}

/** Time in ms to acquire and release a slot many times. */
function turnover(slots: ConnectionSlots): number {
  const { signal } = new AbortController();
  const start = performance.now();
  for (let at = 0; at < COUNT; at++) {
    if (slots.acquire({ url: other, signal }) !== null) throw new Error("it had to wait");
    slots.release(other);
  }
  return performance.now() - start;
}

// 20,000 waiters took 19 s: each release looked at all of them.
for (
  const [name, host] of [["one full host", () => 0], ["full hosts", (at) => at]] as [
    string,
    (at: number) => number,
  ][]
) {
  Deno.test(`releasing a slot is fast with many waiters for ${name}`, () => {
    const slots = new ConnectionSlots(0, 1);
    for (const at of new Set(urls.map((_, at) => host(at)))) acquire(slots, urls[at]);
    const alone = turnover(slots);
    for (let at = 0; at < COUNT; at++) acquire(slots, urls[host(at)]);
    const crowded = turnover(slots);
    assert(crowded < 10 * alone + 100, `${crowded} ms with waiters, ${alone} ms without`);
  });
}

Deno.test("releasing a slot is fast with waiters for many hosts", () => {
  const slots = new ConnectionSlots(2, 1);
  const alone = turnover(slots);
  acquire(slots, other);
  // The first ones wait for a full host, the others each for another host.
  for (let at = 0; at < COUNT; at++) acquire(slots, other);
  for (const each of urls) acquire(slots, each);
  const start = performance.now();
  for (const each of urls) slots.release(each);
  const crowded = performance.now() - start;
  assertEquals([slots.used, slots.waiting], [1, COUNT]);
  assert(crowded < 20 * alone + 200, `${crowded} ms with waiters, ${alone} ms without`);
});
