// Features missing in the older runtimes of executables.
import { CommandError } from "./errors.ts";

const [MAJOR = 0, MINOR = 0] = Deno.version.deno.split(".").map(Number);

/**
 * Whether the runtime is older than Deno 2.9. Executables built with runtimes from npm hold Deno
 * 2.4, in which node:tls hangs on an existing connection, sends no client certificate and tells
 * nothing of TLS, and node:net ignores the local address.
 */
export const OLD_RUNTIME: boolean = MAJOR < 2 || (MAJOR === 2 && MINOR < 9);

/** Error for a feature that the runtime lacks. */
export function tooOldTo(what: string): CommandError {
  return new CommandError(
    `the Deno ${Deno.version.deno} in this executable cannot ${what}; 2.9 can`,
  );
}
