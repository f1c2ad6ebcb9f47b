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
    if (each.name === "NotCapable") return each.message;
    // The form of node:dns.
    const [, host] = /^getaddrinfo EPERM (\S+)$/.exec(each.message) ?? [];
    if (host !== undefined) {
      return `Requires net access to "${host}", run again with the --allow-net flag`;
    }
  }
  return null;
}
