import { NotSupportedError } from "../../http/not_supported_error.ts";
import { OptionTable } from "../../http/options.ts";
import type { ListenOptions } from "./engine.ts";

export const LISTEN_OPTIONS = new OptionTable<ListenOptions>({
  hostname: "a string",
  host: "a string",
  port: "a number",
  path: "a string",
  cert: "a string",
  key: "a string",
  reusePort: "true or false",
  backlog: "a number",
});

export interface Site extends Omit<ListenOptions, "host"> {
  readonly hostname: string;
  readonly port: number;
}

/** Checks options, that the two names of an address agree, and that TLS has both of its own. */
export function checkListenOptions(options: ListenOptions): Site {
  LISTEN_OPTIONS.check("Cannot listen", options);
  if ((options.cert === undefined) !== (options.key === undefined)) {
    throw new TypeError("Cannot listen with TLS: expected both cert and key");
  }
  const { host, hostname = host ?? "0.0.0.0", ...rest } = options;
  if (host !== undefined && hostname !== host) {
    throw new TypeError(
      `Cannot listen: host "${host}" and hostname "${hostname}" are two names of one option`,
    );
  }
  return { port: options.cert === undefined ? 8080 : 8443, ...rest, hostname };
}

/** Without `--unstable-net` Deno aborts; the flag shows by another API that it enables. */
export function checkReusePort({ reusePort }: ListenOptions): void {
  if (reusePort !== true || "listenDatagram" in Deno) return;
  throw new NotSupportedError("reusePort", "start Deno with --unstable-net");
}

export function urlOf({ hostname, port, path, cert }: Site): string {
  if (path !== undefined) return `http://unix:${path}:`;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `${cert === undefined ? "http" : "https"}://${host}:${port}`;
}

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
