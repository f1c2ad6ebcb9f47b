/**
 * The time a request may take.
 * @module
 */
import { OptionTable } from "../../http/options.ts";

/** Limits of time, aiohttp's `ClientTimeout`. */
export interface ClientTimeout {
  /**
   * From the call to the last byte of the body, over all redirects and retries, in ms; 0 for no
   * limit.
   * @default {300000}
   */
  readonly total?: number | undefined;
  /**
   * For each hop, until there is a connection, in ms; 0 for no limit. It counts the wait for one of
   * `connector.limit`. `fetch` does not tell when it has connected: over it the limit runs until the
   * reply's head has come, so that it has to leave room for a long upload and a slow answer.
   * @default {0}
   */
  readonly connect?: number | undefined;
  /**
   * For each connection that is made, until it is there, in ms; 0 for no limit: name, TCP, proxy and
   * TLS. The wait for one of `connector.limit` does not count, and a connection that is used again
   * has none of it. `fetch` does not tell: over it a limit throws `NotSupportedError`.
   * @default {0}
   */
  readonly sockConnect?: number | undefined;
  /**
   * Longest silence of the peer while bytes of it are waited for, in ms; 0 for no limit. The wait
   * for the head counts, from when the request's body is on its way; a reader that takes its time
   * does not.
   * @default {0}
   */
  readonly sockRead?: number | undefined;
}

/** Names and types of {@linkcode ClientTimeout}. */
export const CLIENT_TIMEOUT = new OptionTable<ClientTimeout>({
  total: "a number",
  connect: "a number",
  sockConnect: "a number",
  sockRead: "a number",
}, {
  request: 'Write "total"',
  socket: 'Write "sockRead"',
  read: 'Write "sockRead"',
  response: 'Write "sockRead"',
});

/** Limits of time, complete. */
export type TimeLimits = { readonly [Name in keyof ClientTimeout]-?: number };

const DEFAULT_TIMEOUT: TimeLimits = { total: 300_000, connect: 0, sockConnect: 0, sockRead: 0 };

/**
 * Completes limits of time.
 *
 * @returns The limits, in ms.
 * @throws {TypeError} If they are a number, as aiohttp's may be.
 * @throws {RangeError} If one is negative or too large for a timer.
 */
export function resolveTimeout(timeout: ClientTimeout | undefined): TimeLimits {
  if (timeout === undefined) return DEFAULT_TIMEOUT;
  // A number has no fields, so it would be no limit at all.
  if (typeof timeout !== "object" || timeout === null) {
    throw new TypeError(
      `Cannot use timeout ${timeout}: expected an object such as { total: 60_000 }, in ms`,
    );
  }
  CLIENT_TIMEOUT.check("Cannot use timeout", timeout);
  const { total, connect, sockConnect, sockRead } = { ...DEFAULT_TIMEOUT, ...defined(timeout) };
  for (const [name, limit] of Object.entries({ total, connect, sockConnect, sockRead })) {
    // setTimeout counts in 32 bits; beyond, it would fire at once.
    if (!(limit >= 0 && limit <= 0x7fffffff)) {
      throw new RangeError(`Cannot use timeout.${name} ${limit}: expected 0 to ${0x7fffffff} ms`);
    }
  }
  return { total, connect, sockConnect, sockRead };
}

function defined(timeout: ClientTimeout): Partial<TimeLimits> {
  return Object.fromEntries(Object.entries(timeout).filter(([, limit]) => limit !== undefined));
}
