/**
 * Unix sockets that programs have left behind.
 * @module
 */

/**
 * Removes a socket that nobody listens on any more: a program that was killed leaves its own behind,
 * and nobody can listen there again.
 *
 * @param path Path of the socket; what is no socket stays.
 */
export function removeStaleSocket(path: string): void {
  try {
    if (!Deno.lstatSync(path).isSocket) return;
    if (isAlive(path)) return;
    Deno.removeSync(path);
  } catch (error) {
    // None there, which is as it should be; or no permission, which listening will tell.
    if (!(error instanceof Deno.errors.NotFound)) return;
  }
}

/** Linux lists the sockets that somebody listens on; elsewhere nobody can tell without asking. */
function isAlive(path: string): boolean {
  try {
    return Deno.readTextFileSync("/proc/net/unix").split("\n").some((line) =>
      line.endsWith(` ${path}`)
    );
  } catch {
    return true;
  }
}
