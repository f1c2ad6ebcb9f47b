/**
 * Missing Deno permissions.
 * @module
 */

/**
 * Looks for a missing permission in an error and its causes.
 *
 * @returns A message with the flag to add, `null` for other errors.
 */
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
