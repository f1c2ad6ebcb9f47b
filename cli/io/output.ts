// Standard output and error, with handling of closed pipes (`| head`).

import { CommandError, systemReason } from "../errors/errors.ts";
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

/** Bars on the terminal: erased before other output, drawn again below its last whole line. */
export const BARS: { erase: (() => void) | null; isMidLine: boolean } = {
  erase: null,
  isMidLine: false,
};

async function writeAll(
  stream: typeof Deno.stdout | typeof Deno.stderr,
  data: string | Uint8Array,
): Promise<void> {
  let bytes = typeof data === "string" ? ENCODER.encode(data) : data;
  if (BARS.erase !== null && bytes.length > 0 && stream.isTerminal()) {
    BARS.erase();
    BARS.isMidLine = bytes.at(-1) !== 10;
  }
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
