/**
 * Standard output and error of a program that may be piped into `head`.
 * @module
 */

import { systemReason } from "../errors/system_error.ts";
import { CommandError } from "../errors/usage_error.ts";
import { visibleText } from "./visible_text.ts";

const ENCODER = new TextEncoder();

/** The reader of the output has gone away; the program ends like one that SIGPIPE has ended. */
export class OutputClosedError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "OutputClosedError";
}

/**
 * Writes to standard output, all of it.
 *
 * @param data Text or bytes.
 * @throws {OutputClosedError} If nobody reads any more.
 */
export function writeOut(data: string | Uint8Array): Promise<void> {
  return writeAll(Deno.stdout, data);
}

/**
 * Writes to standard error, all of it.
 *
 * @param data Text or bytes.
 */
export async function writeErr(data: string | Uint8Array): Promise<void> {
  try {
    await writeAll(Deno.stderr, data);
  } catch (error) {
    // There is nowhere left to tell it.
    if (!(error instanceof OutputClosedError || error instanceof CommandError)) throw error;
  }
}

/** Warns on standard error. */
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
      throw new OutputClosedError("Nobody reads the output any more", { cause });
    }
    const reason = systemReason(cause);
    if (reason === null) throw cause;
    throw new CommandError(`cannot write the output: ${reason}`, { cause });
  }
}
