import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { RecentMap } from "../../http/recent_map.ts";

Deno.test("RecentMap is a Map that forgets the oldest", () => {
  const step = fc.tuple(fc.constantFrom("set", "delete", "trim"), fc.nat(9));
  fc.assert(fc.property(fc.array(step), (steps) => {
    const [map, model] = [new RecentMap<number, number>(), new Map<number, number>()];
    for (const [index, [what, key]] of steps.entries()) {
      if (what === "trim") {
        map.trim(() => map.size > key);
        for (const oldest of model.keys()) if (model.size > key) model.delete(oldest);
      } else {
        map.delete(key);
        model.delete(key);
        if (what === "set") model.set(key, index);
        if (what === "set") map.set(key, index);
      }
      assertEquals(map.oldest, [...model][0] ?? null);
      assertEquals([map.size, map.get(key)], [model.size, model.get(key)]);
    }
  }));
});

Deno.test("RecentMap forgets one of 100,000 keys as fast as one of 100", () => {
  const costs = [100, 100_000].map((size) => {
    const map = new RecentMap<number, number>();
    const turn = (from: number, to: number) => {
      const start = performance.now();
      for (let key = from; key < to; key++) {
        map.set(key, key);
        map.trim(() => map.size > size);
      }
      return (performance.now() - start) / (to - from);
    };
    turn(0, 2 * size);
    return Math.min(...[3, 4, 5].map((at) => turn(at * size, at * size + 20_000)));
  });
  const [few = 0, many = 0] = costs;
  assert(many < 20 * few + 0.005, `${few} and ${many} ms`); // a Map: a hundred times
});
