// Standard output and error, with handling of closed pipes (`| head`).

import { systemReason } from "../errors/system_error.ts";
import { CommandError } from "../errors/usage_error.ts";
import { visibleText } from "./visible_text.ts";

const ENCODER = new TextEncoder();

/** The reader of the output has closed the pipe; the program exits as if killed by SIGPIPE. */
export class OutputClosedError extends Error {
  override readonly name = "OutputClosedError";
}

export function writeOut(data: string | Uint8Array): Promise<void> {
  return writeAll(Deno.stdout, data);
}

export async function writeErr(data: string | Uint8Array): Promise<void> {
  try {
    await writeAll(Deno.stderr, data);
  } catch (error) {
    // There is nowhere to report it.
    if (!(error instanceof OutputClosedError || error instanceof CommandError)) throw error;
  }
}

export async function warn(text: string): Promise<void> {
  await writeErr(visibleText(`roundtrip: warning: ${text}\n`));
}

async function writeAll(
  stream: { write(bytes: Uint8Array): Promise<number> },
  data: string | Uint8Array,
): Promise<void> {
  let bytes = typeof data === "string" ? ENCODER.encode(data) : data;
  try {
    while (bytes.length > 0) bytes = bytes.subarray(await stream.write(bytes));
  } catch (cause) {
    if (cause instanceof Deno.errors.BrokenPipe) {
      throw new OutputClosedError("The reader of the output has closed it", { cause });
    }
    const reason = systemReason(cause);
    if (reason === null) throw cause;
    throw new CommandError(`cannot write the output: ${reason}`, { cause });
  }
}
