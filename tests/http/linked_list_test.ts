import { assertEquals } from "@std/assert";
import { LinkedList, type LinkedNode } from "../../http/linked_list.ts";

Deno.test("LinkedList keeps insertion order after removals", () => {
  // Compared with an array, over every order of removing four values.
  const orders = (left: readonly number[]): number[][] =>
    left.length === 0
      ? [[]]
      : left.flatMap((one) => orders(left.filter((each) => each !== one)).map((o) => [one, ...o]));
  for (const order of orders([0, 1, 2, 3])) {
    const list = new LinkedList<number>();
    const places = [0, 1, 2, 3].map((value) => list.add(value));
    let expected = [0, 1, 2, 3];
    for (const leaver of order) {
      const place = places[leaver] as LinkedNode<number>;
      assertEquals(list.delete(place), true);
      assertEquals(list.delete(place), false, "left twice");
      expected = expected.filter((each) => each !== leaver);
      assertEquals([...list], expected);
      assertEquals([list.size, list.first?.value], [expected.length, expected[0]]);
    }
    list.add(9);
    assertEquals([...list], [9]);
  }
});
