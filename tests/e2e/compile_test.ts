import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../_process.ts";
import { COMPILED, ROUNDTRIP } from "./_cli.ts";

const MOST = 8 * 1024 ** 2; // bytes besides the runtime; 30 MB with every package of the lock file

Deno.test({
  name: COMPILED
    ? "the executable holds what the command uses: no tests, no packages of theirs"
    : "what the executable holds: not looked at, ROUNDTRIP names none",
  ignore: !COMPILED || Deno.build.os !== "linux",
  fn: async () => {
    const file = await Deno.readFile(new URL(ROUNDTRIP[0] ?? "", ROOT));
    // On Linux the program is appended to the runtime, after its section table.
    const view = new DataView(file.buffer);
    const runtime = Number(view.getBigUint64(0x28, true)) +
      view.getUint16(0x3a, true) * view.getUint16(0x3c, true);
    const program = new TextDecoder("latin1").decode(file.subarray(runtime));
    assert(program.startsWith("d3n0l4nd"), "no appended program");
    assert(program.length < MOST, `${program.length} bytes`);
    const held = ["fast-check", "playwright"];
    assertEquals(held.filter((each) => program.includes(each)), []);
    assert(program.includes("roundtrip httpbin: what you send is what you read"));
  },
});
