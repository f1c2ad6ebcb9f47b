// The attacks at a small size; `deno task hostile` runs them in full.
import { assert } from "@std/assert";
import { start } from "./_target.ts";
import { ROWS } from "./rows.ts";

for (const row of ROWS) {
  if (row.isLong === true) continue;
  Deno.test({
    name: `hostile: ${row.name}`,
    ignore: Deno.build.os !== "linux", // looks into /proc
    async fn() {
      await using target = await start("sockets", 1, row.descriptors);
      assert(target !== null);
      const figures = await row.run(target);
      assert(row.holds(figures), row.show(figures));
    },
  });
}
