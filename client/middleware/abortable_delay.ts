import { deferred } from "../../http/since_node_20.ts";
import { endedBy } from "../hop/hop_abort.ts";

// setTimeout overflows at 32 bits and fires at once.
const LONGEST_TIMER = 2 ** 31 - 1;

/** Waits for a time of any length, or until the signal aborts, whose reason is thrown. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let left = ms;
  do {
    await wait(Math.max(0, Math.min(left, LONGEST_TIMER)), signal);
    left -= LONGEST_TIMER;
  } while (left > 0);
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = deferred<void>();
  const timer = setTimeout(resolve, ms);
  const onAbort = (): void => {
    clearTimeout(timer);
    reject(signal.reason);
  };
  await endedBy(signal, onAbort, () => promise);
}
