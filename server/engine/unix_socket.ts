/** Removes a unix socket that a killed program left behind; its path could not be bound again. */
export async function removeStaleSocket(path: string): Promise<void> {
  try {
    if ((await Deno.lstat(path)).isSocket && await isStale(path)) await Deno.remove(path);
  } catch {
    // It does not exist, the usual case; or no permission, which listening will report.
  }
}

/** Lists of sockets cover one network namespace, with paths as the listener spelled them. */
async function isStale(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.ConnectionRefused;
  }
}
