import { messageOf, systemReason } from "./system_error.ts";

/** The command line is invalid; the message names the word and the remedy. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function badArgument(option: string, why: string, options?: ErrorOptions): UsageError {
  return new UsageError(`argument --${option}: ${why}`, options);
}

/** A failure that the message fully explains; no stack trace is shown. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Error for a file that cannot be read, unless the permission is missing. */
export function unreadable(path: string, cause: unknown): Error {
  if (cause instanceof Deno.errors.NotCapable) return cause;
  return new CommandError(`cannot read ${path}: ${messageOf(cause, "no such file")}`, { cause });
}

/** Error for a file that the system does not let be written; other errors stay. */
export function unwritable(path: string, cause: unknown): unknown {
  if (cause instanceof Deno.errors.NotCapable) return cause;
  const code = cause instanceof Error && "code" in cause ? `${cause.code}` : "";
  const why = code === "ENOENT"
    ? "no such folder"
    : /^(?:EACCES|EPERM|EROFS)$/.test(code)
    ? "the system forbids it"
    : systemReason(cause);
  return why === null ? cause : new CommandError(`cannot write ${path}: ${why}`, { cause });
}
