/**
 * Unix sockets that programs have left behind.
 * @module
 */

/**
 * Removes a socket that nobody listens on any more: a program that was killed leaves its own behind,
 * and nobody can listen there again.
 *
 * @param path Path of the socket; what is no socket, and what may still be listened on, stays.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  try {
    if ((await Deno.lstat(path)).isSocket && await isStale(path)) await Deno.remove(path);
  } catch {
    // None there, which is as it should be; or no permission, which listening will tell.
  }
}

/** Lists of sockets tell of one network namespace only, and spell a path as the listener did. */
async function isStale(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.ConnectionRefused;
  }
}
