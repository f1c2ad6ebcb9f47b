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

/** The system's message, such as `no space left on device`; `null` for other errors. */
export function systemReason(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const [, words] = /^(.+?) \(os error \d+\)/s.exec(error.message) ?? [];
  if (words !== undefined) return lower(words);
  // "ENOSPC: no space left on device, write"
  const [, text] = /^E[A-Z0-9]{2,}: (.+?)(?:, \w+)?(?: '.*)?$/s.exec(error.message) ?? [];
  return text === undefined ? null : lower(text);
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

export function messageOf(cause: unknown, missing?: string): string {
  if (missing !== undefined && cause instanceof Deno.errors.NotFound) return missing;
  return cause instanceof Error ? cause.message : String(cause);
}

/** A message with the flag to add for a missing permission; `null` for other errors. */
export function missingPermission(error: unknown): string | null {
  for (let each = error; each instanceof Error; each = each.cause) {
    // import() throws a TypeError.
    if (each.name === "NotCapable" || /^Requires \w+ access to "/.test(each.message)) {
      return each.message;
    }
    // The form of node:dns.
    const [, host] = /^getaddrinfo EPERM (\S+)$/.exec(each.message) ?? [];
    if (host !== undefined) {
      return `Requires net access to "${host}", run again with the --allow-net flag`;
    }
  }
  return null;
}
