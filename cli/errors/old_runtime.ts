/**
 * What the runtime of an executable may be too old for.
 * @module
 */
import { CommandError } from "./usage_error.ts";

const [MAJOR = 0, MINOR = 0] = Deno.version.deno.split(".").map(Number);

/**
 * Whether it is older than the Deno that this program is for. Executables are, where npm is the only
 * registry: in Deno 2.4 node:tls hangs on a connection that is there already and shows no
 * certificate, node:http checks certificates come what may, and node:net connects from whatever
 * address it likes.
 */
export const OLD_RUNTIME: boolean = MAJOR < 2 || (MAJOR === 2 && MINOR < 9);

/** Says what is not tried. */
export function tooOldTo(what: string): CommandError {
  return new CommandError(
    `the Deno ${Deno.version.deno} in this executable cannot ${what}; 2.9 can`,
  );
}
