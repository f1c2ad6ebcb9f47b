/**
 * A body from standard input, without waiting for one that nobody sends.
 * @module
 */
import { writeErr } from "../io/output.ts";

const PATIENCE = 2000; // ms

/**
 * Reads the start of standard input.
 *
 * A program that was started by cron, by a test or by an editor may have a pipe there that is silent
 * for ever. Where the method does not ask for a body, a pipe that is silent for two seconds is left
 * alone; where it does, the user is told what is being waited for.
 *
 * @param expected Whether the method asks for a body.
 * @param quiet Whether nothing may be written to standard error.
 * @returns The body as a stream, `null` for none.
 */
export async function stdinBody(
  expected: boolean,
  quiet: boolean,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null> {
  if (Deno.stdin.isTerminal()) return null;
  const reader = Deno.stdin.readable.getReader();
  const reading = reader.read();
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), PATIENCE);
  let first = await Promise.race([reading, late]);
  clearTimeout(timer);
  if (first === "late") {
    const advice = expected
      ? "waiting for a body on standard input; --ignore-stdin (-I) sends none"
      : "nothing came on standard input for 2 s: sending no body. Name the method (post) to wait " +
        "for one, --ignore-stdin (-I) not to look";
    if (!quiet) await writeErr(`roundtrip: ${advice}\n`);
    if (!expected) return null;
    first = await reading;
  }
  const { done, value } = first;
  if (done || value === undefined) return null;
  let start: Uint8Array<ArrayBuffer> | null = value;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (start !== null) {
        controller.enqueue(start);
        start = null;
        return;
      }
      const next = await reader.read();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
  }, { highWaterMark: 0 });
}
