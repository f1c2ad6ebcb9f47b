import { OptionTable } from "../../http/options.ts";

/** Timeouts, aiohttp's `ClientTimeout`. */
export interface ClientTimeout {
  /** Timeout from the start to the last byte of the body, in ms; 0 for none. @default {300000} */
  readonly total?: number | undefined;
  /**
   * Timeout for getting a connection for a hop, with the wait for `connector.limit`, in ms; 0 for
   * no limit. Over `fetch` it runs until the response head arrives. @default {0}
   */
  readonly connect?: number | undefined;
  /**
   * Timeout for opening a connection (DNS, TCP, proxy and TLS), in ms; 0 for none. Over `fetch` it
   * throws `NotSupportedError`. @default {0}
   */
  readonly sockConnect?: number | undefined;
  /**
   * Timeout for reading from the peer, in ms; 0 for no limit. It covers the wait for the response
   * head once the body was sent, but not pauses of the reader. @default {0}
   */
  readonly sockRead?: number | undefined;
}

const CLIENT_TIMEOUT = new OptionTable<ClientTimeout>({
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

export type TimeLimits = { readonly [Name in keyof ClientTimeout]-?: number };

export function resolveTimeout(timeout: ClientTimeout = {}): TimeLimits {
  // A number has no fields, so it would mean no timeout.
  if (typeof timeout !== "object" || timeout === null) {
    throw new TypeError(
      `Cannot use timeout ${timeout}: expected an object such as { total: 60_000 }, in ms`,
    );
  }
  CLIENT_TIMEOUT.check("Cannot use timeout", timeout);
  const { total = 300_000, connect = 0, sockConnect = 0, sockRead = 0 } = timeout;
  const limits = { total, connect, sockConnect, sockRead };
  for (const [name, limit] of Object.entries(limits)) {
    // setTimeout overflows at 32 bits and fires at once.
    if (!(limit >= 0 && limit <= 0x7fffffff)) {
      throw new RangeError(`Cannot use timeout.${name} ${limit}: expected 0 to ${0x7fffffff} ms`);
    }
  }
  return limits;
}
