/**
 * Permissions that the user has not given.
 * @module
 */

/**
 * Looks for a permission that was missing, in an error and in what caused it.
 *
 * @returns What to run with, `null` if it failed for another reason.
 */
export function missingPermission(error: unknown): string | null {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.name === "NotCapable") return each.message;
    // How node:dns puts it.
    const [, host] = /^getaddrinfo EPERM (\S+)$/.exec(each.message) ?? [];
    if (host !== undefined) {
      return `Requires net access to "${host}", run again with the --allow-net flag`;
    }
  }
  return null;
}
