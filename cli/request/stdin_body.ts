import { writeErr } from "../io/output.ts";
import { MAX_SIZED, readUpTo, replayed } from "../io/read_up_to.ts";

const PATIENCE = 2000; // ms

export interface PipedBody {
  readonly data: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Its size in bytes, `null` if unknown. */
  readonly size: number | null;
}

/**
 * Reads the start of standard input; the length is known for files and up to 1 MiB, as many servers
 * (WSGI, CGI, S3) require it. Under cron, tests or editors a pipe may stay silent forever: after
 * 2 s it is ignored if the method expects no body, else a note tells what the command waits for.
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
      : "standard input was silent for 2 s: sending no body. Name the method (post) to wait " +
        "for one, --ignore-stdin (-I) not to look";
    if (!quiet) await writeErr(`roundtrip: ${advice}\n`);
    if (!expected) return null;
    first = await reading;
  }
  const { done, value } = first;
  if (done || value === undefined) return null;
  const stream = replayed([value], reader);
  if (streams) return { data: stream, size: null };
  const rest = fileRest();
  if (rest !== null) return { data: stream, size: rest + value.length };
  const read = await readUpTo(stream, MAX_SIZED);
  return { data: read.bytes ?? read.stream, size: read.bytes?.length ?? null };
}

/** Bytes left to read if standard input is a file, else `null`. */
function fileRest(): number | null {
  try {
    const { isFile, size } = Deno.statSync("/dev/stdin");
    if (!isFile || size <= MAX_SIZED) return null;
    // The shell may have read a part of it already.
    const [, position] = /^pos:\s*(\d+)/m.exec(Deno.readTextFileSync("/proc/self/fdinfo/0")) ?? [];
    return position === undefined ? null : size - Number(position);
  } catch {
    return null; // a system without /proc
  }
}
