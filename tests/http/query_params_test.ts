import { assert, assertEquals } from "@std/assert";
import { QueryParams } from "../../http/query_params.ts";

const QUERIES = [
  ...["", "&", "&&", "=", "a", "a=", "=a", "a=1", "a=1&a=2", "aa=1&a=2", "a=b=c&b", "b&a", "a&a=1"],
  ...["&a=1&&b=2&", "a=%20", "a+b=1", "%61=1", "a=1%", "a=é&é=1", "?a=1", "a=1;b=2", "a.b=1&a-b=2"],
];
const NAMES = ["a", "b", "aa", "", "a=1", "a=b", "a.b", "a-b", "a b", "é", "?a", "1", "=", "&"];

Deno.test("lazy query parameters are those of the platform", () => {
  for (const query of QUERIES) {
    for (const name of NAMES) {
      const platform = new URLSearchParams(`&${query}`);
      const lazy = new QueryParams(query);
      assertEquals(lazy.get(name), platform.get(name), `${name} of ${query}`);
      assertEquals(new QueryParams(query).getAll(name), platform.getAll(name));
      assertEquals(lazy.get(name), platform.get(name), "a second time");
      assertEquals([...lazy], [...platform]);
      assertEquals(lazy.get(name), platform.get(name), "from the list");
    }
    const lazy = new QueryParams(query);
    assertEquals(`${lazy}`, `${new URLSearchParams(`&${query}`)}`);
    lazy.set("a", "new");
    assertEquals(lazy.get("a"), "new");
    assert(new QueryParams(query).size === new URLSearchParams(`&${query}`).size);
  }
});

Deno.test("lazy query parameters pass for the platform's own", async () => {
  const lazy = () => new QueryParams("a=1&b=2");
  assert(lazy() instanceof URLSearchParams);
  assertEquals([...new URLSearchParams(lazy())], [["a", "1"], ["b", "2"]]);
  assertEquals(await new Response(lazy()).text(), "a=1&b=2");
  assertEquals(new QueryParams("1=x").get(1 as unknown as string), "x");
  assertEquals(Deno.inspect(lazy()), Deno.inspect(new URLSearchParams("a=1&b=2")));
});
