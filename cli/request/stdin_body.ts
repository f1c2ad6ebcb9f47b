/**
 * A body from standard input, without waiting for one that nobody sends.
 * @module
 */
import { writeErr } from "../io/output.ts";
import { MAX_SIZED, readUpTo } from "../io/read_up_to.ts";

const PATIENCE = 2000; // ms

/** What came on standard input. */
export interface PipedBody {
  /** All of it, or what is read as it is sent. */
  readonly data: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Its size in bytes, `null` where it is not known. */
  readonly size: number | null;
}

/**
 * Reads the start of standard input.
 *
 * A program that was started by cron, by a test or by an editor may have a pipe there that is silent
 * for ever. Where the method does not ask for a body, a pipe that is silent for two seconds is left
 * alone; where it does, the user is told what is being waited for.
 *
 * @param expected Whether the method asks for a body.
 * @param quiet Whether nothing may be written to standard error.
 * @param streams Whether it is sent as it comes, without its length.
 * @returns The body: with its length where it is a file or no longer than 1 MiB, since many servers
 * (WSGI, CGI, S3) take none without. `null` for none.
 */
export async function stdinBody(
  expected: boolean,
  quiet: boolean,
  streams: boolean,
): Promise<PipedBody | null> {
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
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(value),
    async pull(controller) {
      const next = await reader.read();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
  }, { highWaterMark: 0 });
  if (streams) return { data: stream, size: null };
  const rest = fileRest();
  if (rest !== null) return { data: stream, size: rest + value.length };
  const read = await readUpTo(stream, MAX_SIZED);
  return { data: read.bytes ?? read.stream, size: read.bytes?.length ?? null };
}

/** What is left to read of a file that standard input is, in bytes; `null` where it is none. */
function fileRest(): number | null {
  try {
    const { isFile, size } = Deno.statSync("/dev/stdin");
    if (!isFile || size <= MAX_SIZED) return null;
    // A shell may have read a part of it: the size alone does not say what is left.
    const [, position] = /^pos:\s*(\d+)/m.exec(Deno.readTextFileSync("/proc/self/fdinfo/0")) ?? [];
    return position === undefined ? null : size - Number(position);
  } catch {
    return null; // a system without /proc
  }
}
