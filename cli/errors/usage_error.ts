/**
 * Errors that the command line's user can mend.
 * @module
 */

/** The command line is wrong; the message names the word and the remedy. */
export class UsageError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "UsageError";
}

/** Something failed that the message explains; there is nothing in a stack trace for the user. */
export class CommandError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "CommandError";
  /** Exit code of the program. */
  readonly exitCode: number;

  /**
   * Creates one.
   *
   * @param message What failed, the likely cause, what to do.
   * @param options Exit code, 1 unless given, and cause.
   */
  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}
