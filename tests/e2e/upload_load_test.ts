/**
 * 20 uploads at once, each of a file of random bytes, while small requests go on. Server, probe and
 * every sender (curl) are processes of their own, so that no clock waits for another's work.
 *
 * Here each file has 20 MB, so that all three servers take a few seconds; the whole form, 200 MB
 * each (needs 5 GB of disk and some minutes), is
 * `ROUNDTRIP_LOAD=full deno test -A tests/e2e/upload_load_test.ts`.
 *
 * A machine may be too busy for any server. So the platform alone is measured too, with the same
 * load in the same run, and ours has to be below 100 ms or below a part of that: half of it where
 * both do the same work, all of it for `post()`, which writes 4 GB to disk and reads them again.
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { createHash } from "node:crypto";
import { memoryOf } from "../_memory.ts";
import { run, start } from "../_process.ts";

const FULL = Deno.env.get("ROUNDTRIP_LOAD") === "full";
const SIZE = (FULL ? 200 : 20) * 1_000_000; // bytes of each
const UPLOADS = 20;
const SCRIPT = "tests/e2e/upload_load_server.ts";
// A p99 needs more than a hundred samples.
const QUANTILE = FULL ? 0.99 : 0.9;
const GOAL = 100; // ms

const ignore = Deno.build.os !== "linux" || !await hasCurl();

async function hasCurl(): Promise<boolean> {
  try {
    return (await run(["curl", "--version"])).code === 0;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("ignored: no curl to upload with");
    return false;
  }
}

interface Measured {
  readonly hashes: readonly string[];
  readonly growth: number;
  readonly wait: number;
  readonly samples: number;
}

/** Uploads a file to a server, 20 times in parallel. */
async function measure(mode: string, path: string): Promise<Measured> {
  const deno = [Deno.execPath(), "run", "-A", SCRIPT];
  await using server = start([...deno, mode]);
  const [, url = ""] = await server.waitFor(/ready (\S+) /);
  await using probe = start([...deno, "probe", url]);
  await probe.waitFor(/ready /);
  const before = memoryOf(server.child.pid, "VmRSS");
  // The bare server hashes the raw body, so it gets the file without a form.
  const body = mode === "bare" ? ["-T", path, "-X", "POST"] : ["-F", `f=@${path}`];
  const curl = ["curl", "-s", "-m", "300", ...body, `${url}/`];
  const replies = await Promise.all(Array.from({ length: UPLOADS }, () => run(curl)));
  probe.child.kill("SIGTERM");
  const [, text = "[]"] = await probe.waitFor(/waits (\S+) end/);
  const waits: number[] = JSON.parse(text).toSorted((a: number, b: number) => a - b);
  return {
    hashes: replies.map(({ stdout }) => stdout),
    growth: memoryOf(server.child.pid, "VmHWM") - before,
    wait: waits[Math.floor(waits.length * QUANTILE)] ?? Infinity,
    samples: waits.length,
  };
}

Deno.test({
  name: `20 uploads of ${
    SIZE / 1e6
  } MB at once arrive whole, in flat memory, while others are served`,
  ignore,
  async fn() {
    const path = await Deno.makeTempFile();
    try {
      const hash = createHash("sha256");
      for (let written = 0; written < SIZE; written += 50_000) {
        const piece = crypto.getRandomValues(new Uint8Array(50_000));
        hash.update(piece);
        await Deno.writeFile(path, piece, { append: true });
      }
      const expected = Array(UPLOADS).fill(hash.digest("hex"));
      const floor = await measure("bare", path);
      assertEquals(floor.hashes, expected, "the platform alone");
      console.log(report("the platform alone", floor));
      for (const [mode, share] of [["multipart", 0.5], ["post", 1]] as const) {
        const measured = await measure(mode, path);
        console.log(report(mode, measured));
        assertEquals(measured.hashes, expected, mode);
        assertLess(measured.growth, 200, `${mode}: MiB of memory`);
        assert(measured.samples > 10, `${mode}: ${measured.samples} small requests`);
        assertLess(
          measured.wait,
          Math.max(GOAL, floor.wait * share),
          `${mode}: ms for a small GET`,
        );
      }
    } finally {
      await Deno.remove(path);
    }
  },
});

function report(name: string, { growth, wait, samples }: Measured): string {
  const mib = Math.round(growth);
  return `${name}: memory +${mib} MiB, p${QUANTILE * 100} ${Math.round(wait)} ms of ${samples}`;
}
