/**
 * Waiting in a middleware.
 * @module
 */

// setTimeout counts in 32 bits; beyond, it fires at once.
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Waits, as long as nobody gives the request up.
 *
 * @param ms Time to wait, in ms; longer than a timer can is fine.
 * @param signal Ends the wait.
 * @throws The signal's reason.
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let left = ms;
  do {
    await wait(Math.max(0, Math.min(left, LONGEST_TIMER)), signal);
    left -= LONGEST_TIMER;
  } while (left > 0);
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
