import { assert, assertEquals } from "@std/assert";
import { WHOLE } from "../../_whole.ts";
import { fuzzMultipart } from "./fuzz_multipart.ts";

const BODIES = WHOLE ? 20_000 : 3_000;

Deno.test("mutated bodies, split at random, are read as busboy reads them or differ for a named reason", async () => {
  const report = await fuzzMultipart(BODIES, 20_250_101);
  assertEquals(report.unexplained, []);
  const explained = Object.values(report.explained).reduce((sum, count) => sum + count, 0);
  assertEquals(report.same + report.refused + explained, BODIES);
  assert(report.same > BODIES / 4, `only ${report.same} were read alike`);
});
